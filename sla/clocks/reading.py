"""Reads a stored ledger with the engine: what a clock says, what is due next, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sla.calendars import Calendar as BusinessTime
from sla.ledger import (
    Explanation,
    Interval,
    Kind,
    Reading,
    State,
    Terms,
    derive,
    explain,
    reached_at,
)
from sla.matching import Promise
from sla.models import Clock, LedgerLine
from sla.published import business_time, promise
from sla.vocabulary import BREACH, ENDS, ClockState, Turn

_KINDS = {Turn.RUN: Kind.RUN, Turn.PAUSE: Kind.PAUSE, Turn.RESOLVED: Kind.RESOLVED}


@dataclass(frozen=True)
class Due:
    """A step of a clock and the instant it comes due."""

    at: datetime
    step: str


def in_order(lines: Sequence[LedgerLine]) -> list[LedgerLine]:
    """Return lines in the order they count; one dated back by a merge comes first."""
    return sorted(lines, key=lambda line: (line.at, line.sequence))


def intervals(lines: Sequence[LedgerLine]) -> tuple[Interval, ...]:
    """Return the intervals that ordered lines stand for; a line lasts until the next."""
    found: list[Interval] = []
    for line, following in pairwise([*lines, None]):
        if line is not None and (kind := _KINDS.get(Turn(line.kind))) is not None:
            found.append(
                Interval(
                    start=line.at,
                    end=None if following is None else following.at,
                    kind=kind,
                    cause=line.cause,
                    actor="" if line.actor_id is None else str(line.actor_id),
                    version=str(line.agreement_version_id),
                )
            )
    return tuple(found)


def terms(lines: Sequence[LedgerLine]) -> tuple[Terms, ...]:
    """Return what the clock had to obey, oldest first; lines that change nothing add nothing."""
    found: list[Terms] = []
    calendars: tuple[tuple[datetime | None, BusinessTime], ...] = ()
    calendar = 0
    for line in lines:
        if line.calendar_version_id != calendar:
            calendar = line.calendar_version_id
            hours = business_time(calendar)
            kept = calendars if line.is_calendar_from_here else ()
            calendars = (*kept, (line.at if kept else None, hours))
        new = Terms(
            since=line.at,
            target_s=line.target_s,
            calendars=calendars,
            cause=line.cause,
            counts_from=line.counts_from,
            grace_s=line.grace_s,
        )
        if not found or not _same(found[-1], new):
            found.append(new)
    return tuple(found)


def _same(old: Terms, new: Terms) -> bool:
    return (old.target_s, old.calendars, old.counts_from, old.grace_s) == (
        new.target_s,
        new.calendars,
        new.counts_from,
        new.grace_s,
    )


def read(lines: Sequence[LedgerLine], now: datetime) -> Reading:
    """Return what the clock of these ordered lines says at `now`."""
    return derive(intervals(lines), terms(lines), now)


def explained(lines: Sequence[LedgerLine], now: datetime) -> Explanation:
    """Return why the clock says so, line by line."""
    return explain(intervals(lines), terms(lines), now)


def refresh(clock: Clock, lines: Sequence[LedgerLine], now: datetime) -> None:
    """Work out everything the clock's row keeps from its ordered lines; saves nothing.

    A change that takes a noticed breach back arms the clock anew: its steps fire again, but not
    those that had already passed by then.
    """
    last = lines[-1]
    moment = max(now, last.at)
    clock.started_at = lines[0].at
    clock.agreement_version_id = last.agreement_version_id
    clock.calendar_version_id = last.calendar_version_id
    clock.target_s = last.target_s
    if last.kind in (Turn.MERGED, Turn.CANCELLED):
        clock.state = ClockState(last.kind)
        clock.finished_at = last.at
        clock.due_at = clock.remaining_s = clock.next_fire_at = None
        return
    said = read(lines, moment)
    clock.state = ClockState(said.state.value)
    clock.due_at = said.due_at
    clock.finished_at = said.finished_at
    clock.remaining_s = None if last.kind == Turn.RUN else float(said.remaining_s)
    is_late = said.state is State.BREACHED
    clock.breached_at = said.due_at if is_late else None
    clock.breached_by_change = said.breached_by_change
    if BREACH in clock.fired and not is_late:
        clock.arming += 1
        clock.armed_at = moment
        clock.fired = []
        clock.detected_at = None
    clock.next_fire_at = min((due.at for due in pending(clock, lines, moment)), default=None)


def pending(clock: Clock, lines: Sequence[LedgerLine], now: datetime) -> list[Due]:
    """Return what has not fired yet and when it is due, the earliest first.

    Nothing is pending while the clock is paused before it; a finished clock can only have missed
    its deadline unnoticed.
    """
    found = []
    if clock.due_at is not None and BREACH not in clock.fired:
        found.append(Due(clock.due_at, BREACH))
    if clock.is_finished:
        return found if clock.state == ClockState.BREACHED else []
    rules: Promise = promise(clock.agreement_version_id)
    steps = [step for step in rules.steps_for(clock.metric) if step.key not in clock.fired]
    stretches, obeyed = (intervals(lines), terms(lines)) if steps else ((), ())
    for step in steps:
        at = reached_at(stretches, obeyed, now, step.seconds(clock.target_s))
        if at is not None and (clock.armed_at is None or at > clock.armed_at):
            found.append(Due(at, step.key))
    return sorted(found, key=lambda due: (due.at, due.step == BREACH))


def is_over(lines: Sequence[LedgerLine]) -> bool:
    """Whether the ledger ended for good: nothing can be added."""
    return bool(lines) and lines[-1].kind in ENDS
