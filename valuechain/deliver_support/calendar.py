"""What is planned to change and when: releases, deployments, changes, freezes, and their clashes.

Other apps add what they plan by a source, so that the calendar need not know them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from itsm.core.machine import Phase
from valuechain.deliver_support.models import ChangeFreeze, Deployment, Release
from valuechain.records.models import Event

if TYPE_CHECKING:
    from itsm.core.decisions import Sentence
    from valuechain.records.models import Record


@dataclass(frozen=True)
class Entry:
    """One thing in the calendar, from one instant to another."""

    label: Sentence
    title: str
    start: datetime
    end: datetime
    record: Record | None = None
    freeze: ChangeFreeze | None = None
    clashes: tuple[str, ...] = field(default=())
    #: Who accepted that it overlaps, and why.
    accepted: str = ""

    @property
    def url(self) -> str:
        return self.record.get_absolute_url() if self.record is not None else ""

    @property
    def uid(self) -> str:
        return self.record.number if self.record is not None else f"freeze-{self.freeze_id}"

    @property
    def freeze_id(self) -> int:
        return self.freeze.pk if self.freeze is not None else 0

    @property
    def is_of_one_day(self) -> bool:
        return timezone.localdate(self.start) == timezone.localdate(self.end)

    def is_on(self, day: date) -> bool:
        """Whether it touches a day of the reader's calendar."""
        first, last = timezone.localdate(self.start), timezone.localdate(self.end)
        if last > first and timezone.localtime(self.end).time() == time.min:
            last -= timedelta(days=1)
        return first <= day <= last


#: (actor, from, to) -> entries; an app above this one adds its own.
Source = Callable[[Any, datetime, datetime], Iterable[Entry]]
sources: list[Source] = []


def windowed(
    label: Sentence, records: Iterable[Any], *, accepted: Mapping[int, str] | None = None
) -> list[Entry]:
    """Make entries of records that have a window; `accepted` says who lets which one overlap."""
    told = accepted or {}
    return [
        Entry(
            label,
            record.title,
            record.window_start,
            record.window_end,
            record=record,
            accepted=told.get(record.pk, ""),
        )
        for record in records
    ]


def acceptances(reasons: Mapping[int, str], *, verb: str) -> dict[int, str]:
    """Say who accepted each overlap: the last who took that step. One query, none for none."""
    wanted = {pk: why for pk, why in reasons.items() if why}
    if not wanted:
        return {}
    took = Event.objects.filter(record__in=wanted, verb=verb).select_related("actor")
    return {
        event.record_id: _("Accepted by %(who)s: %(why)s")
        % {"who": event.actor or _("a program"), "why": wanted[event.record_id]}
        for event in took.order_by("pk")
    }


def in_window(queryset: Any, actor: Any, start: datetime, end: datetime) -> Any:
    """Keep the records the actor sees whose window touches a span, with what an entry shows."""
    return (
        queryset.visible_to(actor)
        .filter(window_start__lt=end, window_end__gt=start)
        .exclude(phase=Phase.VOID)
        .select_related("service", "organisation")
    )


def _own(actor: Any, start: datetime, end: datetime) -> list[Entry]:
    releases = list(in_window(Release.objects.all(), actor, start, end))
    deployments = list(in_window(Deployment.objects.all(), actor, start, end))
    accepted = acceptances(
        {release.pk: release.overlap_accepted for release in releases},
        verb="release.accept_overlap",
    )
    # What is said of a release holds for its deployments, unless more was said of one.
    accepted |= {
        deployment.pk: accepted[deployment.release_id]
        for deployment in deployments
        if deployment.release_id in accepted
    }
    accepted |= acceptances(
        {deployment.pk: deployment.overlap_accepted for deployment in deployments},
        verb="deployment.accept_overlap",
    )
    return [
        *windowed(gettext_lazy("Release"), releases, accepted=accepted),
        *windowed(gettext_lazy("Deployment"), deployments, accepted=accepted),
    ]


sources.append(_own)


def entries(actor: Any, start: datetime, end: datetime) -> list[Entry]:
    """Return what somebody sees between two instants, in the order of time, clashes named."""
    freezes = list(
        ChangeFreeze.objects.visible_to(actor)
        .between(start, end)
        .prefetch_related("organisations", "services")
    )
    planned = [entry for source in sources for entry in source(actor, start, end)]
    told = [
        replace(entry, clashes=(*_overlaps(entry, planned), *_frozen(entry, freezes)))
        for entry in planned
    ]
    told += [
        Entry(gettext_lazy("Change freeze"), freeze.name, freeze.starts_at, freeze.ends_at,
              freeze=freeze)
        for freeze in freezes
    ]  # fmt: skip
    return sorted(told, key=lambda entry: (entry.start, entry.uid))


