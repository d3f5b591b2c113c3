"""Takes a new edition to the clocks that run, some at a time, whoever is free."""

from __future__ import annotations

from time import monotonic
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from itsm.accounts.access import SYSTEM
from itsm.core import clock as time
from sla.clocks.following import follow_calendar, rematch
from sla.clocks.sheet import Occasion, Sheet
from sla.models import Clock, Rollout
from sla.sweeping import LIMIT_S
from sla.vocabulary import RolloutMode

BATCH = 100


def roll_out(*, batch: int = BATCH, limit_s: float = LIMIT_S) -> int:
    """Bring running clocks under what was published. Returns how many clocks were looked at.

    Works through each rollout by the clock's id and remembers how far it came, so that a worker
    that dies costs at most one batch; to take a clock twice changes nothing.
    """
    ends = monotonic() + limit_s
    seen = 0
    while monotonic() < ends:
        taken = _next_batch(batch)
        if taken is None:
            break
        seen += taken
    return seen


@transaction.atomic
def _next_batch(size: int) -> int | None:
    rollout = (
        Rollout.objects.select_for_update(skip_locked=True, no_key=True)
        .filter(finished_at__isnull=True)
        .order_by("pk")
        .first()
    )
    if rollout is None:
        return None
    found = list(
        _behind(rollout).filter(pk__gt=rollout.reached).order_by("pk")
        .select_related("record__organisation")[:size]
    )  # fmt: skip
    for clock in found:
        _bring(rollout, clock)
    rollout.reached = found[-1].pk if found else rollout.reached
    if len(found) < size:
        rollout.finished_at = time.now()
    rollout.save(update_fields=["reached", "finished_at"])
    return len(found)


def _behind(rollout: Rollout) -> QuerySet[Any]:
    """The clocks that go on under an earlier edition of the same thing."""
    going = Clock.objects.unfinished()
    if rollout.calendar_version is not None:
        version = rollout.calendar_version
        return going.filter(
            calendar_version__calendar=version.calendar_id,
            calendar_version__number__lt=version.number,
        )
    return going.filter(
        agreement_version__agreement=rollout.agreement_version.agreement_id,  # type: ignore[union-attr]
    )


def _bring(rollout: Rollout, clock: Clock) -> None:
    """Change one clock under the lock of its record, as everything that moves clocks does."""
    record = type(clock.record).objects.select_for_update(no_key=True).get(pk=clock.record_id)
    sheet = Sheet.of(record, time.now())
    mine = next(held for held in sheet.clocks if held.pk == clock.pk)
    if not sheet.is_open(mine):
        return
    if rollout.calendar_version_id is not None:
        follow_calendar(
            sheet,
            mine,
            rollout.calendar_version_id,
            from_now=rollout.mode == RolloutMode.FROM_NOW,
            occasion=Occasion(rollout.at, "calendar.published", SYSTEM.pk),
        )
    else:
        rematch(sheet, Occasion(rollout.at, "agreement.published", SYSTEM.pk))
    sheet.save()
