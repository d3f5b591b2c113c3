"""What everybody does every day, without scripts: come in, find, filter, turn the page, rate (goal 18).

The whole jobs without scripts stand with each job; here is what lies between them.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.factories import a_ticket, at_state
from valuechain.improve.csat import link_for
from valuechain.improve.models import Feedback

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TITLES = ("Label printer prints blanks", "Router is warm", "Door stays open", "Colour printer hums")


@pytest.fixture
def tickets(requester, desk):
    return [a_ticket(actor=requester, team=desk, title=title) for title in TITLES]


def lists(page, *titles):
    """Wait until the list has these titles, and no others, in their order."""
    expect(page.locator(".record-table tbody tr")).to_have_text([re.compile(one) for one in titles])


def test_somebody_signs_in_and_finds_from_the_header(open_page, agent, tickets):
    agent.set_password("correct horse battery")
    agent.save()
    page = open_page("/tickets/", java_script_enabled=False)

    page.get_by_label("E-mail").fill(agent.email)
    page.get_by_label("Password", exact=True).fill("correct horse battery")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1, name="Tickets")).to_be_visible()

    field = page.get_by_role("searchbox", name="Search everything")
    field.fill("router")
    field.press("Enter")
    expect(page.get_by_role("link", name="Router is warm")).to_be_visible()
    expect(page.get_by_role("link", name="Door stays open")).not_to_be_visible()

    field.fill(tickets[2].number)
    field.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Door stays open")).to_be_visible()


def test_a_wrong_password_is_answered_in_words(open_page, agent):
    page = open_page("/login/", java_script_enabled=False)

    page.get_by_label("E-mail").fill(agent.email)
    page.get_by_label("Password", exact=True).fill("not this one")
    page.get_by_role("button", name="Sign in").click()

    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    expect(page.get_by_label("E-mail")).to_have_value(agent.email)


def test_a_list_is_turned_and_turned_back(as_person, agent, tickets):
    page = as_person(
        agent, "/tickets/?view=all&ordering=number&page_size=2", java_script_enabled=False
    )

    lists(page, *TITLES[:2])
    page.get_by_role("link", name="Later").click()
    lists(page, *TITLES[2:])
    expect(page.get_by_role("link", name="Later")).to_have_count(0)
    page.get_by_role("link", name="Earlier").click()
    lists(page, *TITLES[:2])


def test_a_queue_is_filtered_and_the_filter_outlives_the_turn_of_a_page(as_person, agent, tickets):
    page = as_person(
        agent, "/tickets/?view=all&ordering=number&page_size=1", java_script_enabled=False
    )

    page.get_by_role("searchbox", name="Filter this list").fill("printer")
    page.locator("form", has=page.get_by_role("searchbox", name="Filter this list")).get_by_role(
        "button"
    ).first.click()
    lists(page, TITLES[0])
    page.get_by_role("link", name="Later").click()
    lists(page, TITLES[3])


def test_finished_work_is_rated_by_the_mailed_link(open_page, cast):
    record = at_state("incident", "resolved", cast)
    page = open_page(link_for(record, cast.requester), java_script_enabled=False)

    page.get_by_role("button", name="Send").click()
    expect(page).to_have_title(re.compile("^Error: "))
    page.get_by_label("Yes").check()
    page.get_by_label("4").check()
    page.get_by_role("button", name="Send").click()

    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert Feedback.objects.get().score == 4
