"""An agreement worked out on one moment: when each promise would be due, and each escalation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from itsm.core import clock as time
from sla.calendars import BadInputError
from sla.calendars import Calendar as BusinessTime
from sla.matching import ANY_PRIORITY, Promise
from sla.vocabulary import Metric
from valuechain.records.vocabulary import Priority


@dataclass(frozen=True)
class Example:
    """One promise: opened then, due then, escalated then; instants on the calendar's wall clock."""

    priority: Any
    metric: Any
    seconds: float
    start: datetime
    due: datetime | None
    steps: list[tuple[str, datetime]] = field(default_factory=list)


def work_out(rules: Promise, hours: BusinessTime, start: datetime) -> list[Example]:
    """Return each promise of an agreement for a record opened at `start`."""
    return [
        Example(
            priority=_("Any priority") if name == ANY_PRIORITY else Priority(int(name[1:])).label,
            metric=Metric(metric).label,
            seconds=seconds,
            start=start,
            due=due_on(hours, start, seconds),
            steps=_steps(rules, hours, start, metric, seconds),
        )
        for name, row in sorted(rules.targets.items())
        for metric, seconds in row.items()
    ]


def _steps(
    rules: Promise, hours: BusinessTime, start: datetime, metric: str, seconds: float
) -> list[tuple[str, datetime]]:
    found = [
        (step.key, due_on(hours, start, step.seconds(seconds))) for step in rules.steps_for(metric)
    ]
    return [(key, at) for key, at in sorted(found, key=lambda one: str(one[1])) if at is not None]


def due_on(hours: BusinessTime, start: datetime, seconds: float) -> datetime | None:
    """Return when so much business time has passed, on the calendar's wall clock."""
    try:
        due = hours.add(start, seconds)
    except BadInputError:
        return None
    return due.astimezone(ZoneInfo(hours.zone)) if due is not None else None


def a_friday(hours: BusinessTime) -> datetime:
    """Return the next Friday at half past four, where weekends show what they cost."""
    now = time.now().astimezone(ZoneInfo(hours.zone))
    day = now + timedelta(days=(4 - now.weekday()) % 7)
    return day.replace(hour=16, minute=30, second=0, microsecond=0)
