"""Fires what is due, once: breaches and escalation steps, found by row and claimed by lock.

Any number of workers may sweep at the same time. Each claims the rows nobody else holds and writes
firing, Event and clock in one transaction; the unique key of a firing is the second lock.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from django.db import OperationalError, connection, transaction

from itsm.accounts.access import SYSTEM
from itsm.core import clock as time
from sla.clocks.reading import Due, pending, refresh
from sla.clocks.sheet import KEPT, ledgers_of, write_next_due
from sla.matching import Promise
from sla.models import Clock, ClockFiring, LedgerLine
from sla.published import promise
from sla.quiet_hours import DISTURBS, after_quiet_hours
from sla.vocabulary import BREACH
from valuechain.records import events
from valuechain.records.models import Event
from valuechain.records.vocabulary import Via

log = logging.getLogger(__name__)

BATCH = 200
#: A sweep ends after this many seconds; what is left is the next one's.
LIMIT_S = 20.0


class StuckClockError(Exception):
    """A clock is due and nothing of it can be fired: its row and its ledger disagree."""


@dataclass(frozen=True, slots=True)
class Swept:
    """How many steps a sweep fired, and how many clocks it set aside."""

    fired: int = 0
    set_aside: int = 0


def sweep(*, batch: int = BATCH, limit_s: float = LIMIT_S) -> Swept:
    """Fire everything that is due now, batch after batch, until nothing is or time is up.

    A batch that fails is taken again clock by clock; a clock that still fails is set aside with an
    alarm, and the line goes on. A lost database connection ends the sweep by raising.
    """
    ends = monotonic() + limit_s
    fired = set_aside = 0
    while monotonic() < ends:
        try:
            claimed, done = _fire_batch(batch)
            fired += done
            if claimed < batch:
                break
        except OperationalError:
            raise
        except Exception:
            if not connection.is_usable():
                raise
            log.exception("A batch of clocks could not be fired; taking them one by one.")
            done, poisoned = _one_by_one(batch)
            fired += done
            set_aside += poisoned
    return Swept(fired, set_aside)


@transaction.atomic
def _fire_batch(size: int, only: int | None = None) -> tuple[int, int]:
    """Claim and fire up to `size` due clocks. Returns how many were claimed, and steps fired.

    The same few statements whether one is due or a whole batch.
    """
    now = time.now()
    clocks = claim(now, size, only)
    if not clocks:
        return 0, 0
    ledgers = ledgers_of(clocks)
    firings = [made for clock in clocks for made in fire(clock, ledgers[clock.pk], now)]
    ClockFiring.objects.bulk_create(firings)
    _write(clocks)
    events.publish_all([_breach(made) for made in firings if made.step == BREACH])
    return len(clocks), len(firings)


def claim(now: datetime, size: int, only: int | None = None) -> list[Clock]:
    """Lock due clocks and their records, passing over what others hold. Never waits."""
    due = Clock.objects.due(now)
    if only is not None:
        due = due.filter(pk=only)
    found = list(
        due.select_related("record")
        .defer("record__search", "record__description")
        .select_for_update(skip_locked=True, no_key=True, of=("self", "record"))[:size]
    )
    # Two clocks of one record share it, so that the second event follows the first.
    records = {clock.record_id: clock.record for clock in found}
    for clock in found:
        clock.record = records[clock.record_id]
    return found


def fire(clock: Clock, lines: list[LedgerLine], now: datetime) -> list[ClockFiring]:
    """Fire every step of a claimed clock that came due before `now`; the caller saves both."""
    due = [step for step in pending(clock, lines, now) if step.at < now]
    if not due:
        raise StuckClockError(f"clock {clock.pk} is due at {clock.next_fire_at}, its ledger is not")
    rules = promise(clock.agreement_version_id)
    made = [_firing(clock, step, rules, now) for step in due]
    clock.fired = [*clock.fired, *(step.step for step in due)]
    if any(step.step == BREACH for step in due):
        clock.detected_at = now
    refresh(clock, lines, now)
    return made


def _write(clocks: list[Clock]) -> None:
    """Save what firing changes of clocks, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE sla_clock AS c SET state = v.state, next_fire_at = v.next_fire_at, "
            "breached_at = v.breached_at, detected_at = v.detected_at, "
            "breached_by_change = v.by_change, fired = string_to_array(v.fired, ',') "
            "FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[], "
            "%s::timestamptz[], %s::bool[], %s::text[]) "
            "AS v(id, state, next_fire_at, breached_at, detected_at, by_change, fired) "
            "WHERE c.id = v.id",
            [
                [clock.pk for clock in clocks],
                [clock.state for clock in clocks],
                [clock.next_fire_at for clock in clocks],
                [clock.breached_at for clock in clocks],
                [clock.detected_at for clock in clocks],
                [clock.breached_by_change for clock in clocks],
                [",".join(clock.fired) for clock in clocks],
            ],
        )


def _firing(clock: Clock, due: Due, rules: Promise, now: datetime) -> ClockFiring:
    step = next((step for step in rules.steps if step.key == due.step), None)
    awake_at = after_quiet_hours(rules.quiet_hours, now)
    actions = [] if step is None else [dict(action) for action in step.actions]
    if due.step == BREACH and awake_at > now:
        # The owner hears of it when they wake; otherwise the breach itself tells them at once.
        actions = [{"do": "notify", "who": ["owner"]}]
    waits = bool(actions) and all(action["do"] in DISTURBS for action in actions)
    return ClockFiring(
        clock=clock,
        step=due.step,
        arming=clock.arming,
        due_at=due.at,
        fired_at=now,
        actions=actions,
        deliver_at=awake_at if waits else now,
        delivered_at=None if actions else now,
    )


def _breach(firing: ClockFiring) -> Event:
    clock = firing.clock
    return events.compose(
        clock.record,
        "clock.breached",
        actor=SYSTEM,
        via=Via.WORKER,
        at=firing.fired_at,
        data={
            "clock": clock.pk,
            "metric": clock.metric,
            "agreement_kind": clock.agreement_kind,
            "cycle": clock.cycle,
            "breached_at": firing.due_at,
            "detected_at": firing.fired_at,
            "by_change": clock.breached_by_change,
            "told_later": bool(firing.actions),
        },
        is_internal=True,
    )


def _one_by_one(size: int) -> tuple[int, int]:
    fired = poisoned = 0
    due = Clock.objects.due(time.now()).values_list("pk", flat=True)
    for pk in list(due[:size]):
        try:
            fired += _fire_batch(1, only=pk)[1]
        except OperationalError:
            raise
        except Exception as problem:
            if not connection.is_usable():
                raise
            poisoned += set_aside(pk, problem)
    return fired, poisoned


def set_aside(pk: int, problem: Exception) -> int:
    """Take a clock out of the line and raise the alarm. Returns 1 unless somebody else did."""
    log.error("A clock cannot be fired and is set aside.", extra={"clock": pk}, exc_info=problem)
    return (
        Clock.objects.due(time.now())
        .filter(pk=pk)
        .order_by()
        .update(poisoned_at=time.now(), error=f"{type(problem).__name__}: {problem}"[:2000])
    )


def retry(clock: Clock) -> None:
    """Put a clock that was set aside back into the line, worked out anew from its ledger."""
    lines = ledgers_of([clock])[clock.pk]
    clock.poisoned_at, clock.error = None, ""
    refresh(clock, lines, time.now())
    clock.save(update_fields=KEPT)
    write_next_due(clock.record, Clock.objects.of(clock.record))
