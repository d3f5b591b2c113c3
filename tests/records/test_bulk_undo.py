"""What was done to many records can be taken back for ten minutes; the rest says why it was left."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest

from tests.doors import browser
from tests.factories import a_ticket, at_state, fresh
from valuechain.records.actions import edit_record, perform
from valuechain.records.models import BulkRun, Event, Link, Record

BULK = "/tickets/bulk/"


@pytest.fixture
def page(agent):
    return browser(agent)


@pytest.fixture
def tickets(agent, requester, desk):
    return [a_ticket(actor=agent, requester=requester, team=desk) for _ in range(3)]


def ticked(records, **more):
    return {
        "number": [record.number for record in records],
        "seen": [f"{record.number}:{fresh(record).version}" for record in records],
        "back": "/tickets/?view=open&state=open",
        **more,
    }


def words(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", unescape(answer.content.decode())).split())


def scope_on(answer):
    return re.search(r'name="scope" value="([^"]+)"', answer.content.decode())[1]


def undo(page, back="/tickets/"):
    return page.post(f"/tickets/bulk/{BulkRun.objects.get().pk}/undo/", {"back": back}, follow=True)


def test_rows_are_taken_by_one_press_and_given_back_by_another(page, agent, tickets):
    answer = page.post(BULK, ticked(tickets, do="owner:owner=me"))

    assert "3 changed" in words(answer)
    assert {fresh(t).owner for t in tickets} == {agent}
    assert {fresh(t).state for t in tickets} == {"assigned"}

    back = undo(page)

    assert "3 changed" in words(back)
    assert {(fresh(t).owner, fresh(t).state) for t in tickets} == {(None, "new")}
    verbs = list(Event.objects.filter(record=tickets[0]).values_list("verb", flat=True))
    assert verbs[-2:] == ["incident.assign", "incident.put_back"]


def test_a_status_is_taken_back_with_its_clocks(page, agent, tickets):
    asked = page.post(BULK, ticked(tickets[:1], step="resolve"))
    body = {
        "scope": scope_on(asked), "step": "resolve", "resolution_code": "fixed",
        "resolution": "Turned it off and on.",
    }  # fmt: skip
    page.post(BULK, body)
    assert fresh(tickets[0]).state == "resolved"

    undo(page)

    ticket = fresh(tickets[0])
    assert (ticket.state, ticket.phase, ticket.closed_at) == ("new", "new", None)
    assert (ticket.resolution, ticket.resolved_at) == ("", None)


def test_what_went_on_since_is_left_as_it_is(page, agent, tickets):
    page.post(BULK, ticked(tickets, do="owner:owner=me"))
    edit_record(tickets[0], {"title": "Another"}, actor=agent, via="html")

    answer = undo(page)

    assert "2 changed" in words(answer)
    assert "It went on since; change it by hand." in words(answer)
    assert fresh(tickets[0]).owner == agent


def test_it_is_taken_back_once_in_time_and_by_whoever_did_it(page, frozen, agent, lead, tickets):
    page.post(BULK, ticked(tickets, do="owner:owner=me"))
    run = BulkRun.objects.get()
    address = f"/tickets/bulk/{run.pk}/undo/"

    assert browser(lead).post(address).status_code == 404
    frozen.shift(timedelta(minutes=11))
    late = page.post(address, follow=True)
    assert "This can be taken back once, within 10 minutes" in words(late)
    assert fresh(tickets[0]).owner == agent

    frozen.shift(timedelta(minutes=-5))
    undo(page)
    assert "This can be taken back once" in words(page.post(address, follow=True))


def test_each_row_is_held_to_the_version_seen_in_the_list(page, agent, tickets):
    selection = ticked(tickets, do="owner:owner=me")
    edit_record(tickets[0], {"title": "Another"}, actor=agent, via="html")

    answer = page.post(BULK, selection)

    assert "2 changed" in words(answer)
    assert "1 failed" in words(answer)
    assert "Somebody changed it since you selected it." in words(answer)
    assert fresh(tickets[0]).owner is None


def test_one_that_does_not_offer_it_is_skipped_with_the_reason(page, agent, tickets):
    perform(tickets[0], "cancel", actor=agent, via="html", data={"reason": "Done with"})

    answer = page.post(BULK, ticked(tickets, do="owner:owner=me"))

    assert "2 changed" in words(answer)
    assert "1 skipped" in words(answer)
    assert "This is not offered while it is Cancelled." in words(answer)


def test_an_auditor_changes_nothing(auditor, tickets):
    answer = browser(auditor).post(BULK, ticked(tickets, step="team"))
    team = tickets[0].team_id
    done = browser(auditor).post(BULK, {"scope": scope_on(answer), "step": "team", "team": team})

    assert "3 skipped" in words(done)
    assert not BulkRun.objects.exists()


def test_many_are_linked_to_one(page, agent, requester, tickets):
    parent = a_ticket("problem", actor=agent, requester=requester, title="Cause")
    asked = page.post(BULK, ticked(tickets, step="link"))
    body = {"scope": scope_on(asked), "step": "link", "relation": "caused_by",
            "target": parent.number}  # fmt: skip

    assert "3 changed" in words(page.post(BULK, body))
    assert Link.objects.filter(target=parent, kind="caused_by").count() == 3


def token_on(answer):
    return re.search(r'name="all" value="([^"]+)"', answer.content.decode())[1]


def test_all_that_match_are_those_the_list_counted_or_nothing_is_done(
    page, agent, requester, tickets
):
    listed = page.get("/tickets/?view=open&state=open")
    assert "Select all 3 that match" in words(listed)
    a_ticket(actor=agent, requester=requester)

    moved = page.post(BULK, {"all": token_on(listed), "step": "cancel"})

    assert moved.status_code == 422
    assert "When you looked, 3 matched; now 4 do." in words(moved)
    confirmed = page.post(BULK, {"scope": scope_on(moved), "step": "cancel", "reason": "Tidied up"})
    assert "4 changed" in words(confirmed)


def test_the_way_back_leads_to_the_list_and_nowhere_else(page, tickets):
    answer = page.post(BULK, ticked(tickets, do="owner:owner=me"))
    assert 'href="/tickets/?view=open&amp;state=open"' in answer.content.decode()

    strange = ticked(tickets, step="team") | {"back": "https://elsewhere.example/"}
    assert "elsewhere" not in page.post(BULK, strange).content.decode()


def test_a_list_is_exported_as_it_is_shown_and_runs_nothing(page, agent, requester):
    a_ticket(actor=agent, requester=requester, title='=HYPERLINK("http://x","y")')
    a_ticket(actor=agent, requester=requester, title="Plain, with a comma")

    answer = page.get("/tickets/export/?state=open&ordering=number&cols=title,state")

    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert lines == ["Title,State", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",New",
                     "\"Plain, with a comma\",New"]  # fmt: skip


def test_rows_of_others_are_in_no_export(page, outsider, tickets):
    hidden = a_ticket(actor=outsider, requester=outsider, title="Not yours")

    answer = page.post("/tickets/export/", {"number": [hidden.number, tickets[0].number]})
    body = b"".join(answer.streaming_content).decode()

    assert tickets[0].number in body
    assert "Not yours" not in body


def test_an_operation_fits_each_state_it_meets(page, cast, agent, lead):
    new, working = at_state("incident", "new", cast), at_state("incident", "in_progress", cast)
    request = at_state("service_request", "new", cast)

    answer = page.post(BULK, ticked([new, working, request], do="owner:owner=me"))

    assert "3 changed" in words(answer)
    owners = Record.objects.filter(pk__in=[new.pk, working.pk, request.pk])
    assert set(owners.values_list("owner", flat=True)) == {agent.pk}
