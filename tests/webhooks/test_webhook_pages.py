"""Administrators set webhooks up on a page, and see every delivery with what was answered."""

from __future__ import annotations

import re

import pytest

from itsm.webhooks import actions
from itsm.webhooks.models import Delivery, Webhook
from tests.doors import browser
from tests.factories import a_ticket
from valuechain.records.models import Event

HOOKS = "/admin/webhooks/"
FORM = {"name": "Chat", "url": "https://127.0.0.1/hook", "verbs": "incident.*\nclock.breached", "is_active": "on"}  # fmt: skip


@pytest.fixture
def hook(admin, settings) -> Webhook:
    settings.WEBHOOK_PRIVATE_TARGETS = True
    made, _secret = actions.subscribe(
        name="Chat", url="https://127.0.0.1/hook", verbs=["incident.*"], actor=admin
    )
    return made


@pytest.fixture
def delivery(hook, agent, requester, organisation) -> Delivery:
    a_ticket(actor=agent, requester=requester, organisation=organisation)
    found = Delivery.objects.get(event__verb="incident.opened")
    Delivery.objects.filter(pk=found.pk).update(
        status="dead", attempts=14, response_status=503, response="Gone fishing"
    )
    return found


def test_a_webhook_is_added_and_its_secret_shown_once(admin, settings):
    settings.WEBHOOK_PRIVATE_TARGETS = True
    client = browser(admin)

    page = client.post(f"{HOOKS}new/", FORM)

    made = Webhook.objects.get()
    assert (made.verbs, made.owner) == (["incident.*", "clock.breached"], admin)
    assert made.secret in page.text
    assert "no-store" in page["Cache-Control"]
    for path in (HOOKS, f"{HOOKS}{made.uid}/"):
        assert made.secret not in client.get(path).text


def test_an_address_inside_a_private_network_is_refused_beside_its_field(admin):
    page = browser(admin).post(f"{HOOKS}new/", FORM)

    assert page.status_code == 422
    assert "That address lies inside a private network." in page.text
    assert not Webhook.objects.exists()


def test_what_was_given_up_is_seen_with_its_answer_and_sent_again(admin, hook, delivery):
    client = browser(admin)

    assert "1 given up" in client.get(HOOKS).text
    page = client.get(f"{HOOKS}{hook.uid}/?show=dead").text
    assert "Gone fishing" in page
    assert delivery.record.number in page
    done = client.post(f"{HOOKS}{hook.uid}/deliveries/{delivery.uid}/replay/", follow=True)

    assert "It is sent again." in done.text
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == ("queued", 0)
    twice = client.post(f"{HOOKS}{hook.uid}/deliveries/{delivery.uid}/replay/", follow=True)
    assert "It waits to be delivered already." in twice.text


def test_a_webhook_is_changed_its_secret_replaced_and_in_the_end_removed(admin, hook):
    client = browser(admin)
    old = hook.secret

    client.post(f"{HOOKS}{hook.uid}/", FORM | {"name": "Pager", "verbs": "*", "is_active": ""})
    fresh = client.post(f"{HOOKS}{hook.uid}/rotate/").text

    hook.refresh_from_db()
    assert (hook.name, hook.verbs, hook.is_active) == ("Pager", ["*"], False)
    assert (hook.old_secret, hook.secret in fresh) == (old, True)
    assert "nothing more" in client.get(f"{HOOKS}{hook.uid}/remove/").text
    client.post(f"{HOOKS}{hook.uid}/remove/")
    assert not Webhook.objects.exists()


@pytest.mark.parametrize("who", ["agent", "requester"])
def test_for_everybody_else_these_pages_do_not_exist(request, hook, delivery, who):
    client = browser(request.getfixturevalue(who))

    for path in ("", "new/", f"{hook.uid}/", f"{hook.uid}/remove/"):
        assert client.get(HOOKS + path).status_code in {302, 404}
    assert client.post(f"{HOOKS}{hook.uid}/rotate/").status_code in {302, 404}


def test_many_deliveries_cost_as_many_queries_as_one(
    admin, hook, delivery, django_assert_max_num_queries
):
    client = browser(admin)
    for event in Event.objects.exclude(pk=delivery.event_id)[:10]:
        Delivery.objects.get_or_create(
            webhook=hook, event=event, record_id=event.record_id, sequence=event.sequence
        )

    with django_assert_max_num_queries(15):
        page = client.get(f"{HOOKS}{hook.uid}/").text

    assert len(re.findall(r"<tr>", page)) > 1
