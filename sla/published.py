"""What is published, kept in memory by every process and checked with one tiny read.

A published edition never changes, so it is kept for ever. Which editions are in force changes with
each publication; the one row of `Edition` carries a new mark then.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.db import connection

from sla.calendars import Calendar as BusinessTime
from sla.calendars import read_calendar
from sla.matching import Conditions, Promise, Step, Subject, match
from sla.models import AgreementVersion, CalendarVersion, Edition


@dataclass(frozen=True)
class Book:
    """The agreements and calendars in force at one moment."""

    promises: tuple[Promise, ...] = ()
    #: The edition in force of each calendar, by the calendar's id.
    calendars: dict[int, int] | None = None

    def offers(self, record: Any) -> dict[str, Any]:
        """Match the agreements in force to a record: `{kind: Match}`."""
        return match(self.promises, subject_of(record, self)) if self.promises else {}

    def calendar_version(self, promise: Promise) -> int:
        return (self.calendars or {})[promise.calendar]

    @property
    def asks_for_organisations(self) -> bool:
        return any(promise.conditions.organisations for promise in self.promises)


_EMPTY = Book()
_kept: tuple[uuid.UUID | None, Book] = (None, _EMPTY)
_promises: dict[int, Promise] = {}
_calendars: dict[int, BusinessTime] = {}
_calendar_names: dict[int, str] = {}


def book() -> Book:
    """Return what is in force now. One read of one row; more only after a publication."""
    global _kept
    with connection.cursor() as cursor:  # asked at every opening: not worth a queryset
        cursor.execute("SELECT mark FROM sla_edition WHERE id = 1")
        row = cursor.fetchone()
    if row is None:
        return _EMPTY
    mark = uuid.UUID(str(row[0]))
    known, held = _kept
    if known != mark:
        held = _read_book()
        _kept = (mark, held)
    return held


def turn_page() -> None:
    """Tell every process that something was published. Part of the publication's transaction."""
    Edition.objects.update_or_create(pk=1, defaults={"mark": uuid.uuid4()})


def promise(version: int) -> Promise:
    """Return a published edition of an agreement. A query only the first time."""
    if version not in _promises:
        _promises[version] = to_promise(
            AgreementVersion.objects.select_related("agreement").get(pk=version)
        )
    return _promises[version]


def business_time(version: int) -> BusinessTime:
    """Return the hours of a published calendar edition. A query only the first time."""
    if version not in _calendars:
        row = CalendarVersion.objects.select_related("calendar").get(pk=version)
        _calendar_names[version] = row.calendar.name
        _calendars[version] = read_calendar(row.definition)
    return _calendars[version]


def calendar_name(version: int) -> str:
    """Return what the calendar of a published edition is called. A query only the first time."""
    business_time(version)
    return _calendar_names[version]


def to_promise(row: AgreementVersion) -> Promise:
    """Turn a row into the value that rules work with; drafts too, for a simulation."""
    return Promise(
        version=row.pk,
        agreement=row.agreement_id,
        name=row.agreement.name,
        number=row.number,
        kind=row.agreement.kind,
        calendar=row.calendar_id,
        conditions=Conditions.read(row.conditions),
        targets=row.targets,
        pausable=frozenset(row.pausable),
        on_change=row.on_change,
        grace_s=row.grace_s,
        reopen_window_s=row.reopen_window_s,
        steps=tuple(
            Step(
                key=step["key"],
                percent=step.get("percent"),
                offset_s=step.get("offset_s"),
                metrics=frozenset(step.get("metrics", ())),
                actions=tuple(step.get("actions", ())),
            )
            for step in row.steps
        ),
        quiet_hours=row.quiet_hours,
    )


def subject_of(record: Any, held: Book) -> Subject:
    """Return what agreements look at in a record. A query only when one asks for organisations."""
    lineage: tuple[int, ...] = ()
    if held.asks_for_organisations:
        lineage = tuple(record.organisation.lineage)
    return Subject(
        kind=record.kind,
        priority=record.priority,
        lineage=lineage,
        service=record.service_id,
        team=record.team_id,
        channel=record.channel,
    )


def _read_book() -> Book:
    newest = (
        AgreementVersion.objects.published()
        .filter(agreement__is_active=True)
        .order_by("agreement_id", "-number")
        .distinct("agreement_id")
        .select_related("agreement")
    )
    calendars = dict(
        CalendarVersion.objects.published()
        .order_by("calendar_id", "-number")
        .distinct("calendar_id")
        .values_list("calendar_id", "pk")
    )
    promises = tuple(to_promise(row) for row in newest if row.calendar_id in calendars)
    _promises.update({held.version: held for held in promises})
    return Book(promises, calendars)
