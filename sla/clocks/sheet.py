"""All clocks of one record, held together while something happens to it and written in one go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from itsm.core import clock as time
from itsm.core.statements import insert
from sla.clocks.reading import in_order, refresh
from sla.matching import Promise
from sla.models import Clock, LedgerLine
from sla.vocabulary import Metric, OnChange, Turn

#: What of a clock's row can change.
KEPT = (
    "agreement_version", "calendar_version", "target_s", "started_at", "state", "due_at",
    "remaining_s", "breached_at", "detected_at", "finished_at", "breached_by_change",
    "next_fire_at", "arming", "armed_at", "fired", "poisoned_at", "error",
)  # fmt: skip

#: How many clocks are read at once, where all of them are looked at.
BATCH = 500


@dataclass(frozen=True)
class Occasion:
    """What makes a clock change: when, why, and who did it."""

    at: datetime
    cause: str
    actor_id: int | None = None
    note: str = ""


@dataclass
class Sheet:
    """The clocks of a record whose row the caller has locked; nothing is written before `save`."""

    record: Any
    now: datetime
    clocks: list[Clock] = field(default_factory=list)
    _lines: dict[int, list[LedgerLine]] = field(default_factory=dict)
    _new_lines: list[LedgerLine] = field(default_factory=list)
    _touched: list[Clock] = field(default_factory=list)

    @classmethod
    def of(cls, record: Any, now: datetime) -> Sheet:
        """Read a record's clocks with their ledgers. Two queries, one when there are none."""
        clocks = list(Clock.objects.of(record).order_by("cycle"))
        sheet = cls(record, now, clocks)
        ledgers = ledgers_of(clocks)
        for clock in clocks:
            sheet._lines[id(clock)] = ledgers[clock.pk]
        return sheet

    def lines(self, clock: Clock) -> list[LedgerLine]:
        """The ledger of one of the clocks, in order."""
        return self._lines.get(id(clock), [])

    def is_open(self, clock: Clock) -> bool:
        """Whether the clock goes on: neither resolved nor ended."""
        return self.lines(clock)[-1].kind in (Turn.RUN, Turn.PAUSE)

    def open(self, *metrics: str, among: Iterable[Clock] | None = None) -> list[Clock]:
        """Return the clocks that go on, of the metrics named or of all."""
        return [
            clock
            for clock in (self.clocks if among is None else among)
            if self.is_open(clock) and (not metrics or clock.metric in metrics)
        ]

    def terms_of(self, clock: Clock) -> int:
        """The agreement edition the clock obeys now."""
        return self.lines(clock)[-1].agreement_version_id

    def latest(self, kind: str, metric: str) -> Clock | None:
        """The newest cycle of a metric under an agreement kind."""
        found = [c for c in self.clocks if (c.agreement_kind, c.metric) == (kind, metric)]
        return max(found, key=lambda clock: clock.cycle, default=None)

    def start(
        self, promise: Promise, calendar: int, metric: str, target_s: int, *,
        occasion: Occasion, kind: Turn = Turn.RUN,
    ) -> Clock:  # fmt: skip
        """Begin the next cycle of a metric."""
        before = self.latest(promise.kind, metric)
        clock = Clock(
            record_id=self.record.pk,
            agreement_kind=promise.kind,
            metric=metric,
            cycle=1 if before is None else before.cycle + 1,
        )
        self.clocks.append(clock)
        self._add(
            clock,
            kind,
            occasion,
            agreement_version_id=promise.version,
            calendar_version_id=calendar,
            target_s=target_s,
            grace_s=promise.grace_s,
        )
        return clock

    def turn(self, clock: Clock, kind: Turn, *, occasion: Occasion) -> None:
        """Let the clock run, pause or end from the occasion on; nothing when it does so already."""
        if self.lines(clock)[-1].kind != kind:
            self._add(clock, kind, occasion)

    def retarget(
        self, clock: Clock, promise: Promise, calendar: int, target_s: int, *,
        occasion: Occasion, kind: Turn | None = None, from_now: bool = False,
    ) -> None:  # fmt: skip
        """Put a clock under other terms, over its whole history; nothing when they are the same.

        `kind` turns it at the same time. With `from_now` only the time to come is counted by the
        new calendar.
        """
        last = self.lines(clock)[-1]
        kind = kind or Turn(last.kind)
        known = (last.agreement_version_id, last.calendar_version_id, last.target_s, last.kind)
        if known == (promise.version, calendar, target_s, kind):
            return
        at = max(occasion.at, last.at)
        is_restart = restarts(promise, clock.metric, last.target_s, target_s)
        self._add(
            clock,
            kind,
            occasion,
            agreement_version_id=promise.version,
            calendar_version_id=calendar,
            is_calendar_from_here=from_now and calendar != last.calendar_version_id,
            target_s=target_s,
            grace_s=promise.grace_s,
            counts_from=at if is_restart else last.counts_from,
        )

    def date_back(self, clock: Clock, at: datetime, *, occasion: Occasion) -> None:
        """Let a clock have begun earlier, under the terms it began with."""
        first = self.lines(clock)[0]
        if at < first.at:
            self._add(
                clock,
                Turn.RUN,
                Occasion(at, occasion.cause, occasion.actor_id, occasion.note),
                follows=first,
                agreement_version_id=first.agreement_version_id,
                calendar_version_id=first.calendar_version_id,
                target_s=first.target_s,
                grace_s=first.grace_s,
                counts_from=first.counts_from,
            )

    def count_from(self, clock: Clock, at: datetime, *, occasion: Occasion) -> None:
        """Leave out what a clock counted before an instant; nothing when it began later."""
        first, last = self.lines(clock)[0], self.lines(clock)[-1]
        if first.at < at and (last.counts_from is None or last.counts_from < at):
            self._add(
                clock,
                Turn(last.kind),
                occasion,
                agreement_version_id=last.agreement_version_id,
                calendar_version_id=last.calendar_version_id,
                target_s=last.target_s,
                grace_s=last.grace_s,
                counts_from=at,
            )

    def _add(
        self,
        clock: Clock,
        kind: Turn,
        occasion: Occasion,
        *,
        follows: LedgerLine | None = None,
        **terms: Any,
    ) -> None:
        lines = self.lines(clock)
        last = lines[-1] if lines else None
        if last is not None and not terms:
            terms = {
                "agreement_version_id": last.agreement_version_id,
                "calendar_version_id": last.calendar_version_id,
                "target_s": last.target_s,
                "grace_s": last.grace_s,
                "counts_from": last.counts_from,
            }
        # What is told late cannot reach behind what is already written down.
        at = occasion.at if last is None or follows is not None else max(occasion.at, last.at)
        line = LedgerLine(
            sequence=len(lines) + 1,
            at=at,
            kind=kind,
            cause=occasion.cause[:60],
            note=occasion.note[:300],
            actor_id=occasion.actor_id,
            recorded_at=time.written_down(),
            **terms,
        )
        self._lines[id(clock)] = in_order([*lines, line])
        line.clock = clock
        self._new_lines.append(line)
        self.touch(clock)

    def drop_open(self) -> None:
        """Forget clocks that were only just started and go on; they have not been written yet."""
        for clock in self.open():
            self.clocks.remove(clock)
            self._touched.remove(clock)
            self._new_lines = [line for line in self._new_lines if line.clock is not clock]

    def touch(self, clock: Clock) -> None:
        """Mark a clock to be worked out again and saved."""
        if clock not in self._touched:
            self._touched.append(clock)

    def save(self) -> None:
        """Write what changed: one statement a changed clock and three more, none for nothing."""
        if not self._touched:
            return
        for clock in self._touched:
            refresh(clock, self.lines(clock), self.now)
        made = [clock for clock in self._touched if clock.pk is None]
        changed = [clock for clock in self._touched if clock.pk is not None]
        insert(made)
        for clock in changed:
            clock.save(update_fields=KEPT)
        for line in self._new_lines:
            line.clock_id = line.clock.pk
        insert(self._new_lines)
        self._touched, self._new_lines = [], []
        write_next_due(self.record, self.clocks)


