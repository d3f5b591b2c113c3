"""Writing down what happened: the only place an Event is made."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from itsm.core import clock
from itsm.core.statements import insert
from valuechain.records.models import Event, Record
from valuechain.records.signals import recorded, told_together
from valuechain.records.vocabulary import Via

#: Header columns every event touches, for `save(update_fields=...)`.
AUDIT_FIELDS = ("event_count", "event_hash", "updated_at")


def program_of(actor: Any, via: str) -> str:
    """Return the name of the token something came in by; empty where a person used a page."""
    return str(getattr(actor, "program", "")) if via == Via.API else ""


def compose(
    record: Record,
    verb: str,
    *,
    actor: Any,
    via: str,
    at: datetime,
    from_state: str = "",
    data: Mapping[str, Any] | None = None,
    is_internal: bool = False,
) -> Event:
    """Build the next event of a record and advance the record's chain, saving neither.

    The caller holds the record's row lock, saves the record's AUDIT_FIELDS and hands the event to
    `publish`.
    """
    said = dict(data or {})
    if program := program_of(actor, via):
        said["program"] = program
    event = Event(
        record=record,
        sequence=record.event_count + 1,
        verb=verb,
        from_state=from_state,
        to_state=record.state,
        actor_id=actor.pk,
        via=via,
        at=at.astimezone(UTC),
        recorded_at=clock.written_down(),
        is_internal=is_internal,
        # What the database gives back must hash the same as what was written.
        data=json.loads(json.dumps(said, cls=DjangoJSONEncoder)),
    )
    event.hash = event.chained(record.number, record.event_hash)
    record.event_count = event.sequence
    record.event_hash = event.hash
    record.updated_at = clock.now()
    return event


def publish(record: Record, event: Event) -> Event:
    """Write the event and tell whoever listens, in the caller's transaction."""
    event.record = record
    insert([event])
    recorded.send(sender=type(record), record=record, event=event)
    return event


def append(
    record: Record,
    verb: str,
    *,
    actor: Any,
    via: str,
    at: datetime | None = None,
    data: Mapping[str, Any] | None = None,
    is_internal: bool = False,
) -> Event:
    """Add an event that changes nothing else on the record, whose row the caller has locked."""
    event = compose(
        record, verb, actor=actor, via=via, at=at or clock.now(), data=data, is_internal=is_internal
    )
    record.save(update_fields=AUDIT_FIELDS)
    return publish(record, event)


def publish_all(composed: Sequence[Event]) -> None:
    """Write composed events of many records, whose rows the caller has locked, in two statements.

    Each carries the record it was composed for; events of one record share that record, and stand
    in the order they were composed. The records are written here too. Listeners are told one by one.
    """
    if not composed:
        return
    records = list({event.record_id: event.record for event in composed}.values())
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE records_record AS r SET event_count = v.c, event_hash = v.h, updated_at = v.u "
            "FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::timestamptz[]) AS v(id, c, h, u) "
            "WHERE r.id = v.id",
            [
                [record.pk for record in records],
                [record.event_count for record in records],
                [record.event_hash for record in records],
                [record.updated_at for record in records],
            ],
        )
    Event.objects.bulk_create(composed)
    with told_together():
        for event in composed:
            recorded.send(sender=type(event.record), record=event.record, event=event)
