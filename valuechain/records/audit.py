"""Proves that nobody changed the audit trail: walks each record's chain of events to its end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db import transaction

from valuechain.records.models import Event, Record

BATCH = 500


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where a record's trail is not what was written."""

    number: str
    sequence: int
    reason: str


@dataclass
class AuditWalk:
    """One walk over the trails of all records, or of those touched since an instant.

    `records` and `events` count what has been walked so far.
    """

    since: datetime | None = None
    records: int = 0
    events: int = 0

    def breaks(self) -> Iterator[Break]:
        """Yield the first break of each record that has one. Two queries per 500 records."""
        last = 0
        while batch := self._next(last):
            last = batch[-1].pk
            chains = _chains(batch)
            for record in batch:
                self.records += 1
                self.events += len(chains.get(record.pk, ()))
                # Somebody may have written between the two reads: look again before saying so.
                if first_break(record, chains.get(record.pk, ())) and (found := _again(record.pk)):
                    yield found

    def _next(self, last: int) -> list[Record]:
        found = Record.objects.filter(pk__gt=last).order_by("pk")
        if self.since is not None:
            found = found.filter(updated_at__gte=self.since)
        return list(found.only("number", "event_count", "event_hash")[:BATCH])


def first_break(record: Record, events: Iterable[Event]) -> Break | None:
    """Compare a record's events, in order, with their hashes and with what the header knows."""
    expected, previous = 1, ""
    for event in events:
        if event.sequence != expected:
            return Break(record.number, expected, "is missing")
        if event.chained(record.number, previous) != event.hash:
            return Break(record.number, expected, "is not what was written")
        expected, previous = expected + 1, event.hash
    written = expected - 1
    if written < max(record.event_count, 1):
        return Break(record.number, expected, "and all after it are missing")
    if written > record.event_count or previous != record.event_hash:
        return Break(record.number, written, "is not the last one that the record knows of")
    return None


def _chains(records: list[Record]) -> dict[int, list[Event]]:
    events = Event.objects.filter(record_id__in=[record.pk for record in records]).order_by(
        "record_id", "sequence"
    )
    return {pk: list(group) for pk, group in groupby(events, key=lambda event: event.record_id)}


@transaction.atomic
def _again(pk: int) -> Break | None:
    record = Record.objects.select_for_update(no_key=True).filter(pk=pk).first()
    return first_break(record, record.events.order_by("sequence")) if record is not None else None
