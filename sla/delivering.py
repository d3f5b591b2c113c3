"""Does what an escalation asks for, once, from the rows that the sweep wrote.

Each firing is delivered in a transaction of its own together with the mark that it was: a worker
that dies in between leaves nothing half done, and the next sweep finds the row again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import Q

from itsm.accounts.access import SYSTEM
from itsm.accounts.models import Membership, User
from itsm.core import clock as time
from itsm.core.errors import RuleViolation
from sla.models import ClockFiring
from sla.published import promise
from sla.quiet_hours import DISTURBS, after_quiet_hours
from sla.sweeping import LIMIT_S
from valuechain.records import events
from valuechain.records.actions import lock_record, perform
from valuechain.records.models import Event
from valuechain.records.vocabulary import Via

log = logging.getLogger(__name__)

BATCH = 100
#: After this many failures a firing is given up, with an alarm.
MOST_ATTEMPTS = 10
LONGEST_WAIT = timedelta(minutes=10)


def deliver(*, limit_s: float = LIMIT_S) -> int:
    """Deliver every firing whose time has come. Returns how many; one that fails is tried later.

    Those that only tell somebody go in batches; those that change the record go one by one.
    """
    ends = monotonic() + limit_s
    delivered = 0
    while monotonic() < ends:
        taken = _unless_it_fails(_tell_batch)
        if taken is None or taken == 0:
            waiting = list(_waiting(time.now()).values_list("pk", flat=True)[:BATCH])
            delivered += sum(_unless_it_fails(_deliver_one, pk) or 0 for pk in waiting)
            if len(waiting) < BATCH:
                break
        delivered += taken or 0
    return delivered


def _unless_it_fails(work: Callable[..., int], pk: int | None = None) -> int | None:
    """Return what the work returns; None after a failure, which is put off where it has a row."""
    try:
        return work() if pk is None else work(pk)
    except OperationalError:
        raise
    except Exception as problem:
        if not connection.is_usable():
            raise
        if pk is None:
            log.exception("A batch of escalations could not be told; taking them one by one.")
        else:
            _put_off(pk, problem)
        return None


def _waiting(now: datetime) -> Any:
    return ClockFiring.objects.filter(
        delivered_at__isnull=True, given_up_at__isnull=True, deliver_at__lte=now
    ).order_by("deliver_at")


def _claim(waiting: Any, size: int) -> list[ClockFiring]:
    """Lock firings and their records, passing over what others hold. Never waits."""
    found = list(
        waiting.select_related("clock__record")
        .defer("clock__record__search", "clock__record__description")
        .select_for_update(skip_locked=True, no_key=True, of=("self", "clock__record"))[:size]
    )
    # Two firings of one record share it, so that the second event follows the first.
    records = {firing.clock.record_id: firing.clock.record for firing in found}
    for firing in found:
        firing.clock.record = records[firing.clock.record_id]
    return found


@transaction.atomic
def _tell_batch() -> int:
    """Deliver a batch of firings that only tell: a few statements, and one for each to be named."""
    now = time.now()
    waiting = _waiting(now).exclude(
        Q(actions__contains=[{"do": "reassign"}]) | Q(actions__contains=[{"do": "raise_priority"}])
    )
    found = _claim(waiting.filter(attempts=0), BATCH)
    told = [(firing, _take_what_may_be_done(firing, now)) for firing in found if _is_wanted(firing)]
    events.publish_all(
        [_event(firing, [_DO[a["do"]](firing, a) for a in may], now) for firing, may in told if may]
    )
    _mark(found, now)
    return len(found)


@transaction.atomic
def _deliver_one(pk: int) -> int:
    now = time.now()
    for firing in _claim(_waiting(now).filter(pk=pk), 1):
        if _is_wanted(firing):
            done = [_do(firing, action) for action in _take_what_may_be_done(firing, now)]
            firing.clock.record = lock_record(firing.clock.record)
            events.publish_all([_event(firing, done, now)])
        _mark([firing], now)
        return 1
    return 0


def _take_what_may_be_done(firing: ClockFiring, now: datetime) -> list[dict[str, Any]]:
    """Return the actions for now; in quiet hours what would disturb somebody stays in the firing."""
    awake_at = after_quiet_hours(promise(firing.clock.agreement_version_id).quiet_hours, now)
    actions: list[dict[str, Any]] = firing.actions
    if awake_at <= now:
        return actions
    firing.deliver_at = awake_at
    firing.actions = [action for action in actions if action["do"] in DISTURBS]
    return [action for action in actions if action["do"] not in DISTURBS]


def _mark(found: list[ClockFiring], now: datetime) -> None:
    """Write down which firings are delivered, and which wait for the rest of their actions."""
    waiting = [f for f in found if f.deliver_at > now and f.actions and _is_wanted(f)]
    done = [firing.pk for firing in found if firing not in waiting]
    if done:
        ClockFiring.objects.filter(pk__in=done).update(delivered_at=now)
    for firing in waiting:
        firing.save(update_fields=["actions", "deliver_at"])


def _is_wanted(firing: ClockFiring) -> bool:
    """An escalation whose clock has finished since has nobody left to hurry."""
    return firing.clock.finished_at is None


def _event(firing: ClockFiring, done: list[dict[str, Any]], now: datetime) -> Event:
    clock = firing.clock
    return events.compose(
        clock.record,
        "clock.escalated",
        actor=SYSTEM,
        via=Via.WORKER,
        at=now,
        data={
            "clock": clock.pk,
            "metric": clock.metric,
            "agreement_kind": clock.agreement_kind,
            "cycle": clock.cycle,
            "step": firing.step,
            "due_at": firing.due_at,
            "done": done,
        },
        is_internal=True,
    )


def _do(firing: ClockFiring, action: Mapping[str, Any]) -> dict[str, Any]:
    """Take one action on the record as the one before left it."""
    firing.clock.record = lock_record(firing.clock.record)
    return _DO[action["do"]](firing, action)


def _notify(firing: ClockFiring, action: Mapping[str, Any]) -> dict[str, Any]:
    """Name the people to be told; who sends it to them listens for the event."""
    record = firing.clock.record
    asked = set(action["who"])
    wanted = Q(pk__in=[who for who in asked if isinstance(who, int)])
    if "owner" in asked:
        wanted |= Q(pk=record.owner_id)
    if "requester" in asked:
        wanted |= Q(pk=record.requester_id)
    if {"team", "team_leads"} & asked and record.team_id is not None:
        members = Membership.objects.filter(team_id=record.team_id)
        if "team" not in asked:
            members = members.filter(is_lead=True)
        wanted |= Q(pk__in=members.values("user_id"))
    people = User.objects.filter(wanted, is_active=True).order_by("pk").values_list("pk", flat=True)
    return {"do": "notify", "people": list(people)}


def _reassign(firing: ClockFiring, action: Mapping[str, Any]) -> dict[str, Any]:
    """Give the record to a team, unless it is there: what nobody has yet is assigned, the rest reassigned."""
    if firing.clock.record.team_id == action["team"]:
        return {**action, "unchanged": True}
    data = {"team": str(action["team"])}
    done = _take(firing, action, "reassign", data)
    return _take(firing, action, "assign", data) if "refused" in done else done


def _raise_priority(firing: ClockFiring, action: Mapping[str, Any]) -> dict[str, Any]:
    priority = firing.clock.record.priority
    if priority is None or priority <= 1:
        return {**action, "refused": "already_highest"}
    reason = f"Escalation {firing.step} of {firing.clock.get_metric_display()}"
    data = {"priority": priority - 1, "reason": reason}
    return {**_take(firing, action, "set_priority", data), "priority": priority - 1}


def _webhook(_firing: ClockFiring, action: Mapping[str, Any]) -> dict[str, Any]:
    """The event itself is what subscribers of webhooks receive."""
    return dict(action)


def _take(
    firing: ClockFiring, action: Mapping[str, Any], transition: str, data: Mapping[str, Any]
) -> dict[str, Any]:
    """Take a transition through the same door as people; a refusal is written down, not retried."""
    try:
        perform(firing.clock.record, transition, actor=SYSTEM, via=Via.WORKER, data=data)
    except RuleViolation as problem:
        return {**action, "refused": problem.code}
    return dict(action)


_DO: dict[str, Callable[[ClockFiring, Mapping[str, Any]], dict[str, Any]]] = {
    "notify": _notify,
    "reassign": _reassign,
    "raise_priority": _raise_priority,
    "webhook": _webhook,
}


def _put_off(pk: int, problem: Exception) -> None:
    """Try a firing again later, each time after twice as long; at last give it up, loudly."""
    now = time.now()
    with transaction.atomic():
        firing = ClockFiring.objects.select_for_update(no_key=True).get(pk=pk)
        firing.attempts += 1
        firing.error = f"{type(problem).__name__}: {problem}"[:2000]
        firing.deliver_at = now + min(timedelta(seconds=2**firing.attempts), LONGEST_WAIT)
        if firing.attempts >= MOST_ATTEMPTS:
            firing.given_up_at = now
        firing.save(update_fields=["attempts", "error", "deliver_at", "given_up_at"])
    log.error(
        "An escalation could not be delivered%s.",
        " and is given up" if firing.given_up_at else "",
        extra={"firing": pk},
        exc_info=problem,
    )