def _overlaps(entry: Entry, planned: Sequence[Entry]) -> list[str]:
    """Name what else has the same service at the same time, unless the two belong together."""
    here = entry.record
    service = here.service if here is not None else None
    if here is None or service is None:
        return []
    return [
        _("Overlaps with %(number)s on %(service)s")
        % {"number": other.record.number, "service": service.title}
        for other in planned
        if other.record is not None
        and other.record.pk != here.pk
        and other.record.service_id == here.service_id
        and other.start < entry.end
        and other.end > entry.start
        and not _belong_together(here, other.record)
    ]


def _belong_together(one: Any, other: Any) -> bool:
    """A deployment, its release and its change are one undertaking."""
    parts = [{record.pk, getattr(record, "release_id", None),
              getattr(record, "under_change_id", None)} - {None} for record in (one, other)]  # fmt: skip
    return bool(parts[0] & parts[1])


def _frozen(entry: Entry, freezes: Sequence[ChangeFreeze]) -> list[str]:
    record = entry.record
    if record is None:
        return []
    lineage = set(record.organisation.lineage)
    return [
        _("Falls into the freeze “%(name)s”") % {"name": freeze.name}
        for freeze in freezes
        if freeze.starts_at < entry.end
        and freeze.ends_at > entry.start
        and _holds(freeze.organisations.all(), lineage)
        and _holds(freeze.services.all(), {record.service_id})
    ]


def _holds(of: Iterable[Any], wanted: set[Any]) -> bool:
    named = {each.pk for each in of}
    return not named or bool(named & wanted)


# A month as a page shows it ---------------------------------------------------------------------


@dataclass(frozen=True)
class Day:
    """One cell of the month."""

    date: date
    is_in_month: bool
    is_today: bool
    entries: list[Entry]


@dataclass(frozen=True)
class Month:
    """One month: its weeks from Monday to Sunday, and the same as a list."""

    first: date
    weeks: list[list[Day]]
    agenda: list[Entry]

    @property
    def previous(self) -> str:
        return f"{self.first - timedelta(days=1):%Y-%m}"

    @property
    def next(self) -> str:
        return f"{self.first + timedelta(days=32):%Y-%m}"


def read_month(words: str, *, today: date) -> date:
    """Return the first day of a month written 2026-11; today's month for anything else."""
    try:
        found = date.fromisoformat(f"{words}-01")
    except ValueError:
        found = today.replace(day=1)
    return found if 1970 < found.year < 2200 else today.replace(day=1)


def month_of(first: date, actor: Any, *, today: date) -> Month:
    """Lay out one month of the reader's calendar."""
    start = first - timedelta(days=first.weekday())
    after = (first + timedelta(days=32)).replace(day=1)
    end = after + timedelta(days=-after.weekday() % 7)
    found = entries(actor, _midnight(start), _midnight(end))
    days = [start + timedelta(days=n) for n in range((end - start).days)]
    cells = [
        Day(day, day.month == first.month, day == today, [e for e in found if e.is_on(day)])
        for day in days
    ]
    agenda = [e for e in found if e.start < _midnight(after) and e.end > _midnight(first)]
    return Month(first, [cells[n : n + 7] for n in range(0, len(cells), 7)], agenda)


#: How far ahead the list reads.
AGENDA = timedelta(days=28)


@dataclass(frozen=True)
class Span:
    """Some days of the reader's calendar, and where the ones before and after begin."""

    first: date
    last: date
    days: list[Day]
    entries: list[Entry]

    @property
    def previous(self) -> str:
        return (self.first - (self.last - self.first) - timedelta(days=1)).isoformat()

    @property
    def next(self) -> str:
        return (self.last + timedelta(days=1)).isoformat()


def read_day(words: str, *, today: date) -> date:
    """Return a day written 2026-11-25; today for anything else."""
    try:
        found = date.fromisoformat(words)
    except ValueError:
        return today
    return found if 1970 < found.year < 2200 else today


def week_of(day: date, actor: Any, *, today: date) -> Span:
    """Lay out the week, Monday to Sunday, that a day is in."""
    first = day - timedelta(days=day.weekday())
    last = first + timedelta(days=6)
    found = entries(actor, _midnight(first), _midnight(last + timedelta(days=1)))
    days = [first + timedelta(days=n) for n in range(7)]
    cells = [Day(one, True, one == today, [e for e in found if e.is_on(one)]) for one in days]  # noqa: FBT003 - a field
    return Span(first, last, cells, found)


def agenda_of(day: date, actor: Any) -> Span:
    """List what is planned in the four weeks from a day on."""
    last = day + AGENDA - timedelta(days=1)
    return Span(day, last, [], entries(actor, _midnight(day), _midnight(day + AGENDA)))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
