"""What a requester reads of plan: the published vision and the policies in force."""

import pytest
from django.test import Client

from tests.factories import a_ticket, at_state

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(requester):
    client = Client()
    client.force_login(requester)
    return client


def test_a_requester_reads_a_policy_in_force_and_no_form_invites_them_to_write_on_it(browser, cast):
    policy = at_state("policy", "in_force", cast)

    answer = browser.get(policy.get_absolute_url(), follow=True)

    shown = answer.content.decode()
    assert answer.status_code == 200
    assert policy.text in shown
    assert "<textarea" not in shown
    assert policy.title in browser.get("/portal/published/").content.decode()


def test_a_requester_reads_the_vision_and_says_so(browser, cast):
    vision = at_state("vision", "published", cast)

    before = browser.get(vision.get_absolute_url(), follow=True).content.decode()
    after = browser.post(f"/visions/{vision.number}/acknowledge/", follow=True).content.decode()

    assert vision.statement in before
    assert "I have read it" in before
    assert "You have read it." in after
    assert vision.readings.count() == 1


def test_what_is_not_in_force_does_not_exist_for_a_requester(browser, cast):
    policy = a_ticket("policy", actor=cast.admin, organisation=cast.organisation)

    assert browser.get(f"/portal/published/{policy.number}/").status_code == 404
    assert policy.title not in browser.get("/portal/published/").content.decode()
