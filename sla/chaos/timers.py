"""The timers of a chaos run: made in bulk before it, counted from the rows after it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from statistics import quantiles
from typing import Any

from django.db import connection
from django.db.models import Count, F

from itsm.accounts.access import SYSTEM
from itsm.accounts.models import Organisation, User
from itsm.core import clock as time
from sla import actions
from sla.checking import differences
from sla.copying import copy_clock
from sla.models import Clock, ClockFiring
from sla.vocabulary import BREACH
from valuechain.records.kinds import kinds
from valuechain.records.models import Event
from valuechain.records.vocabulary import Via

TARGET_S = 3600
STEP = "on-the-dot"
#: Whose token the callers of the run use.
CALLER = "caller@chaos.example"
#: Processes need this long to come up before the first timer is due.
LEAD = timedelta(seconds=12)


@dataclass(frozen=True)
class Window:
    """When the first and the last timer is due."""

    first: datetime
    last: datetime

    @classmethod
    def parse(cls, text: str) -> Window:
        """Read what `str` wrote. Raises ValueError."""
        first, last = (datetime.fromisoformat(part) for part in text.split())
        return cls(first, last)

    def __str__(self) -> str:
        """Both instants in ISO 8601, a space between."""
        return f"{self.first.isoformat()} {self.last.isoformat()}"


@dataclass(frozen=True)
class Outcome:
    """What became of the timers; `missed` and `twice` are zero, or the promise is broken."""

    timers: int
    missed: int
    twice: int
    undelivered: int
    set_aside: int
    differing: int
    lag_p50_s: float
    lag_p99_s: float
    lag_max_s: float


def prepare(count: int, seconds: float) -> Window:
    """Make a record with a clock for each timer, due evenly over `seconds` from soon on."""
    company = Organisation.objects.create(name="Chaos")
    requester = User.objects.create_user(CALLER, name="Cassandra", organisation=company)
    calendar = actions.create_calendar(
        name="Always", definition={"tz": "UTC", "always_open": True}, actor=SYSTEM
    ).calendar
    actions.publish_calendar(calendar, actor=SYSTEM)
    draft = actions.create_agreement(
        name="Chaos",
        kind="sla",
        actor=SYSTEM,
        terms={
            "calendar": calendar,
            "targets": {"any": {"resolution": TARGET_S}},
            "steps": [{"key": STEP, "percent": 100, "actions": [{"do": "webhook"}]}],
        },
    )
    actions.publish_agreement(draft.agreement, actor=SYSTEM)
    record = kinds["incident"].open(
        actor=SYSTEM, via=Via.COMMAND, title="Timer", requester=requester
    )
    pattern = Clock.objects.select_related("record").get(record=record)
    first = time.now() + LEAD + timedelta(seconds=count / 1000)
    target = timedelta(seconds=TARGET_S)
    dues = [first + timedelta(seconds=seconds * n / count) for n in range(count)]
    copy_clock(pattern, [due - target for due in dues])
    return Window(first, first + timedelta(seconds=seconds))


def left(window: Window) -> int:
    """How much is still to be done for timers that are due by now or within the window."""
    now = min(time.now(), window.last)
    return int(
        Clock.objects.filter(next_fire_at__lte=now, poisoned_at__isnull=True).count()
        + ClockFiring.objects.filter(delivered_at__isnull=True, given_up_at__isnull=True).count()
    )


def count(window: Window) -> dict[str, Any]:
    """Count what was missed and what came twice, and how late each breach was noticed."""
    timers = Clock.objects.filter(due_at__range=(window.first, window.last))
    fired = ClockFiring.objects.filter(step=BREACH, clock__in=timers)
    told = Event.objects.filter(verb="clock.breached", record__clocks__in=timers)
    delivered = Event.objects.filter(verb="clock.escalated", record__clocks__in=timers)
    expected = timers.count()
    missed = max(
        expected - found.values(by).distinct().count()
        for found, by in ((fired, "clock"), (told, "record"), (delivered, "record"))
    )
    twice = sum(
        found.values(by).annotate(n=Count("pk")).filter(n__gt=1).count()
        for found, by in ((fired, "clock"), (told, "record"), (delivered, "record"))
    )
    late = fired.annotate(lag=F("fired_at") - F("due_at")).values_list("lag", flat=True)
    lags = sorted(lag.total_seconds() for lag in late) or [0.0]
    cuts = quantiles(lags, n=100) if len(lags) > 1 else [lags[0]] * 99
    return asdict(
        Outcome(
            timers=expected,
            missed=missed,
            twice=twice,
            undelivered=ClockFiring.objects.filter(delivered_at__isnull=True).count(),
            set_aside=Clock.objects.filter(poisoned_at__isnull=False).count(),
            differing=sum(1 for _found in differences()),
            lag_p50_s=round(cuts[49], 2),
            lag_p99_s=round(cuts[98], 2),
            lag_max_s=round(lags[-1], 2),
        )
    )


def drop_unique_keys() -> None:
    """Sabotage: let the database accept the same firing, and the same event, twice."""
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX firing_once")
        cursor.execute("DROP INDEX event_sequence_once")
