"""One door moves records: who may, from where, with which answers, and against which version."""

from datetime import timedelta
from itertools import pairwise

import pytest

from itsm.accounts.models import RoleGrant, User
from itsm.core import clock
from itsm.core.errors import Denied, FieldErrors, NotOffered, RuleViolation, StaleVersion
from tests.factories import a_ticket, fresh
from tests.together import together
from tickets.actions import edit_ticket
from tickets.models import Incident
from valuechain.records.actions import add_comment, link_records, open_record, perform
from valuechain.records.models import Event, Record

RESOLUTION = {"resolution_code": "fixed", "resolution": "Water."}


@pytest.fixture
def ticket(agent, requester, organisation, desk):
    return a_ticket(actor=agent, requester=requester, organisation=organisation, team=desk)


@pytest.mark.parametrize("who", ["agent", "lead", "admin"])
def test_the_desk_works_on_a_ticket(request, ticket, who):
    moved = perform(ticket, "start", actor=request.getfixturevalue(who), via="html").record

    assert moved.state == "in_progress"


@pytest.mark.parametrize(
    "who", ["requester", "colleague", "outsider", "auditor", "supplier", "change_manager"]
)
def test_nobody_else_works_on_a_ticket(request, ticket, who):
    with pytest.raises(Denied):
        perform(ticket, "start", actor=request.getfixturevalue(who), via="html")

    assert fresh(ticket).state == "new"


@pytest.mark.parametrize("who", ["agent", "requester"])
def test_the_requester_and_the_desk_may_cancel(request, ticket, who):
    actor = request.getfixturevalue(who)

    moved = perform(ticket, "cancel", actor=actor, via="html", data={"reason": "It went out."})

    assert (moved.record.state, moved.record.phase) == ("cancelled", "void")


@pytest.mark.parametrize("who", ["colleague", "outsider", "auditor", "supplier"])
def test_others_may_not_cancel(request, ticket, who):
    with pytest.raises(Denied):
        perform(
            ticket, "cancel", actor=request.getfixturevalue(who), via="html", data={"reason": "x"}
        )


@pytest.mark.parametrize("also", ["requester", "agent"])
def test_whoever_only_audits_here_changes_nothing_whatever_they_are_elsewhere(
    ticket, auditor, other_organisation, also
):
    RoleGrant.objects.create(user=auditor, role=also, organisation=other_organisation)
    person = User.objects.get(pk=auditor.pk)

    with pytest.raises(Denied, match="auditor"):
        perform(ticket, "start", actor=person, via="html")
    with pytest.raises(Denied, match="auditor"):
        link_records(ticket, a_ticket(actor=person), "relates_to", actor=person, via="html")


def test_an_auditor_who_asked_for_something_may_talk_about_it(auditor, agent, organisation):
    own = a_ticket(actor=auditor)

    comment = add_comment(own, body="Hello", visibility="public", actor=auditor, via="html")

    assert not comment.is_from_staff


def test_a_required_text_cannot_be_edited_to_blanks(ticket, agent):
    with pytest.raises(FieldErrors):
        edit_ticket(ticket, {"title": "   "}, actor=agent, via="html")


@pytest.mark.django_db(transaction=True)
def test_two_tickets_merged_into_each_other_at_once_leave_one(agent, requester, organisation, desk):
    for _round in range(3):
        pair = [
            a_ticket(actor=agent, requester=requester, organisation=organisation, team=desk)
            for _ in range(2)
        ]

        results = together(
            2,
            lambda i, pair=pair: perform(
                pair[i], "merge", actor=agent, via="html", data={"into": pair[1 - i].number}
            ),
        )

        assert sorted(type(result).__name__ for result in results) == ["Event", "RuleViolation"]
        assert sorted(fresh(ticket).state for ticket in pair) == ["merged", "new"]


def test_what_is_not_offered_says_what_is(ticket, agent):
    with pytest.raises(NotOffered) as refusal:
        perform(ticket, "reopen", actor=agent, via="html", data={"reason": "Still burning"})

    assert refusal.value.status == 409
    assert {"start", "assign", "resolve"} <= set(refusal.value.missing)
    assert "reopen" not in refusal.value.missing


def test_every_answer_that_is_missing_or_not_understood_is_named_at_once(ticket, agent):
    with pytest.raises(FieldErrors) as refusal:
        perform(
            ticket,
            "wait_for_customer",
            actor=agent,
            via="html",
            data={"follow_up_at": "tomorrow", "colour": "red"},
        )

    assert set(refusal.value.errors) == {"reason", "follow_up_at", "colour"}
    assert fresh(ticket).state == "new"


