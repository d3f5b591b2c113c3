"""Copies of a clock with its record and ledger in bulk, for measuring; never for real work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from sla.models import Clock, LedgerLine
from valuechain.records.kinds import kinds
from valuechain.records.models import Record
from valuechain.records.numbers import sequence_name


@transaction.atomic
def copy_clock(pattern: Clock, starts: Sequence[datetime]) -> None:
    """Write a record with this clock and its ledger for each start, all moved by the same span.

    The pattern's calendar is one that is always open, so that a deadline moves with its start. The
    copies have no events of their own before the next one; the audit trail of such a database is
    not whole.
    """
    kind = kinds[pattern.record.kind]
    special = kind.model._meta.db_table
    header = _columns(Record, leave={"id", "number", "search", "received_at", "next_due_at"})
    rest = _columns(Clock, leave={"id", "record_id", "started_at", "due_at", "next_fire_at"})
    line = _columns(LedgerLine, leave={"id", "clock_id", "at"})
    own = _columns(kind.model, leave={"record_ptr_id"})
    with connection.cursor() as cursor:
        # Names of tables and columns only are put into these statements; values are passed.
        cursor.execute(
            f"WITH made AS (INSERT INTO records_record (number, received_at, next_due_at, {header}) "  # noqa: S608
            f"SELECT %s || nextval(%s::regclass), s.at, s.at + (next_due_at - received_at), {header} "
            "FROM records_record, unnest(%s::timestamptz[]) AS s(at) WHERE id = %s "
            "RETURNING id, received_at), "
            f"special AS (INSERT INTO {special} (record_ptr_id, {own}) "
            f"SELECT made.id, {own} FROM made, {special} WHERE record_ptr_id = %s), "
            "clocks AS (INSERT INTO sla_clock "
            f"(record_id, started_at, due_at, next_fire_at, {rest}) "
            "SELECT made.id, made.received_at, made.received_at + (p.due_at - p.started_at), "
            f"made.received_at + (p.next_fire_at - p.started_at), {rest} "
            "FROM made, sla_clock AS p WHERE p.id = %s RETURNING id, started_at) "
            f"INSERT INTO sla_ledgerline (clock_id, at, {line}) SELECT c.id, c.started_at, {line} "
            "FROM clocks AS c, sla_ledgerline AS l WHERE l.clock_id = %s",
            [
                f"{kind.prefix}-",
                sequence_name(kind),
                list(starts),
                *[pattern.record_id] * 2,
                *[pattern.pk] * 2,
            ],
        )


def _columns(model: type[Record | Clock | LedgerLine], *, leave: set[str]) -> str:
    """Name the columns of a model's own table in the order they can be selected again."""
    return ", ".join(
        f'"{field.column}"'
        for field in model._meta.local_concrete_fields
        if field.column not in leave and not field.generated
    )
