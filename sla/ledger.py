"""What a clock says, worked out anew each time from the ledger of intervals it was given.

A ledger is a sequence of intervals, each beginning where the one before it ends. Its last interval
tells how the clock stands: an open `run` or `pause` is a clock that goes on; an open `resolved`, or
nothing open at all, is a clock that finished there. The terms are what the clock has to obey,
oldest first; the last of them is in force. Instants are in UTC: Python compares two instants of one
other zone by their wall clocks, wrongly so in the hour that comes twice. docs/sla.md has the rules.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from sla.calendars import Calendar, target_us, to_instant, to_seconds, to_us


class Kind(StrEnum):
    """What an interval of a clock was spent on."""

    RUN = "run"
    PAUSE = "pause"
    RESOLVED = "resolved"


class State(StrEnum):
    """How a clock stands."""

    IDLE = "idle"
    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    BREACHED = "breached"


@dataclass(frozen=True)
class Interval:
    """A stretch of a clock's life, and what began it."""

    start: datetime
    end: datetime | None
    kind: Kind
    cause: str
    actor: str = ""
    version: str = ""


@dataclass(frozen=True)
class Terms:
    """The target and the calendar a clock obeys from an instant on, over its whole history.

    `calendars` holds the calendar in force from each instant; the first one's instant is None.
    `counts_from` leaves out what came before it. `grace_s` are open seconds after `since` in which
    these terms alone make nothing late.
    """

    since: datetime
    target_s: float
    calendars: tuple[tuple[datetime | None, Calendar], ...]
    cause: str = ""
    counts_from: datetime | None = None
    grace_s: float = 0


@dataclass(frozen=True)
class Reading:
    """What a clock says at an instant. Seconds are open seconds; instants are in UTC."""

    state: State
    due_at: datetime | None
    elapsed_s: float
    remaining_s: float
    target_s: float
    finished_at: datetime | None = None
    breached_by_change: bool = False


@dataclass(frozen=True)
class Row:
    """One line of an explanation: an interval, the open seconds it used, and the sum so far."""

    start: datetime
    end: datetime
    kind: Kind
    cause: str
    actor: str
    version: str
    calendar: Calendar
    used_s: float
    sum_s: float
    expected: bool = False


@dataclass(frozen=True)
class Explanation:
    """Why a clock is due when it is: its reading, the terms in force, and the sum line by line."""

    reading: Reading
    terms: Terms
    rows: tuple[Row, ...]


def turn(
    ledger: Sequence[Interval],
    kind: Kind | None,
    *,
    at: datetime,
    cause: str,
    actor: str = "",
    version: str = "",
) -> tuple[Interval, ...]:
    """Return the ledger with its open interval ended at `at` and one of `kind` begun; None ends it.

    A ledger that is already in an interval of that kind is returned as it is.
    """
    if not ledger:
        return () if kind is None else (Interval(at, None, kind, cause, actor, version),)
    *earlier, last = ledger
    if last.end is None:
        if last.kind is kind:
            return tuple(ledger)
        last = replace(last, end=at)
    begun = () if kind is None else (Interval(at, None, kind, cause, actor, version),)
    return (*earlier, last, *begun)


def finished_at(ledger: Sequence[Interval]) -> datetime | None:
    """Return the instant a clock finished, None while it goes on or has not begun."""
    if not ledger:
        return None
    last = ledger[-1]
    if last.end is not None:
        return last.end
    return last.start if last.kind is Kind.RESOLVED else None


def derive(intervals: Sequence[Interval], terms: Sequence[Terms], now: datetime) -> Reading:
    """Read a clock as it stands, or stood, at `now`.

    `terms` is never empty. A change of terms that comes after a clock finished is not among them
    unless the clock was reopened. Raises CalendarError for a target out of range.
    """
    ledger = _as_of(intervals, now)
    in_force = _in_force(terms, ledger, now)
    target = target_us(in_force[-1].target_s)
    if not ledger:
        return Reading(State.IDLE, None, 0, to_seconds(target), to_seconds(target))
    finish = finished_at(ledger)
    moment = to_us(finish or now)
    due = _due(ledger, in_force)
    used = _used(ledger, in_force[-1], moment)
    late = due is not None and moment > due
    return Reading(
        state=_state(ledger, finished=finish is not None, late=late),
        due_at=None if due is None else to_instant(due),
        elapsed_s=to_seconds(used),
        remaining_s=to_seconds(_allowed(ledger, in_force, due, target) - used),
        target_s=to_seconds(target),
        finished_at=finish,
        breached_by_change=late
        and _late_by_change(ledger, in_force, None if finish is None else moment),
    )


def reached_at(
    intervals: Sequence[Interval], terms: Sequence[Terms], now: datetime, seconds: float
) -> datetime | None:
    """Return the instant at which a clock has used, or will have used, that many open seconds.

    None while it is paused before that. This is where an escalation step at a share of the target,
    or some open time before or after it, belongs.
    """
    ledger = _as_of(intervals, now)
    at = _spent_at(ledger, _in_force(terms, ledger, now)[-1], target_us(seconds, "seconds"))
    return None if at is None else to_instant(at)


