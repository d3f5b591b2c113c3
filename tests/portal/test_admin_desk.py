"""Administrators set up the desk without a developer: priorities, routing, webhooks."""

from __future__ import annotations

import pytest

from itsm.accounts.models import Team
from itsm.webhooks.models import Delivery, Webhook
from tests.doors import browser
from tests.factories import a_ticket
from tickets.mail.models import SenderRule
from tickets.models import RoutingRule
from tickets.priority import matrix, priority_of
from valuechain.records.models import Event
from valuechain.records.vocabulary import Impact

pytestmark = pytest.mark.django_db

HOOK = {"name": "Chat", "url": "https://93.184.215.14/hook", "verbs": "incident.*\nchange.*",
        "is_active": "on"}  # fmt: skip


@pytest.fixture
def page(cast):
    return browser(cast.admin)


@pytest.fixture
def rule(page, cast):
    page.post("/admin/routing/new/", {"name": "Telephones", "words": "phone, headset",
                                      "team": cast.desk.pk, "is_active": "on"})  # fmt: skip
    return RoutingRule.objects.get()


def test_the_priority_grid_is_changed_and_new_tickets_follow_it(page, cast):
    cells = {f"cell-{impact.value}-{n}": str(matrix()[impact][n - 1].value)
             for impact in Impact for n in (1, 2, 3, 4)}  # fmt: skip
    before = a_ticket(actor=cast.agent, requester=cast.requester, impact=4, urgency=3)
    cells["cell-4-3"] = "1"

    answer = page.post("/admin/priorities/", cells, follow=True)

    assert "1 cell is changed." in answer.content.decode()
    assert (priority_of(4, 3), priority_of(4, 4)) == (1, 4)
    assert a_ticket(actor=cast.agent, requester=cast.requester, impact=4, urgency=3).priority == 1
    before.refresh_from_db()
    assert before.priority == 3, "what is open keeps what it has"


def test_a_rule_sends_new_tickets_to_its_team_and_says_so_to_staff_alone(page, cast, rule):
    hit = a_ticket(actor=cast.requester, title="My PHONE is silent")
    miss = a_ticket(actor=cast.requester, title="The scanner is silent")

    assert (hit.team, miss.team) == (cast.desk, None)
    told = Event.objects.get(record=hit, verb="incident.opened").data["internal"]
    assert told["routed_by"] == "Telephones"
    assert page.get("/admin/routing/").context["rows"][0]["hits"] == 1
    assert (
        "Telephones"
        not in browser(cast.requester).get(f"/portal/requests/{hit.number}/").content.decode()
    )


def test_a_team_that_somebody_chose_stays_and_that_of_a_mailbox_gives_way(page, cast, rule):
    other = Team.objects.create(name="Other", organisation=cast.organisation)
    chosen = a_ticket(actor=cast.agent, requester=cast.requester, title="Phone", team=other)
    mailed = a_ticket(actor=cast.requester, title="Phone", team=other, channel="email")

    assert (chosen.team, mailed.team) == (other, cast.desk)


def test_a_rule_is_tried_on_what_came_in_before_it_is_kept(page, cast):
    hit = a_ticket(actor=cast.requester, title="Headset hums")
    a_ticket(actor=cast.requester, title="Scanner hums")
    typed = {"name": "Headsets", "words": "headset", "team": cast.desk.pk, "do": "try"}

    answer = page.post("/admin/routing/new/", typed)

    assert "It fits 1 of the newest 2 tickets." in answer.content.decode()
    assert hit.number in answer.content.decode()
    assert 'value="Headsets"' in answer.content.decode()
    assert not RoutingRule.objects.exists()


def test_the_first_rule_that_fits_decides_and_the_order_can_be_changed(page, cast, rule):
    page.post("/admin/routing/new/", {"name": "Urgent", "words": "phone", "priority": "1",
                                      "is_active": "on"})  # fmt: skip
    later = RoutingRule.objects.get(name="Urgent")
    assert a_ticket(actor=cast.requester, title="Phone").team == cast.desk

    page.post("/admin/routing/", {"do": f"up-{later.pk}"})

    ticket = a_ticket(actor=cast.requester, title="Phone")
    assert (ticket.team, ticket.priority) == (None, 1)


