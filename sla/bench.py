"""Measures the sweep beside the same work in bare SQL: 100 due among many running clocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from time import perf_counter

from django.db import connection, transaction

from itsm.accounts.access import SYSTEM
from itsm.accounts.models import Organisation, User
from itsm.core import clock as time
from sla import actions
from sla.copying import copy_clock
from sla.models import AgreementVersion, Clock
from sla.sweeping import sweep
from valuechain.records.kinds import kinds
from valuechain.records.vocabulary import Via

DUE = 100
ROUNDS = 5
TARGET_S = 30 * 86_400


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: milliseconds (median) with `running` clocks in the table."""

    running: int
    due: int
    sweep_ms: float
    sql_ms: float

    @property
    def ratio(self) -> float:
        return self.sweep_ms / self.sql_ms


def sweep_rows(sizes: Iterable[int] = (10_000, 100_000, 1_000_000)) -> Iterator[Row]:
    """Yield a row for each size, growing the table as it goes. For a throw-away database only.

    Every measured round fires 100 clocks; the bare SQL does the same writes (clock, firing, event,
    header of the record) in one statement for each table.
    """
    version = _prepare()
    for size in sizes:
        _grow(version, size)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE sla_clock; ANALYZE sla_ledgerline; ANALYZE records_record")
        ours, bare = [], []
        for n in range(ROUNDS):
            _make_due()
            started = perf_counter()
            fired = sweep().fired
            ours.append(perf_counter() - started)
            if fired != DUE:
                raise RuntimeError(f"{fired} fired where {DUE} were due in round {n}")
            _make_due()
            started = perf_counter()
            _bare_sweep(time.now())
            bare.append(perf_counter() - started)
        yield Row(size, DUE, round(1000 * median(ours), 1), round(1000 * median(bare), 1))


def _prepare() -> AgreementVersion:
    company = Organisation.objects.create(name="Bench of clocks")
    requester = User.objects.create_user(None, name="Bench", organisation=company)
    calendar = actions.create_calendar(
        name="Bench", definition={"tz": "UTC", "always_open": True}, actor=SYSTEM
    ).calendar
    actions.publish_calendar(calendar, actor=SYSTEM)
    draft = actions.create_agreement(
        name="Bench",
        kind="uc",
        actor=SYSTEM,
        terms={"calendar": calendar, "targets": {"any": {"resolution": TARGET_S}}},
    )
    version = actions.publish_agreement(draft.agreement, actor=SYSTEM)
    with transaction.atomic():
        kinds["incident"].open(actor=SYSTEM, via=Via.COMMAND, title="Bench", requester=requester)
    return version


def _grow(version: AgreementVersion, size: int) -> None:
    """Copy the first clock until there are `size`, each on a record and with a ledger of its own."""
    missing = size - Clock.objects.filter(agreement_version=version).count()
    if missing <= 0:
        return
    pattern = (
        Clock.objects.select_related("record").filter(agreement_version=version).earliest("pk")
    )
    for first in range(0, missing, 50_000):
        copy_clock(pattern, [pattern.started_at] * min(50_000, missing - first))


def _make_due() -> None:
    """Let the deadline of 100 running clocks pass, whatever their ledger says of the start."""
    past = time.now() - timedelta(seconds=TARGET_S + 5)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "WITH chosen AS (SELECT id FROM sla_clock WHERE state = 'running' AND next_fire_at > now() "
            "ORDER BY id DESC LIMIT %s), lines AS (UPDATE sla_ledgerline SET at = %s WHERE clock_id "
            "IN (SELECT id FROM chosen)) UPDATE sla_clock SET started_at = %s, due_at = %s, "
            "next_fire_at = %s WHERE id IN (SELECT id FROM chosen)",
            [DUE, past, past, *[past + timedelta(seconds=TARGET_S)] * 2],
        )
        cursor.execute("SET session_replication_role = DEFAULT")


def _bare_sweep(now: datetime) -> None:
    """The floor: claim and write the same rows without looking at any ledger."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.id, c.record_id, c.due_at FROM sla_clock c JOIN records_record r "
            "ON r.id = c.record_id WHERE c.next_fire_at < %s AND c.poisoned_at IS NULL "
            "ORDER BY c.next_fire_at LIMIT 200 FOR NO KEY UPDATE OF c, r SKIP LOCKED",
            [now],
        )
        rows = cursor.fetchall()
        for clock, record, due in rows:
            cursor.execute(
                "INSERT INTO sla_clockfiring (clock_id, step, arming, due_at, fired_at, actions, "
                "deliver_at, delivered_at, attempts, error) "
                "VALUES (%s, 'breach', 1, %s, %s, '[]', %s, %s, 0, '')",
                [clock, due, now, now, now],
            )
            cursor.execute(
                "UPDATE records_record SET event_count = event_count + 1, updated_at = %s "
                "WHERE id = %s RETURNING event_count",
                [now, record],
            )
            (sequence,) = cursor.fetchone()
            cursor.execute(
                "INSERT INTO records_event (record_id, sequence, verb, from_state, to_state, via, "
                "at, recorded_at, is_internal, data, hash) "
                "VALUES (%s, %s, 'clock.breached', '', 'new', 'worker', %s, %s, true, '{}', '')",
                [record, sequence, now, now],
            )
            cursor.execute(
                "UPDATE sla_clock SET state = 'breached', breached_at = due_at, detected_at = %s, "
                "next_fire_at = NULL, fired = '{breach}' WHERE id = %s",
                [now, clock],
            )
