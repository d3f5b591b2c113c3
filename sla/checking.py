"""Proves that what is stored of clocks equals what their ledgers say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Min, OuterRef, Q, Subquery

from itsm.core import clock as time
from sla.clocks.reading import refresh
from sla.clocks.sheet import KEPT, ledgers_of, write_next_due
from sla.models import Clock
from sla.vocabulary import ClockState
from valuechain.records.models import Record

BATCH = 500
#: What only changes when something fires; the ledger does not know it.
NOT_DERIVED = ("detected_at", "arming", "armed_at", "fired", "poisoned_at", "error")
DERIVED = tuple(name for name in KEPT if name not in NOT_DERIVED)


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that is stored wrongly: of a clock, or of its record's deadline."""

    clock: int | None
    record: int
    field: str
    stored: Any
    derived: Any


def differences(*, fix: bool = False) -> Iterator[Difference]:
    """Work out every clock again and yield what differs; with `fix`, write it down right."""
    last = 0
    while True:
        found = list(Clock.objects.filter(pk__gt=last).order_by("pk")[:BATCH])
        if not found:
            break
        ledgers = ledgers_of(found)
        for clock in found:
            last = clock.pk
            if _compare(clock, ledgers[clock.pk], time.now()):
                yield from _settle(clock, fix=fix)
    yield from _deadlines(fix=fix)


def _compare(clock: Clock, lines: Any, now: datetime) -> list[Difference]:
    stored = {name: getattr(clock, name) for name in DERIVED}
    arming = clock.arming
    refresh(clock, lines, now)
    derived = {name: getattr(clock, name) for name in DERIVED}
    if clock.arming != arming:
        derived.pop("next_fire_at")
    if stored["state"] == ClockState.RUNNING and derived["state"] == ClockState.BREACHED:
        # Late, and no sweep has come by yet: it will, if the row says so.
        for name in ("state", "breached_at", "breached_by_change"):
            derived[name] = stored[name]
    return [
        Difference(clock.pk, clock.record_id, name, stored[name], value)
        for name, value in derived.items()
        if stored[name] != value
    ]


def _settle(clock: Clock, *, fix: bool) -> list[Difference]:
    """Look again under the record's lock: what changed a moment ago is no difference."""
    with transaction.atomic():
        Record.objects.select_for_update(no_key=True).get(pk=clock.record_id)
        current = Clock.objects.select_for_update(no_key=True).get(pk=clock.pk)
        found = _compare(current, ledgers_of([current])[current.pk], time.now())
        if found and fix:
            current.poisoned_at, current.error = None, ""
            current.save(update_fields=KEPT)
    return found


def _deadlines(*, fix: bool) -> Iterator[Difference]:
    earliest = (
        Clock.objects.filter(record=OuterRef("pk"), finished_at__isnull=True)
        .order_by()
        .values("record")
        .annotate(due=Min("due_at"))
        .values("due")
    )
    wrong = Record.objects.annotate(due=Subquery(earliest)).filter(
        ~Q(next_due_at=F("due")) & ~Q(next_due_at__isnull=True, due__isnull=True)
        | Q(next_due_at__isnull=True, due__isnull=False)
        | Q(next_due_at__isnull=False, due__isnull=True)
    )
    for record in wrong.only("pk", "next_due_at").iterator():
        yield Difference(None, record.pk, "next_due_at", record.next_due_at, record.due)
        if fix:
            with transaction.atomic():
                locked = Record.objects.select_for_update(no_key=True).get(pk=record.pk)
                write_next_due(locked, Clock.objects.of(locked))