def explain(intervals: Sequence[Interval], terms: Sequence[Terms], now: datetime) -> Explanation:
    """Return the reading of a clock with each interval, the open seconds it used, and their sum.

    Lines are cut where the calendar changed and at the due instant, so that the sum there can be
    read off. A running clock ends with the stretch still to come, marked as expected.
    """
    ledger = _as_of(intervals, now)
    in_force = _in_force(terms, ledger, now)[-1]
    reading = derive(intervals, terms, now)
    cuts = [since for since, _ in in_force.calendars if since is not None]
    if in_force.counts_from is not None:
        cuts.append(in_force.counts_from)
    if reading.due_at is not None:
        cuts.append(reading.due_at)
    rows: list[Row] = []
    used = 0
    for interval, expected in _stretches(ledger, now, reading):
        for start, end in _cut(interval.start, interval.end or now, cuts):
            calendar = _calendar_at(in_force, start)
            if interval.kind is Kind.RUN and start >= (in_force.counts_from or start):
                used += calendar.elapsed_us(to_us(start), to_us(end))
                spent = to_seconds(calendar.elapsed_us(to_us(start), to_us(end)))
            else:
                spent = 0
            rows.append(
                Row(
                    start,
                    end,
                    interval.kind,
                    interval.cause,
                    interval.actor,
                    interval.version,
                    calendar,
                    spent,
                    to_seconds(used),
                    expected,
                )
            )
    return Explanation(reading, in_force, tuple(rows))


def _stretches(
    ledger: Sequence[Interval], now: datetime, reading: Reading
) -> Iterator[tuple[Interval, bool]]:
    for interval in ledger:
        yield replace(interval, end=interval.end or now), False
    if reading.state is State.RUNNING and reading.due_at is not None:
        yield replace(ledger[-1], start=now, end=reading.due_at), True


def _cut(
    start: datetime, end: datetime, cuts: Iterable[datetime]
) -> Iterator[tuple[datetime, datetime]]:
    edges = [start, *sorted({cut for cut in cuts if start < cut < end}), end]
    yield from pairwise(edges)


def _as_of(intervals: Sequence[Interval], now: datetime) -> tuple[Interval, ...]:
    return tuple(
        replace(i, end=None) if i.end is not None and i.end > now else i
        for i in intervals
        if i.start <= now
    )


def _in_force(
    terms: Sequence[Terms], ledger: Sequence[Interval], now: datetime
) -> tuple[Terms, ...]:
    moment = finished_at(ledger) or now
    return tuple(t for t in terms if t.since <= moment) or (terms[0],)


def _state(ledger: Sequence[Interval], *, finished: bool, late: bool) -> State:
    if late:
        return State.BREACHED
    if finished:
        return State.MET
    return State.PAUSED if ledger[-1].kind is Kind.PAUSE else State.RUNNING


def _calendar_at(terms: Terms, at: datetime) -> Calendar:
    return [calendar for since, calendar in terms.calendars if since is None or since <= at][-1]


def _runs(ledger: Sequence[Interval], terms: Terms) -> Iterator[tuple[int, int | None, Calendar]]:
    """Yield the stretches in which the clock runs, with the calendar in force.

    A finished clock is taken to run on from its finish: its deadline is where it would have been.
    """
    runs = [(i.start, i.end) for i in ledger if i.kind is Kind.RUN]
    finish = finished_at(ledger)
    if finish is not None:
        runs.append((finish, None))
    segments = list(terms.calendars)
    for n, (since, calendar) in enumerate(segments):
        until = segments[n + 1][0] if n + 1 < len(segments) else None
        for start, end in runs:
            first = max(filter(None, (start, since, terms.counts_from)))
            last = min(filter(None, (end, until)), default=None)
            if last is None or first < last:
                yield to_us(first), None if last is None else to_us(last), calendar


def _used(ledger: Sequence[Interval], terms: Terms, until: int) -> int:
    return sum(
        calendar.elapsed_us(start, until if end is None else min(end, until))
        for start, end, calendar in _runs(ledger, terms)
    )


def _spent_at(ledger: Sequence[Interval], terms: Terms, budget: int) -> int | None:
    """Return the earliest instant by which the clock used the budget, None if it stays paused."""
    left = budget
    for start, end, calendar in _runs(ledger, terms):
        if end is None:
            return calendar.open_time.earliest(start, left)
        here = calendar.elapsed_us(start, end)
        if here >= left:
            return calendar.open_time.earliest(start, left)
        left -= here
    return None


def _due(ledger: Sequence[Interval], terms: Sequence[Terms]) -> int | None:
    """Return the deadline under the last of the terms, held back by its grace where it has one.

    Grace reaches no further than the deadline the clock had before the change.
    """
    latest = terms[-1]
    due = _spent_at(ledger, latest, target_us(latest.target_s))
    if len(terms) == 1 or not latest.grace_s or due is None:
        return due
    grace = _spent_at(
        ledger, replace(latest, counts_from=latest.since), target_us(latest.grace_s, "grace_s")
    )
    before = _due(ledger, terms[:-1])
    bounds = [bound for bound in (grace, before) if bound is not None]
    return max(due, min(bounds)) if bounds else None


def _allowed(
    ledger: Sequence[Interval], terms: Sequence[Terms], due: int | None, target: int
) -> int:
    """Return the open time up to the deadline: the target, or more where grace moved it."""
    if due is None or len(terms) == 1 or not terms[-1].grace_s:
        return target
    return max(target, _used(ledger, terms[-1], due))


def _late_by_change(ledger: Sequence[Interval], terms: Sequence[Terms], finish: int | None) -> bool:
    """Say whether a late clock would be in time, had the change that made it late not come.

    A clock that goes on is judged as of that change, so that the answer does not turn by itself while
    nobody does anything; a finished one by when it finished.
    """
    culprit = 0
    for n in range(1, len(terms)):
        at = to_us(terms[n].since)
        if not _over(_due(ledger, terms[: n + 1]), at):
            culprit = 0
        elif not _over(_due(ledger, terms[:n]), at):
            culprit = n
    if not culprit:
        return False
    unchanged = _due(ledger, terms[:culprit])
    return unchanged is None or finish is None or finish <= unchanged


def _over(due: int | None, at: int) -> bool:
    return due is not None and due <= at
