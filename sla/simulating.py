"""Tries a draft agreement on the last days, read-only, and says which verdicts would flip."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from itsm.core import clock as time
from itsm.core.errors import RuleViolation
from sla.calendars import Calendar as BusinessTime
from sla.clocks.reading import intervals, read
from sla.clocks.sheet import newest_first
from sla.ledger import Terms, derive
from sla.matching import Promise, match
from sla.models import AgreementVersion, CalendarVersion, Clock
from sla.published import Book, book, business_time, subject_of, to_promise
from sla.vocabulary import ClockState, Turn

#: A simulation looks at no more clocks than this, the newest first, and says so.
MOST = 20_000


@dataclass(frozen=True, slots=True)
class Flip:
    """A clock whose verdict the draft would change."""

    clock: int
    number: str
    metric: str
    before: str
    after: str
    due_before: datetime | None
    due_after: datetime | None


@dataclass
class Simulation:
    """What the draft would have done."""

    looked_at: int = 0
    unchanged: int = 0
    #: Clocks the draft promises nothing for, or which another agreement would rule.
    not_covered: int = 0
    is_cut_off: bool = False
    flips: list[Flip] | None = None

    @property
    def newly_breached(self) -> int:
        return sum(1 for flip in self.flips or () if flip.after == ClockState.BREACHED)


def simulate(
    draft: AgreementVersion, *, days: int, now: datetime | None = None, visible: Any = None
) -> Simulation:
    """Apply an edition to the clocks of its kind begun in the last `days` and compare verdicts.

    The draft competes with the other agreements in force as if it were published, and the whole
    history is counted by its targets and calendar. Nothing is written. `visible` limits the clocks.
    """
    now = now or time.now()
    rules = to_promise(draft)
    hours = _hours_of(draft)
    held = book()
    rivals = [other for other in held.promises if other.agreement != rules.agreement]
    contest = Book((*rivals, rules))
    result = Simulation(flips=[])
    for clock, lines in _recent(rules.kind, now - timedelta(days=days), visible):
        if result.looked_at == MOST:
            result.is_cut_off = True
            break
        result.looked_at += 1
        flip = _try(clock, lines, rules, hours, contest, now)
        if flip is None:
            result.not_covered += 1
        elif flip.before == flip.after:
            result.unchanged += 1
        else:
            result.flips.append(flip)  # type: ignore[union-attr]
    return result


def _try(
    clock: Clock, lines: Any, rules: Promise, hours: BusinessTime, contest: Book, now: datetime
) -> Flip | None:
    chosen = match(contest.promises, subject_of(clock.record, contest)).get(rules.kind)
    target = rules.targets_for(clock.record.priority).get(clock.metric)
    if chosen is None or chosen.promise is not rules or target is None:
        return None
    terms = Terms(since=lines[0].at, target_s=target, calendars=((None, hours),))
    before, after = read(lines, now), derive(intervals(lines), (terms,), now)
    return Flip(
        clock=clock.pk,
        number=clock.record.number,
        metric=clock.metric,
        before=before.state.value,
        after=after.state.value,
        due_before=before.due_at,
        due_after=after.due_at,
    )


def _recent(kind: str, since: datetime, visible: Any) -> Iterator[tuple[Clock, Any]]:
    found = Clock.objects.all() if visible is None else visible
    found = found.filter(agreement_kind=kind, started_at__gte=since)
    return newest_first(found.exclude(state__in=[Turn.MERGED, Turn.CANCELLED]))


def _hours_of(draft: AgreementVersion) -> BusinessTime:
    version = (
        CalendarVersion.objects.published()
        .filter(calendar=draft.calendar_id)
        .order_by("-number")
        .first()
    )
    if version is None:
        raise RuleViolation("calendar_unpublished", _("Publish the calendar first."))
    return business_time(version.pk)