def test_waiting_keeps_why_and_until_when(ticket, agent, frozen):
    until = clock.now() + timedelta(days=2)
    data = {"reason": "Needs the serial number", "follow_up_at": until}

    waiting = perform(ticket, "wait_for_customer", actor=agent, via="html", data=data).record
    assert (waiting.waiting_reason, waiting.follow_up_at) == ("Needs the serial number", until)
    assert waiting.phase == "waiting"

    resumed = perform(waiting, "resume", actor=agent, via="html").record
    assert (resumed.waiting_reason, resumed.follow_up_at) == ("", None)


def test_an_old_version_is_refused_and_nothing_is_lost(ticket, agent):
    seen = ticket.version
    edit_ticket(ticket, {"title": "Put out"}, actor=agent, via="html", expected_version=seen)

    with pytest.raises(StaleVersion) as refusal:
        perform(ticket, "start", actor=agent, via="html", expected_version=seen)
    with pytest.raises(StaleVersion):
        edit_ticket(ticket, {"title": "Mine"}, actor=agent, via="html", expected_version=seen)

    assert refusal.value.current_version == seen + 1
    assert fresh(ticket).title == "Put out"


def test_an_open_child_holds_its_parent_back(ticket, agent, requester, organisation):
    child = a_ticket(actor=agent, requester=requester, organisation=organisation)
    link_records(child, ticket, "child_of", actor=agent, via="html")

    with pytest.raises(RuleViolation) as refusal:
        perform(ticket, "resolve", actor=agent, via="html", data=RESOLUTION)
    assert refusal.value.code == "open_blockers"
    assert refusal.value.missing == (child.number,)

    perform(child, "resolve", actor=agent, via="html", data=RESOLUTION)
    assert (
        perform(ticket, "resolve", actor=agent, via="html", data=RESOLUTION).record.state
        == "resolved"
    )


def test_an_external_id_is_taken_once(agent, requester, organisation):
    source = {"external_source": "monitoring", "external_id": "alarm-7"}
    a_ticket(actor=agent, requester=requester, organisation=organisation, **source)

    with pytest.raises(RuleViolation) as refusal:
        a_ticket(actor=agent, requester=requester, organisation=organisation, **source)

    assert refusal.value.code == "duplicate_external_id"
    assert Incident.objects.count() == 1


def test_what_cannot_be_left_out_is_named(agent, organisation):
    with pytest.raises(FieldErrors) as refusal:
        open_record("incident", actor=agent, via="html", title="  ", organisation=organisation)

    assert set(refusal.value.errors) == {"title", "requester"}


@pytest.mark.django_db(transaction=True)
def test_twenty_people_at_once_make_a_legal_path_with_each_event_once(
    agent, requester, organisation, desk
):
    ticket = a_ticket(actor=agent, requester=requester, organisation=organisation, team=desk)
    moves = [
        ("start", {}),
        ("resolve", RESOLUTION),
        ("reopen", {"reason": "Still burning"}),
        ("close", {}),
    ]

    def move(index):
        name, data = moves[index % len(moves)]
        return perform(ticket, name, actor=agent, via="html", data=data)

    results = together(20, move)

    won = [result for result in results if isinstance(result, Event)]
    lost = [result for result in results if not isinstance(result, Event)]
    assert all(isinstance(result, NotOffered) for result in lost), lost
    told = list(ticket.events.order_by("sequence"))
    assert [event.sequence for event in told] == list(range(1, len(told) + 1))
    # A reopened ticket also becomes evidence for an improvement, which is told on it too.
    events = [event for event in told if event.verb.startswith("incident.")]
    assert len(events) == len(won) + 1
    machine = ticket.kind_entry.machine
    for before, event in pairwise(events):
        assert event.from_state == before.to_state
        assert (
            event.from_state
            in machine.transition(event.verb.partition(".")[2], event.from_state).source
        )
    after = fresh(ticket)
    assert (after.state, after.version) == (events[-1].to_state, len(won) + 1)


@pytest.mark.django_db(transaction=True)
def test_numbers_given_to_twenty_people_at_once_are_all_different(agent, requester, organisation):
    def open_some(_index):
        return [
            a_ticket(actor=agent, requester=requester, organisation=organisation).number
            for _ in range(5)
        ]

    results = together(20, open_some)

    numbers = [number for some in results for number in some]
    assert len(set(numbers)) == 100
    assert all(number.startswith("INC-") for number in numbers)
    assert Record.objects.count() == 100