def test_a_rule_goes_once_its_name_was_typed_and_says_what_it_did(page, cast, rule):
    a_ticket(actor=cast.requester, title="Phone")
    address = f"/admin/routing/{rule.pk}/"
    assert "It decided on 1 ticket in the last 24 hours." in page.get(address).content.decode()

    wrong = page.post(address, {"do": "remove", "typed": "Something"})
    assert wrong.status_code == 422
    assert "This is not its name. It is: Telephones" in wrong.content.decode()
    assert RoutingRule.objects.exists()

    page.post(address, {"do": "remove", "typed": "Telephones"})
    assert not RoutingRule.objects.exists()


def test_a_rule_that_does_nothing_is_refused(page, cast):
    answer = page.post("/admin/routing/new/", {"name": "Idle", "words": "phone"})

    assert answer.status_code == 422
    assert "Say which team or which priority" in answer.content.decode()


def test_a_webhook_is_made_here_and_its_secret_is_shown_once(page):
    answer = page.post("/admin/webhooks/new/", HOOK)

    hook = Webhook.objects.get()
    assert answer.status_code == 201
    assert hook.secret in answer.content.decode()
    assert answer.headers["Cache-Control"] == "no-store, private"
    assert hook.verbs == ["incident.*", "change.*"]
    assert hook.secret not in page.get(f"/admin/webhooks/{hook.pk}/").content.decode()


def test_the_events_of_a_webhook_are_chosen_from_what_there_is(page):
    shown = page.get("/admin/webhooks/new/").content.decode()
    assert 'value="incident.resolve"' in shown
    assert "Resolve → Resolved" in shown
    assert "A promise was missed." in shown

    page.post(
        "/admin/webhooks/new/", HOOK | {"verbs": ["incident.resolve", "*", "ticket.* ticket.x"]}
    )
    hook = Webhook.objects.get()
    assert hook.verbs == ["incident.resolve", "*", "ticket.*", "ticket.x"]

    again = page.get(f"/admin/webhooks/{hook.pk}/").content.decode()
    assert 'value="incident.resolve" checked' in again
    assert 'value="incident.opened" checked' not in again
    assert 'value="ticket.* ticket.x"' in again
    assert "1 chosen" in again

    none = page.post("/admin/webhooks/new/", HOOK | {"name": "Mute", "verbs": ""})
    assert none.status_code == 422


def test_what_cannot_be_had_back_is_asked_about_first(page, cast):
    SenderRule.objects.create(domain="harbour.example", organisation=cast.organisation)
    shown = page.get("/admin/mail/").content.decode()

    assert "Who is known stays known." in shown
    assert "<summary" in shown[: shown.index("Drop the rule")]


def test_an_address_inside_the_house_is_refused_with_what_was_typed(page):
    answer = page.post("/admin/webhooks/new/", HOOK | {"url": "https://127.0.0.1/hook"})

    assert answer.status_code == 422
    assert "private network" in answer.content.decode()
    assert "change.*" in answer.content.decode()


def test_a_delivery_that_was_given_up_is_sent_again(page, cast):
    page.post("/admin/webhooks/new/", HOOK)
    a_ticket(actor=cast.agent, requester=cast.requester)
    hook, event = Webhook.objects.get(), Event.objects.latest("pk")
    Delivery.objects.filter(webhook=hook).delete()
    lost = Delivery.objects.create(webhook=hook, event=event, record=event.record, sequence=1,
                                   status="dead", attempts=9, response="No answer")  # fmt: skip
    shown = page.get(f"/admin/webhooks/{hook.pk}/").content.decode()
    assert "No answer" in shown

    page.post(f"/admin/webhooks/{hook.pk}/", {"do": f"replay-{lost.pk}"})

    lost.refresh_from_db()
    assert (lost.status, lost.attempts) == ("queued", 0)


def test_a_webhook_is_removed_only_by_typing_its_name(page):
    page.post(
        "/admin/webhooks/new/",
        {"name": "Bus", "url": "https://93.184.216.34/hook", "verbs": "incident.*"},
    )
    hook = Webhook.objects.get()
    address = f"/admin/webhooks/{hook.pk}/"

    refused = page.post(address, {"do": "remove", "typed": "bus"})
    assert refused.status_code == 422
    assert "This is not its name. It is: Bus" in refused.content.decode()
    assert Webhook.objects.exists()

    assert page.post(address, {"do": "remove", "typed": "Bus"}).url == "/admin/webhooks/"
    assert not Webhook.objects.exists()
