"""Whoever finishes a ticket stays on it, goes on to the next of the list, or back: as they chose."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from tests.doors import browser
from tests.factories import a_ticket, fresh
from tickets.prepared import Macro
from valuechain.records.models import Draft

LIST = "state=open&ordering=number"
ANSWERS = {"resolution_code": "fixed", "resolution": "Cleaned.", "version": ""}


@pytest.fixture
def tickets(agent, requester, desk):
    return [a_ticket(actor=agent, requester=requester, team=desk) for _ in range(3)]


@pytest.fixture
def resolve(agent, tickets):
    def go(choice, *, place=0, walk=True, reply=False):
        agent.after_resolve = choice
        agent.save()
        tail = urlencode({"from": LIST, "i": place}) if walk else ""
        page = tickets[place].get_absolute_url()
        if reply:
            body = {"reply-body": "Done.", "action": "resolve"}
            return browser(agent).post(f"{page}comment/?as=public&{tail}", body)
        return browser(agent).post(f"{page}do/resolve/?{tail}", ANSWERS)

    return go


def test_staying_keeps_the_walk_through_the_list(resolve, tickets):
    answer = resolve("stay")

    assert (
        answer["Location"] == f"{tickets[0].get_absolute_url()}?{urlencode({'from': LIST, 'i': 0})}"
    )


@pytest.mark.parametrize("reply", [False, True])
def test_the_next_of_the_list_opens(resolve, tickets, reply):
    answer = resolve("next", place=1, reply=reply)

    assert answer["Location"].startswith(f"{tickets[2].get_absolute_url()}?from=")


@pytest.mark.parametrize("reply", [False, True])
def test_the_list_opens(resolve, reply):
    assert resolve("list", reply=reply)["Location"] == f"/tickets/?{LIST}"


def test_after_the_last_one_the_list_opens(resolve):
    assert resolve("next", place=2)["Location"] == f"/tickets/?{LIST}"


def test_a_ticket_that_was_opened_alone_leads_to_the_list(resolve):
    assert resolve("next", walk=False)["Location"] == "/tickets/"


def test_a_reply_that_can_be_taken_back_says_where(resolve, agent, tickets):
    resolve("next", reply=True)

    shown = browser(agent)
    agent.refresh_from_db()
    assert Draft.objects.get().is_held
    assert fresh(tickets[0]).state == "new"
    assert shown.get(tickets[0].get_absolute_url()).status_code == 200


def test_what_does_not_finish_it_stays(agent, resolve, tickets):
    agent.after_resolve = "list"
    agent.save()

    answer = browser(agent).post(
        f"{tickets[0].get_absolute_url()}do/assign/", {"team": "", "owner": "me", "version": ""}
    )

    assert answer["Location"] == tickets[0].get_absolute_url()


def test_it_is_chosen_in_the_profile_by_staff_alone(agent, requester):
    given = {"name": "Agnes Agent", "language": "en", "time_zone": "UTC", "theme": "system",
             "undo_seconds": "10", "after_resolve": "next"}  # fmt: skip
    browser(agent).post("/me/", given)
    agent.refresh_from_db()

    assert agent.after_resolve == "next"
    assert "After a record is resolved" not in browser(requester).get("/me/").content.decode()


@pytest.fixture
def run_macro(agent, tickets):
    def go(choice, step, *, place=0):
        agent.after_resolve, agent.undo_seconds = choice, 0
        agent.save()
        macro = Macro.objects.create(owner=agent, title="Done", reply="Cleaned.", step=step)
        page = tickets[place].get_absolute_url()
        tail = urlencode({"from": LIST, "i": place})
        shown = browser(agent).get(f"{page}?{tail}").content.decode()
        assert f'href="{page}macros/?{tail.replace("&", "&amp;")}"' in shown
        return browser(agent).post(f"{page}macros/?{tail}", {"macro": macro.pk})

    return go


def test_a_macro_that_finishes_the_ticket_goes_where_its_reader_wants(run_macro, tickets):
    answer = run_macro("next", "resolve", place=1)

    assert fresh(tickets[1]).state == "resolved"
    assert answer["Location"].startswith(f"{tickets[2].get_absolute_url()}?from=")


def test_a_macro_leads_back_to_the_list(run_macro):
    assert run_macro("list", "resolve")["Location"] == f"/tickets/?{LIST}"


def test_a_macro_that_does_not_finish_it_keeps_the_walk(run_macro, tickets):
    answer = run_macro("next", "")

    tail = urlencode({"from": LIST, "i": 0})
    assert answer["Location"] == f"{tickets[0].get_absolute_url()}?{tail}"
