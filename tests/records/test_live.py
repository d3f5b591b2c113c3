"""What a page asks while it is looked at: rows that changed, what came or went, and who is there."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from tests.doors import browser
from tests.factories import a_ticket, fresh
from valuechain.records import presence
from valuechain.records.actions import edit_record

LIST = "view=open&state=open"


@pytest.fixture
def page(agent):
    return browser(agent)


@pytest.fixture
def ticket(agent, requester, desk):
    record = a_ticket(actor=agent, requester=requester, team=desk)
    yield record
    for person in (agent, requester):
        presence.leave(record.pk, person)


def ask(page, *shown, **more):
    rows = ",".join(f"{record.number}:{record.version}" for record in shown)
    query = urlencode({"list": "tickets", "query": LIST, "rows": rows})
    return page.get(f"/live/?{query}", **more)


def look(page, record, **more):
    query = {"record": record.number, "events": fresh(record).event_count} | more
    return page.get(f"/live/?{urlencode(query)}").json()


def test_nothing_new_is_said_in_no_words(page, ticket):
    first = ask(page, ticket)

    again = ask(page, ticket, headers={"If-None-Match": first.headers["ETag"]})

    assert first.json() == {"rows": {}, "changes": 0, "here": {}}
    assert (again.status_code, again.content) == (304, b"")


def test_a_row_that_changed_is_drawn_as_the_list_draws_it(page, agent, ticket):
    shown = fresh(ticket)
    edit_record(ticket, {"title": "Smoke in the corridor"}, actor=agent, via="html")

    answer = ask(page, shown).json()

    row = answer["rows"][ticket.number]
    assert "Smoke in the corridor" in row["cells"]
    assert row["version"] == shown.version + 1
    assert answer["changes"] == 0


def test_what_came_and_went_is_counted_and_never_moved(page, agent, requester, ticket):
    gone = a_ticket(actor=agent, requester=requester)
    shown = [fresh(ticket), fresh(gone)]
    from valuechain.records.actions import perform

    perform(gone, "cancel", actor=agent, via="html", data={"reason": "Done with"})
    a_ticket(actor=agent, requester=requester)

    answer = ask(page, *shown).json()

    assert (answer["changes"], answer["words"]) == (2, "2 changes, show")
    assert answer["rows"] == {}


def test_others_at_a_record_are_named_to_each_other_and_in_the_list(page, agent, lead, ticket):
    assert look(browser(lead), ticket)["present"].strip() == ""

    seen = look(page, ticket)["present"]
    assert "Leo Lead is viewing" in seen
    assert "Agnes Agent" not in seen
    look(browser(lead), ticket, doing="writing")
    assert "Leo Lead is writing a reply" in look(page, ticket)["present"]
    assert "Leo Lead is writing a reply" in ask(page, fresh(ticket)).json()["here"][ticket.number]

    browser(lead).post("/live/leave/", {"record": ticket.number})
    assert look(page, ticket)["present"].strip() == ""


def test_somebody_who_stopped_asking_is_gone_within_a_minute(page, lead, ticket, monkeypatch):
    look(browser(lead), ticket)
    now = presence.time.time()

    monkeypatch.setattr(presence.time, "time", lambda: now + presence.STAYS - 1)
    assert "Leo Lead" in look(page, ticket)["present"]
    monkeypatch.setattr(presence.time, "time", lambda: now + presence.STAYS + 1)
    assert look(page, ticket)["present"].strip() == ""


def test_a_record_that_went_on_says_how_much(page, agent, ticket):
    known = fresh(ticket).event_count
    edit_record(ticket, {"title": "Another"}, actor=agent, via="html")

    answer = look(page, ticket, events=known)

    assert answer["news"] == "1 thing happened here since you opened this."


def test_nobody_learns_of_a_record_they_may_not_see(outsider, lead, ticket):
    look(browser(lead), ticket)
    stranger = browser(outsider)

    assert look(stranger, ticket) == {"gone": True}
    assert ask(stranger, fresh(ticket)).json()["here"] == {}
    stranger.post("/live/leave/", {"record": ticket.number})
    assert presence.at([ticket.pk], besides=outsider)[ticket.pk][0].name == "Leo Lead"


def test_strangers_and_requesters_ask_nothing(client, requester, ticket):
    assert client.get("/live/").status_code == 302
    assert browser(requester).get(f"/live/?record={ticket.number}").status_code == 302


def test_a_record_that_was_looked_at_is_read(page, agent, lead, ticket):
    from itsm.notifications.models import Notification
    from valuechain.records.actions import perform

    perform(ticket, "assign", actor=lead, via="html", data={"owner": agent})
    assert 'class="dot"' in page.get("/tickets/?state=open").content.decode()

    look(page, ticket)

    assert not Notification.objects.filter(person=agent, record=ticket).unread().exists()
    assert 'class="dot"' not in page.get("/tickets/?state=open").content.decode()
