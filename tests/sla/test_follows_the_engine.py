"""What the database keeps of clocks equals what the engine makes of the same story."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from itsm.core import clock
from sla.calendars import read_calendar
from sla.checking import differences
from sla.clocks.reading import read
from sla.clocks.sheet import ledgers_of
from sla.models import Clock
from sla.timeline import Event, EventType, Policy, readings, replay
from tests.conftest import MONDAY
from tests.factories import a_ticket
from tests.sla.promises import OFFICE, a_calendar, an_agreement
from valuechain.records.actions import add_comment, perform
from valuechain.records.models import Record

TARGETS = {
    "P1": {"first_response": 900, "next_response": 1800, "resolution": 4 * 3600},
    "P2": {"first_response": 1800, "next_response": 3600, "resolution": 8 * 3600},
    "P3": {"first_response": 7200, "next_response": 7200, "resolution": 16 * 3600},
}
#: What may happen in each phase, and the phase it leads to.
MOVES = {
    "live": {"wait": "waiting", "resolve": "done", "priority": "live"},
    "waiting": {"resume": "live", "resolve": "done", "priority": "waiting"},
    "done": {"reopen": "live"},
}
SAYINGS = ("agent", "requester", "note")


@st.composite
def stories(draw):
    """Steps of `(minutes since the last, what)`, possible in the order they come."""
    phase, steps = "live", []
    for _n in range(draw(st.integers(1, 12))):
        choices = [*MOVES[phase], *(word for word in SAYINGS if phase == "live" or word == "note")]
        what = draw(st.sampled_from(choices))
        phase = MOVES[phase].get(what, phase)
        steps.append((draw(st.integers(1, 3000)), what, draw(st.integers(1, 3))))
    return steps


@pytest.mark.django_db
@pytest.mark.parametrize("on_change", ["keep_elapsed", "restart_on_upgrade"])
def test_a_random_story_reads_the_same_in_both(cast, on_change):
    an_agreement(
        calendar=a_calendar("Office", OFFICE),
        targets=TARGETS,
        on_change=on_change,
        reopen_window_s=86_400,
        grace_s=600,
    )
    policy = Policy(TARGETS, priority_change=on_change, reopen_window_s=86_400, grace_s=600)

    @settings(max_examples=40, deadline=None)
    @given(stories())
    def check(story):
        with transaction.atomic(), time_machine.travel(MONDAY, tick=False) as traveller:
            try:
                compare(story, traveller, policy, cast)
            finally:
                transaction.set_rollback(True)

    check()


def compare(story, traveller, policy, cast):
    ticket = a_ticket(actor=cast.agent, requester=cast.requester, team=cast.desk,
                      impact=4, urgency=2)  # fmt: skip
    told = [Event(clock.now(), EventType.CREATED, priority=f"P{ticket.priority}")]
    for minutes, what, priority in story:
        traveller.shift(timedelta(minutes=minutes))
        told.extend(happen(ticket, what, priority, cast))
        now = clock.now()
        expected = readings(replay(policy, read_calendar(OFFICE), told, now), now)
        assert kept(ticket, now) == {m: r for m, r in expected.items() if r.state != "idle"}
    assert list(differences()) == []


def happen(ticket, what, priority, cast):
    """Do it through the real doors and return it as the engine's events."""
    now = clock.now()
    until = (now + timedelta(days=30)).isoformat()
    if what in SAYINGS:
        visibility = "internal" if what == "note" else "public"
        who = cast.requester if what == "requester" else cast.agent
        add_comment(ticket, body="Words.", visibility=visibility, actor=who, via="html")
        said = {
            "agent": EventType.PUBLIC_REPLY_BY_AGENT,
            "requester": EventType.PUBLIC_REPLY_BY_REQUESTER,
            "note": EventType.INTERNAL_NOTE,
        }
        return [Event(now, said[what])]
    name, data, kind = {
        "wait": ("wait_for_customer", {"reason": "x", "follow_up_at": until}, EventType.PENDING),
        "resume": ("resume", {}, EventType.RESUME),
        "resolve": (
            "resolve",
            {"resolution_code": "fixed", "resolution": "x"},
            EventType.RESOLVED,
        ),
        "reopen": ("reopen", {"reason": "x"}, EventType.REOPENED),
        "priority": ("set_priority", {"priority": priority, "reason": "x"}, EventType.PRIORITY),
    }[what]
    record = Record.objects.get(pk=ticket.pk)
    perform(record, name, actor=cast.agent, via="html", data=data)
    return [Event(now, kind, priority=f"P{priority}" if what == "priority" else "")]


def kept(ticket, now):
    clocks = list(Clock.objects.of(ticket).order_by("cycle"))
    ledgers = ledgers_of(clocks)
    return {clock.metric: read(ledgers[clock.pk], now) for clock in clocks}
