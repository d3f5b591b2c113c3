"""What publishing a draft would do to the clocks that run: read-only, before anything is saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sla.calendars import Calendar as BusinessTime
from sla.clocks.reading import intervals, terms
from sla.clocks.sheet import newest_first, restarts
from sla.ledger import Reading, State, Terms, derive
from sla.matching import Promise, match
from sla.models import Clock, LedgerLine
from sla.published import Book, book, subject_of

#: So many clocks are looked at, the newest first; beyond that the answer says so.
MOST = 2_000
#: So many of those that move are named.
NAMED = 50

NewTerms = Callable[[Clock, Sequence[LedgerLine], tuple[Terms, ...]], "Terms | None"]


@dataclass(frozen=True, slots=True)
class Move:
    """A clock whose deadline would move."""

    record: Any
    metric: Any
    due_before: datetime | None
    due_after: datetime | None
    is_late_then: bool


@dataclass
class Foresight:
    """How many running clocks would be due later, earlier, or late at once."""

    looked_at: int = 0
    later: int = 0
    earlier: int = 0
    unchanged: int = 0
    late_at_once: int = 0
    #: Clocks that would come under another agreement, or end.
    leaving: int = 0
    is_cut_off: bool = False
    moves: list[Move] = field(default_factory=list)


def foresee_calendar(
    calendar: int, hours: BusinessTime, *, from_now: bool, visible: Any, now: datetime
) -> Foresight:
    """Count what a draft of a calendar would do to the clocks that run by it."""

    def moved(_clock: Clock, _lines: Sequence[LedgerLine], held: tuple[Terms, ...]) -> Terms:
        last = held[-1]
        kept = last.calendars if from_now else ()
        calendars = (*kept, (now if from_now else None, hours))
        return Terms(
            now, last.target_s, calendars, "preview", counts_from=last.counts_from,
            grace_s=last.grace_s,
        )  # fmt: skip

    return _foresee(visible.filter(calendar_version__calendar=calendar), moved, now)


def foresee_agreement(
    rules: Promise, hours: BusinessTime, *, visible: Any, now: datetime
) -> Foresight:
    """Count what a draft of an agreement would do to the clocks that obey its earlier editions."""
    held_now = book()
    edition = held_now.calendar_version(rules)
    rivals = [other for other in held_now.promises if other.agreement != rules.agreement]
    contest = Book((*rivals, rules))

    def moved(clock: Clock, lines: Sequence[LedgerLine], held: tuple[Terms, ...]) -> Terms | None:
        record = clock.record
        chosen = match(contest.promises, subject_of(record, contest)).get(rules.kind)
        target = rules.targets_for(record.priority).get(clock.metric)
        if chosen is None or chosen.promise is not rules or target is None:
            return None
        last = held[-1]
        is_restart = restarts(rules, clock.metric, last.target_s, target)
        is_same_calendar = lines[-1].calendar_version_id == edition
        return Terms(
            now, target, last.calendars if is_same_calendar else ((None, hours),), "preview",
            counts_from=now if is_restart else last.counts_from, grace_s=rules.grace_s,
        )  # fmt: skip

    return _foresee(visible.filter(agreement_version__agreement=rules.agreement), moved, now)


def _foresee(clocks: Any, moved: NewTerms, now: datetime) -> Foresight:
    result = Foresight()
    for clock, lines in newest_first(clocks.unfinished()):
        if result.looked_at == MOST:
            result.is_cut_off = True
            break
        result.looked_at += 1
        held, stretches = terms(lines), intervals(lines)
        new = moved(clock, lines, held)
        if new is None:
            result.leaving += 1
            continue
        _count(result, clock, derive(stretches, held, now), derive(stretches, (*held, new), now))
    return result


def _count(result: Foresight, clock: Clock, before: Reading, after: Reading) -> None:
    way = _direction(before, after)
    if way == 0:
        result.unchanged += 1
        return
    is_late_then = after.state is State.BREACHED and before.state is not State.BREACHED
    result.later += way > 0
    result.earlier += way < 0
    result.late_at_once += is_late_then
    if len(result.moves) < NAMED:
        result.moves.append(
            Move(
                record=clock.record,
                metric=clock.get_metric_display(),
                due_before=before.due_at,
                due_after=after.due_at,
                is_late_then=is_late_then,
            )
        )


def _direction(before: Reading, after: Reading) -> int:
    """Say whether a clock is due later (1), earlier (-1) or as before; a paused one by what is left."""
    old: float
    new: float
    if before.due_at is None or after.due_at is None:
        old, new = before.remaining_s, after.remaining_s
    else:
        old, new = before.due_at.timestamp(), after.due_at.timestamp()
    return (new > old) - (new < old)
