"""Clocks follow their records: what each thing that happens does to them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from itsm.accounts.access import SYSTEM
from itsm.core import clock
from sla.models import Clock, LedgerLine
from tests.conftest import MONDAY
from tests.factories import a_ticket, fresh, take
from tests.sla.promises import HOUR, OFFICE, a_calendar, an_agreement, the_clock
from valuechain.records.actions import add_comment, perform

pytestmark = pytest.mark.django_db

WAIT = {"reason": "the customer looks for the cable"}


@pytest.fixture
def ticket(frozen, cast):
    an_agreement()
    return a_ticket(actor=cast.agent, requester=cast.requester, organisation=cast.organisation,
                    team=cast.desk, impact=4, urgency=3)  # fmt: skip


def do(record, name, cast, **data):
    return perform(record, name, actor=cast.agent, via="html", data=data).record


def wait(record, cast):
    until = (clock.now() + timedelta(days=1)).isoformat()
    return do(record, "wait_for_customer", cast, follow_up_at=until, **WAIT)


def resolve(record, cast):
    return do(record, "resolve", cast, resolution_code="fixed", resolution="Done.")


def reply(record, who):
    return add_comment(record, body="Hello.", visibility="public", actor=who, via="html")


def test_clocks_start_when_the_demand_was_received(frozen, cast):
    an_agreement()
    received = MONDAY - timedelta(minutes=20)

    record = a_ticket(actor=cast.agent, requester=cast.requester, received_at=received)

    clock = the_clock(record)
    assert (clock.state, clock.started_at) == ("running", received)
    assert clock.due_at == received + timedelta(hours=4)
    assert fresh(record).next_due_at == received + timedelta(hours=1)


def test_a_record_nothing_is_promised_for_has_no_clock(frozen, cast):
    an_agreement(conditions={"kinds": ["change"]})

    record = a_ticket(actor=cast.agent, requester=cast.requester)

    assert not Clock.objects.of(record).exists()


def test_opening_costs_four_statements_for_its_clocks(frozen, cast):
    a_ticket(actor=cast.agent, requester=cast.requester)
    with CaptureQueriesContext(connection) as without:
        a_ticket(actor=cast.agent, requester=cast.requester)
    an_agreement()
    a_ticket(actor=cast.agent, requester=cast.requester)

    with CaptureQueriesContext(connection) as with_clocks:
        a_ticket(actor=cast.agent, requester=cast.requester)

    assert len(with_clocks) - len(without) == 3  # one is spent without agreements, too


def test_only_a_message_of_the_staff_to_the_requester_is_a_first_response(ticket, cast, frozen):
    frozen.shift(timedelta(minutes=10))

    add_comment(ticket, body="Strange.", visibility="internal", actor=cast.agent, via="html")
    add_comment(ticket, body="We have it.", visibility="public", actor=SYSTEM, via="worker",
                is_automatic=True)  # fmt: skip
    reply(ticket, cast.requester)
    do(ticket, "start", cast)
    assert the_clock(ticket, "first_response").state == "running"

    reply(ticket, cast.agent)
    stopped = the_clock(ticket, "first_response")
    assert (stopped.state, stopped.finished_at) == ("met", MONDAY + timedelta(minutes=10))


def test_a_late_answer_is_a_breach_at_the_deadline_not_at_the_answer(ticket, cast, frozen):
    frozen.shift(timedelta(hours=2))

    reply(ticket, cast.agent)

    late = the_clock(ticket, "first_response")
    assert (late.state, late.breached_at) == ("breached", MONDAY + timedelta(hours=1))
    assert late.next_fire_at == late.breached_at  # nobody noticed yet; the sweep will


@pytest.mark.parametrize(("minutes", "state"), [(59, "cancelled"), (61, "breached")])
def test_nobody_waits_for_an_answer_once_the_ticket_is_closed(ticket, cast, frozen, minutes, state):
    resolve(ticket, cast)
    frozen.shift(timedelta(minutes=minutes))
    assert the_clock(ticket, "first_response").finished_at is None

    do(ticket, "close", cast)

    let_go = the_clock(ticket, "first_response")
    assert (let_go.state, let_go.finished_at) == (state, MONDAY + timedelta(minutes=minutes))
    assert the_clock(ticket).state == "met"


def test_waiting_pauses_what_the_agreement_says_and_with_its_reason(ticket, cast, frozen):
    frozen.shift(timedelta(hours=1, seconds=-1))
    wait(ticket, cast)

    paused = the_clock(ticket)
    assert (paused.state, paused.due_at, paused.next_fire_at) == ("paused", None, None)
    assert paused.remaining_s == 3 * HOUR + 1
    assert paused.lines.get(kind="pause").note == WAIT["reason"]
    assert the_clock(ticket, "first_response").state == "running"

    frozen.shift(timedelta(hours=5))
    do(ticket, "resume", cast)
    assert the_clock(ticket).due_at == MONDAY + timedelta(hours=9)


def test_resolving_stops_and_reopening_goes_on_without_the_time_between(ticket, cast, frozen):
    frozen.shift(timedelta(hours=1))
    resolve(ticket, cast)
    assert the_clock(ticket).state == "met"

    frozen.shift(timedelta(hours=10))
    take(fresh(ticket), "reopen", cast)

    again = the_clock(ticket)
    assert (again.state, again.cycle) == ("running", 1)
    assert again.due_at == MONDAY + timedelta(hours=14)


def test_reopening_after_the_window_begins_a_second_cycle(frozen, cast):
    an_agreement(reopen_window_s=HOUR)
    ticket = a_ticket(actor=cast.agent, requester=cast.requester)
    frozen.shift(timedelta(hours=1))
    resolve(ticket, cast)

    frozen.shift(timedelta(hours=2))
    take(fresh(ticket), "reopen", cast)

    first, second = Clock.objects.filter(record=ticket, metric="resolution").order_by("cycle")
    assert (first.state, second.state, second.cycle) == ("met", "running", 2)
    assert second.due_at == MONDAY + timedelta(hours=7)


def test_a_cancelled_record_cancels_its_clocks(ticket, cast):
    do(ticket, "cancel", cast, reason="It was a dream.")

    assert set(Clock.objects.of(ticket).values_list("state", flat=True)) == {"cancelled"}
    assert fresh(ticket).next_due_at is None


def test_a_merge_ends_the_clocks_of_one_and_dates_those_of_the_other_back(ticket, cast, frozen):
    frozen.shift(timedelta(minutes=30))
    later = a_ticket(actor=cast.agent, requester=cast.requester)

    do(ticket, "merge", cast, into=later.number)

    assert set(Clock.objects.of(ticket).values_list("state", flat=True)) == {"merged"}
    survivor = the_clock(later)
    assert survivor.started_at == MONDAY
    assert survivor.due_at == MONDAY + timedelta(hours=4)


def test_a_changed_priority_counts_anew_from_the_start(frozen, cast):
    an_agreement(targets={"P4": {"resolution": 8 * HOUR}, "P1": {"resolution": HOUR}})
    ticket = a_ticket(actor=cast.agent, requester=cast.requester, impact=4, urgency=4)
    assert the_clock(ticket).due_at == MONDAY + timedelta(hours=8)
    frozen.shift(timedelta(hours=2))

    do(ticket, "set_priority", cast, priority=1, reason="The director is waiting.")

    changed = the_clock(ticket)
    assert (changed.target_s, changed.due_at) == (HOUR, MONDAY + timedelta(hours=1))
    assert (changed.state, changed.breached_by_change) == ("breached", True)
    assert changed.lines.count() == 2


def test_a_target_that_comes_with_the_priority_counts_every_pause_there_was(frozen, cast):
    an_agreement(targets={"P4": {"first_response": HOUR}, "P1": {"resolution": 4 * HOUR}})
    ticket = a_ticket(actor=cast.agent, requester=cast.requester, impact=4, urgency=4)
    frozen.shift(timedelta(hours=1))
    wait(ticket, cast)
    frozen.shift(timedelta(hours=5))
    do(ticket, "resume", cast)

    do(ticket, "set_priority", cast, priority=1, reason="Now it hurts.")

    assert the_clock(ticket).due_at == MONDAY + timedelta(hours=9)
    assert the_clock(ticket, "first_response").state == "cancelled"


def test_the_next_response_is_owed_from_the_first_open_question(frozen, cast):
    an_agreement(targets={"any": {"first_response": HOUR, "next_response": 2 * HOUR}})
    ticket = a_ticket(actor=cast.agent, requester=cast.requester)
    reply(ticket, cast.requester)
    assert not Clock.objects.filter(record=ticket, metric="next_response").exists()
    reply(ticket, cast.agent)

    frozen.shift(timedelta(minutes=10))
    reply(ticket, cast.requester)
    frozen.shift(timedelta(minutes=10))
    reply(ticket, cast.requester)

    owed = the_clock(ticket, "next_response")
    assert owed.due_at == MONDAY + timedelta(minutes=130)
    reply(ticket, cast.agent)
    assert the_clock(ticket, "next_response").state == "met"
    reply(ticket, cast.requester)
    assert the_clock(ticket, "next_response", cycle=2).state == "running"


def test_ownership_ends_when_somebody_owns_the_record(frozen, cast):
    an_agreement(targets={"any": {"ownership": HOUR}})
    ticket = a_ticket(actor=cast.agent, requester=cast.requester)
    frozen.shift(timedelta(minutes=5))

    do(ticket, "start", cast)

    assert the_clock(ticket, "ownership").state == "met"


def test_agreements_of_several_kinds_run_side_by_side(frozen, cast):
    an_agreement("Customer")
    an_agreement("Desk", kind="ola", calendar=a_calendar("Office", OFFICE))

    ticket = a_ticket(actor=cast.agent, requester=cast.requester)

    assert the_clock(ticket, agreement_kind="sla").due_at == MONDAY + timedelta(hours=4)
    assert the_clock(ticket, agreement_kind="ola").calendar_version.calendar.name == "Office"
    seen = Clock.objects.visible_to(cast.requester)
    assert set(seen.values_list("agreement_kind", flat=True)) == {"sla"}


def test_a_record_opened_when_it_is_over_keeps_no_live_clock(frozen, cast):
    an_agreement()
    received = MONDAY - timedelta(hours=2)

    ticket = a_ticket(actor=cast.agent, requester=cast.requester, state="resolved",
                      received_at=received)  # fmt: skip

    assert [c.state for c in Clock.objects.of(ticket)] == ["met"]


def test_a_record_opened_while_it_waits_is_paused_from_then_on(frozen, cast):
    an_agreement()

    ticket = a_ticket(actor=cast.agent, requester=cast.requester, state="waiting_customer",
                      received_at=MONDAY - timedelta(hours=1))  # fmt: skip

    assert the_clock(ticket).state == "paused"
    assert the_clock(ticket).remaining_s == 3 * HOUR


def test_the_ledger_is_only_ever_added_to(ticket):
    line = LedgerLine.objects.filter(clock__record=ticket).first()

    with pytest.raises(DatabaseError), transaction.atomic():
        LedgerLine.objects.filter(pk=line.pk).update(cause="something else")
    with pytest.raises(DatabaseError), transaction.atomic():
        line.delete()


def test_a_published_edition_is_never_changed(ticket):
    edition = the_clock(ticket).agreement_version

    edition.grace_s = 5
    with pytest.raises(DatabaseError), transaction.atomic():
        edition.save()
