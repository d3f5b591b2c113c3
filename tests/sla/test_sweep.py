"""What is due fires once, whoever sweeps, and one bad row stops nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from itsm.accounts.models import Membership, Team
from sla.checking import differences
from sla.delivering import deliver
from sla.models import Clock, ClockFiring, LedgerLine
from sla.readiness import oldest_overdue_clock
from sla.sweeping import retry, sweep
from sla.wording import escalated
from tests.conftest import MONDAY
from tests.factories import a_ticket, fresh
from tests.figures import figure
from tests.sla.promises import HOUR, an_agreement, the_clock
from tests.together import together
from valuechain.records.actions import perform
from valuechain.records.models import Event

pytestmark = pytest.mark.django_db


def breaches(record):
    return Event.objects.filter(record=record, verb="clock.breached")


def a_late_ticket(cast, frozen, **terms):
    an_agreement(targets={"any": {"resolution": HOUR}}, **terms)
    ticket = a_ticket(actor=cast.agent, requester=cast.requester, team=cast.desk)
    frozen.shift(timedelta(hours=1, seconds=3))
    return ticket


def test_a_breach_fires_once_at_its_deadline_and_says_when_it_was_noticed(frozen, cast):
    ticket = a_late_ticket(cast, frozen)

    assert sweep().fired == 1
    assert sweep().fired == 0

    late = the_clock(ticket)
    assert (late.state, late.breached_at) == ("breached", MONDAY + timedelta(hours=1))
    assert late.detected_at == MONDAY + timedelta(hours=1, seconds=3)
    event = breaches(ticket).get()
    assert (event.is_internal, event.data["clock"]) == (True, late.pk)


def test_nothing_fires_at_the_very_instant_of_the_deadline(frozen, cast):
    an_agreement(targets={"any": {"resolution": HOUR}})
    a_ticket(actor=cast.agent, requester=cast.requester)

    frozen.shift(timedelta(hours=1))
    assert sweep().fired == 0

    frozen.shift(timedelta(microseconds=1))
    assert sweep().fired == 1


def test_a_breach_nobody_noticed_before_the_end_still_fires(frozen, cast):
    ticket = a_late_ticket(cast, frozen)
    perform(ticket, "resolve", actor=cast.agent, via="html",
            data={"resolution_code": "fixed", "resolution": "Done."})  # fmt: skip

    assert sweep().fired == 1

    assert breaches(ticket).count() == 1
    assert the_clock(ticket).next_fire_at is None


def test_two_late_clocks_of_one_record_fire_together(frozen, cast):
    an_agreement(targets={"any": {"first_response": HOUR, "resolution": HOUR}})
    ticket = a_ticket(actor=cast.agent, requester=cast.requester)
    frozen.shift(timedelta(hours=2))

    assert sweep().fired == 2

    assert breaches(ticket).count() == 2


def test_a_change_that_takes_a_breach_back_lets_it_fire_again_later(frozen, cast):
    an_agreement(targets={"P1": {"resolution": HOUR}, "any": {"resolution": 4 * HOUR}})
    ticket = a_ticket(actor=cast.agent, requester=cast.requester, impact=1, urgency=1)
    frozen.shift(timedelta(hours=2))
    sweep()

    perform(ticket, "set_priority", actor=cast.agent, via="html",
            data={"priority": 3, "reason": "It is only one printer."})  # fmt: skip
    assert the_clock(ticket).state == "running"
    assert the_clock(ticket).breached_at is None

    frozen.shift(timedelta(hours=3))
    assert sweep().fired == 1
    assert breaches(ticket).count() == 2
    assert set(ClockFiring.objects.values_list("step", "arming")) == {("breach", 1), ("breach", 2)}


def test_the_database_refuses_a_second_firing(frozen, cast):
    ticket = a_late_ticket(cast, frozen)
    sweep()
    fired = ClockFiring.objects.get(clock__record=ticket)

    fired.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        fired.save(force_insert=True)


def test_a_poisoned_clock_is_set_aside_and_the_line_goes_on(frozen, cast):
    an_agreement(targets={"any": {"resolution": HOUR}})
    bad = a_ticket(actor=cast.agent, requester=cast.requester)
    good = a_ticket(actor=cast.agent, requester=cast.requester)
    Clock.objects.of(bad).update(due_at=MONDAY, next_fire_at=MONDAY, fired=["breach"])
    frozen.shift(timedelta(hours=1, seconds=1))

    swept = sweep()

    assert (swept.fired, swept.set_aside) == (1, 1)
    assert breaches(good).count() == 1
    assert "StuckClock" in the_clock(bad).error
    assert oldest_overdue_clock() == "ok, 1 set aside"
    assert figure("clocks_set_aside") == 1
    assert figure("ready", check="clocks") == 1
    retry(the_clock(bad))
    assert the_clock(bad).poisoned_at is None


def test_readiness_says_how_late_the_oldest_clock_is(frozen, cast):
    a_late_ticket(cast, frozen)
    assert oldest_overdue_clock() is None

    frozen.shift(timedelta(seconds=100))

    assert oldest_overdue_clock() == "the oldest overdue clock is 103 s late"
    assert figure("clock_lateness_seconds") == 103
    assert figure("ready", check="clocks") == 0
    sweep()
    assert figure("clock_lateness_seconds") == 0


def test_escalations_fire_at_their_share_of_the_target_in_order(frozen, cast):
    steps = [
        {"key": "half", "percent": 50, "actions": [{"do": "webhook"}]},
        {"key": "soon", "offset_s": -600, "actions": [{"do": "webhook"}]},
    ]
    an_agreement(targets={"any": {"resolution": HOUR}}, steps=steps)
    ticket = a_ticket(actor=cast.agent, requester=cast.requester)
    assert the_clock(ticket).next_fire_at == MONDAY + timedelta(minutes=30)

    frozen.shift(timedelta(minutes=31))
    sweep()
    assert the_clock(ticket).next_fire_at == MONDAY + timedelta(minutes=50)

    frozen.shift(timedelta(minutes=60))
    sweep()
    fired = ClockFiring.objects.order_by("pk").values_list("step", flat=True)
    assert list(fired) == ["half", "soon", "breach"]


def test_an_escalation_reassigns_raises_and_names_people_through_the_doors(frozen, cast, lead):
    second = Team.objects.create(name="Second line", organisation=cast.organisation)
    Membership.objects.create(user=lead, team=second, is_lead=True)
    steps = [{
        "key": "50%",
        "percent": 50,
        "actions": [
            {"do": "reassign", "team": second.pk},
            {"do": "raise_priority"},
            {"do": "notify", "who": ["owner", "team_leads", cast.agent.pk]},
        ],
    }]  # fmt: skip
    ticket = a_late_ticket(cast, frozen, steps=steps)
    sweep()

    assert deliver() == 1
    assert deliver() == 0

    moved = fresh(ticket)
    assert moved.team == second, Event.objects.get(verb="clock.escalated").data
    event = Event.objects.get(record=ticket, verb="clock.escalated")
    told = next(done for done in event.data["done"] if done["do"] == "notify")
    assert cast.agent.pk in told["people"]


def test_a_team_that_has_it_already_is_not_given_it_again(frozen, cast):
    second = Team.objects.create(name="Second line", organisation=cast.organisation)
    hand_over = [{"do": "reassign", "team": second.pk}]
    steps = [{"key": f"{share}%", "percent": share, "actions": hand_over} for share in (50, 60)]
    ticket = a_late_ticket(cast, frozen, steps=steps)
    sweep()

    deliver()

    assert fresh(ticket).team == second
    moves = Event.objects.filter(record=ticket, verb__in=["incident.assign", "incident.reassign"])
    assert moves.count() == 1
    told = [
        escalated(event) for event in Event.objects.filter(record=ticket, verb="clock.escalated")
    ]
    assert sum("handed to another team" in words for words in told) == 1
    assert sum("it was with the team already" in words for words in told) == 1


def test_quiet_hours_hold_back_people_never_the_verdict(frozen, cast):
    steps = [{"key": "100%", "percent": 100, "actions": [{"do": "notify", "who": ["owner"]}]}]
    quiet = {"tz": "UTC", "from": "09:30", "to": "12:00"}
    ticket = a_late_ticket(cast, frozen, steps=steps, quiet_hours=quiet)

    assert sweep().fired == 2
    assert deliver() == 0
    assert breaches(ticket).count() == 1

    frozen.move_to(MONDAY.replace(hour=12, minute=0))
    # The step, and the breach itself: the owner is told of both only now.
    assert deliver() == 2


def test_quiet_hours_do_not_hold_back_what_disturbs_nobody(frozen, cast):
    second = Team.objects.create(name="Second line", organisation=cast.organisation)
    actions = [
        {"do": "reassign", "team": second.pk},
        {"do": "webhook"},
        {"do": "notify", "who": [cast.agent.pk]},
    ]
    steps = [{"key": "50%", "percent": 50, "actions": actions}]
    quiet = {"tz": "UTC", "from": "09:30", "to": "12:00"}
    ticket = a_late_ticket(cast, frozen, steps=steps, quiet_hours=quiet)
    sweep()

    assert deliver() == 1
    assert fresh(ticket).team == second
    (by_night,) = Event.objects.filter(record=ticket, verb="clock.escalated")
    assert [done["do"] for done in by_night.data["done"]] == ["reassign", "webhook"]
    assert deliver() == 0

    frozen.move_to(MONDAY.replace(hour=12, minute=0))
    deliver()

    told = Event.objects.filter(record=ticket, verb="clock.escalated", data__step="50%").last()
    assert [done["do"] for done in told.data["done"]] == ["notify"]
    assert deliver() == 0


def test_a_delivery_that_fails_is_tried_again_later(frozen, cast):
    steps = [{"key": "1%", "percent": 1, "actions": [{"do": "webhook"}]}]
    a_late_ticket(cast, frozen, steps=steps)
    sweep()
    ClockFiring.objects.filter(step="1%").update(actions=[{"do": "unheard of"}])

    assert deliver() == 0

    firing = ClockFiring.objects.get(step="1%")
    assert (firing.attempts, firing.delivered_at) == (1, None)
    ClockFiring.objects.filter(step="1%").update(actions=[{"do": "webhook"}])
    frozen.shift(timedelta(seconds=5))
    assert deliver() == 1


def test_a_batch_of_due_clocks_costs_the_same_few_statements_as_one(frozen, cast):
    an_agreement(targets={"any": {"resolution": HOUR}})
    for _n in range(10):
        a_ticket(actor=cast.agent, requester=cast.requester)
    frozen.shift(timedelta(hours=2))

    with CaptureQueriesContext(connection) as asked:
        assert sweep().fired == 10

    # The sweep's own statements; improve asks once for each breach whether it is one of many.
    assert len(asked) <= 8 + 10


def test_stored_and_derived_agree_and_a_difference_is_found_and_mended(frozen, cast):
    ticket = a_late_ticket(cast, frozen)
    assert list(differences()) == []
    sweep()
    assert list(differences()) == []

    Clock.objects.of(ticket).update(due_at=MONDAY)
    type(ticket).objects.filter(pk=ticket.pk).update(next_due_at=None)

    assert {found.field for found in differences()} == {"due_at", "next_due_at"}
    assert len(list(differences(fix=True))) == 2
    assert list(differences()) == []


@pytest.mark.django_db(transaction=True)
def test_many_sweeps_at_once_fire_each_breach_once(cast):
    agreement = an_agreement(targets={"any": {"resolution": HOUR}})
    tickets = [a_ticket(actor=cast.agent, requester=cast.requester,
                        received_at=MONDAY) for _n in range(25)]  # fmt: skip

    results = together(8, lambda _n: sweep(batch=3).fired)

    assert sum(results) == 25, results
    assert ClockFiring.objects.count() == 25
    assert all(breaches(ticket).count() == 1 for ticket in tickets)
    assert LedgerLine.objects.filter(agreement_version=agreement).count() == 25


@pytest.mark.django_db(transaction=True)
def test_sweeping_and_working_on_the_same_records_never_deadlocks(cast):
    an_agreement(targets={"any": {"resolution": HOUR, "first_response": HOUR}})
    tickets = [a_ticket(actor=cast.agent, requester=cast.requester,
                        received_at=MONDAY) for _n in range(10)]  # fmt: skip

    def work(n):
        if n % 2:
            return sweep(batch=4).fired
        for ticket in tickets:
            if n % 4:
                perform(ticket, "set_priority", actor=cast.agent, via="html",
                        data={"priority": 1 + n % 3, "reason": "again"})  # fmt: skip
            else:
                perform(ticket, "declare_major" if n == 0 else "start", actor=cast.agent,
                        via="html", data={"reason": "big"} if n == 0 else {})  # fmt: skip
        return 0

    results = together(8, work)

    assert not [problem for problem in results if "deadlock" in str(problem)]
    sweep()
    assert ClockFiring.objects.filter(step="breach").count() == 20
    assert list(differences()) == []