def restarts(promise: Promise, metric: str, before_s: float, after_s: float) -> bool:
    """Whether a change of target lets a clock count from the change on; a first response never."""
    return (
        promise.on_change == OnChange.RESTART_ON_UPGRADE
        and after_s < before_s
        and metric != Metric.FIRST_RESPONSE
    )


def ledgers_of(clocks: Iterable[Clock]) -> dict[int, list[LedgerLine]]:
    """Return the lines of each clock in order, by its id. One query, none for no clocks."""
    found: dict[int, list[LedgerLine]] = {clock.pk: [] for clock in clocks}
    if found:
        for line in LedgerLine.objects.filter(clock__in=list(found)):
            found[line.clock_id].append(line)
    return {pk: in_order(lines) for pk, lines in found.items()}


def newest_first(found: Any) -> Iterator[tuple[Clock, list[LedgerLine]]]:
    """Yield clocks with their records and their lines, the newest first. Two queries a batch."""
    found = (
        found.select_related("record__organisation")
        .defer("record__search", "record__description")
        .order_by("-pk")
    )
    batch = list(found[:BATCH])
    while batch:
        ledgers = ledgers_of(batch)
        for clock in batch:
            yield clock, ledgers[clock.pk]
        batch = list(found.filter(pk__lt=batch[-1].pk)[:BATCH])


def write_next_due(record: Any, clocks: Iterable[Clock]) -> None:
    """Tell the record its earliest deadline, so that lists sort by it. One statement.

    The record at hand may be older than its row (a receiver before this one moved it on), so the
    row itself is asked whether anything differs.
    """
    due = min(
        (clock.due_at for clock in clocks if clock.due_at and not clock.is_finished), default=None
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE records_record SET next_due_at = %s "
            "WHERE id = %s AND next_due_at IS DISTINCT FROM %s",
            [due, record.pk, due],
        )
    record.next_due_at = due
