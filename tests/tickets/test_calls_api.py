"""A telephone system says who calls, and writes the call down with its length."""

from __future__ import annotations

import pytest

from itsm.accounts.models import User
from tests.doors import Machine, is_problem
from tests.factories import a_ticket
from valuechain.records.models import Comment, Record, TimeEntry


@pytest.fixture
def caller(requester) -> User:
    requester.phone = "+43 (1) 555-01 23"
    requester.save()
    return requester


@pytest.mark.parametrize("number", ["+4315550123", "0043 1 5550123", "01 555 01 23", "5550123"])
def test_the_caller_is_found_however_the_number_is_written(caller, agent, organisation, number):
    ticket = a_ticket(actor=caller, organisation=organisation)

    answer = Machine(agent).post("calls/", {"caller": number})

    assert answer.status_code == 200
    body = answer.json()
    assert [one["name"] for one in body["callers"]] == [caller.name]
    assert body["callers"][0]["open_tickets"] == [ticket.number]
    assert "/tickets/call/?caller=rita.requester%40example.org" in body["form_url"]


@pytest.mark.parametrize("number", ["123", "anonymous", "+4315559999"])
def test_a_number_nobody_has_finds_nobody(caller, agent, number):
    assert Machine(agent).post("calls/", {"caller": number}).json()["callers"] == []


def test_a_call_opens_a_ticket_with_its_length(caller, agent):
    machine = Machine(agent)
    call = {"caller": "01 5550123", "title": "No picture", "seconds": 95, "external_source": "pbx",
            "external_id": "77"}  # fmt: skip

    answer = machine.post("calls/", call)

    assert answer.status_code == 201
    record = Record.objects.get(number=answer.json()["ticket"])
    assert (record.requester, record.channel) == (caller, "phone")
    assert TimeEntry.objects.get(record=record).seconds == 95
    is_problem(machine.post("calls/", call), 409, "duplicate_external_id")


def test_a_call_is_written_on_an_open_ticket_as_a_note(caller, agent, organisation, desk):
    ticket = a_ticket(actor=caller, organisation=organisation, team=desk)

    answer = Machine(agent).post(
        "calls/", {"caller": "5550123", "ticket": ticket.number, "text": "Still", "seconds": 30}
    )

    comment = Comment.objects.get()
    assert answer.json()["ticket"] == ticket.number
    assert (comment.form, comment.visibility, comment.body) == ("call", "internal", "Still")


def test_an_unknown_caller_opens_no_ticket_by_machine(agent):
    is_problem(Machine(agent).post("calls/", {"caller": "9999999", "title": "x"}), 400)


def test_a_requesters_token_finds_nobody_else(caller, colleague):
    assert Machine(colleague).post("calls/", {"caller": "5550123"}).json()["callers"] == []
