"""What the dashboard of service levels shows: kept, missed, at risk, paused, and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce, TruncWeek
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sla.explaining import cause_in_words
from sla.standing import Period, customer_clocks, kept, missed, standing
from sla.vocabulary import ClockState, Metric, Turn

#: Of a hundred tickets, how many are to keep their promises.
TARGET = 95
WEEKS = 12
CAUSES = (
    ("by_change", gettext_lazy("The promise was changed while it ran")),
    ("unowned", gettext_lazy("Nobody had taken the ticket")),
    ("again", gettext_lazy("The ticket came back")),
    ("slow", gettext_lazy("The work took longer than promised")),
)
#: The first reason that holds is why a promise was missed.
WHY = Case(
    When(breached_by_change=True, then=Value("by_change")),
    When(record__owner__isnull=True, then=Value("unowned")),
    When(cycle__gt=1, then=Value("again")),
    default=Value("slow"),
)
#: Shares of the target that work took, up to which one bar counts; the target lies at 100.
USED = (
    (0.25, gettext_lazy("up to a quarter of it")),
    (0.5, gettext_lazy("up to half of it")),
    (0.75, gettext_lazy("up to three quarters")),
    (1, gettext_lazy("up to all of it")),
    (1.5, gettext_lazy("up to half as much again")),
    (2, gettext_lazy("up to twice as much")),
    (None, gettext_lazy("more than twice as much")),
)


@dataclass
class Compliance:
    """How many of a group's tickets kept their promises."""

    key: Any
    label: str
    decided: int = 0
    missed: int = 0
    weeks: list[int | None] = field(default_factory=list)

    @property
    def met(self) -> int:
        return self.decided - self.missed

    @property
    def percent(self) -> float | None:
        return round(100 * self.met / self.decided, 1) if self.decided else None

    @property
    def is_below(self) -> bool:
        return self.percent is not None and self.percent < TARGET


def compliance(
    tickets: Any, by: str, label: str, *, metric: str, period: Period, now: datetime
) -> list[Compliance]:
    """Return one line for each value of a column of tickets, the least kept first. One query."""
    late = customer_clocks(metric).filter(missed(period, now), record_id=OuterRef("pk"))
    rows = (
        standing(tickets, "decided", metric=metric, period=period, now=now)
        .order_by()
        .annotate(is_missed=Exists(late))
        .values(by, label)
        .annotate(decided=Count("pk"), missed=Count("pk", filter=Q(is_missed=True)))
    )
    nothing = _("No service") if by.startswith("service") else _("None")
    found = [
        Compliance(row[by], str(row[label] or nothing), row["decided"], row["missed"])
        for row in rows
    ]
    return sorted(found, key=lambda line: (line.percent or 0, line.label))


def by_week(tickets: Any, *, metric: str, now: datetime) -> list[Compliance]:
    """Return promises kept and missed in each of the last weeks, the oldest first. One query."""
    zone = timezone.get_current_timezone()
    this = timezone.localdate(now) - timedelta(days=timezone.localdate(now).weekday())
    first = this - timedelta(weeks=WEEKS - 1)
    since = timezone.make_aware(datetime(first.year, first.month, first.day))  # noqa: DTZ001 - made aware here
    span = Period("", since, now + timedelta(seconds=1))
    rows = (
        customer_clocks(metric)
        .filter(kept(span) | missed(span, now), record__in=tickets.order_by().values("pk"))
        .order_by()
        .annotate(
            is_kept=Q(state=ClockState.MET),
            decided_at=Case(When(state=ClockState.MET, then=F("finished_at")),
                            default=Coalesce("breached_at", "due_at")),
        )
        .annotate(week=TruncWeek("decided_at", tzinfo=zone))
        .values("week", "is_kept")
        .annotate(n=Count("pk"))
    )  # fmt: skip
    counts: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        counts[timezone.localdate(row["week"])][row["is_kept"]] += row["n"]
    weeks = [first + timedelta(weeks=n) for n in range(WEEKS)]
    return [
        Compliance(day, formats.date_format(day, "SHORT_DATE_FORMAT"), sum(counts[day]),
                   counts[day][0])
        for day in weeks
    ]  # fmt: skip


def causes(missed_for: Iterable[tuple[str, int]]) -> list[dict[str, Any]]:
    """Return why promises were missed, as bars: the first reason that holds counts."""
    counts: Counter[str] = Counter()
    for why, n in missed_for:
        counts[why] += n
    return bars([(label, counts[name]) for name, label in CAUSES])


def time_used(tickets: Any, *, period: Period) -> list[dict[str, Any]]:
    """Return how much of their target works done in the period took, as bars. One query."""
    used = (F("target_s") - F("remaining_s")) / F("target_s")
    steps = [When(used__lte=most, then=Value(n)) for n, (most, _label) in enumerate(USED) if most]
    rows = (
        customer_clocks()
        .filter(
            metric__in=[Metric.RESOLUTION, Metric.FULFILMENT],
            state__in=[ClockState.MET, ClockState.BREACHED],
            remaining_s__isnull=False,
            finished_at__gte=period.since,
            finished_at__lt=period.until,
            record__in=tickets.order_by().values("pk"),
        )
        .order_by()
        .annotate(used=used)
        .annotate(span=Case(*steps, default=Value(len(USED) - 1)))
        .values("span")
        .annotate(n=Count("pk"))
    )
    counts = {row["span"]: row["n"] for row in rows}
    made = bars([(label, counts.get(n, 0)) for n, (_most, label) in enumerate(USED)])
    after = next(n for n, (most, _label) in enumerate(USED) if most == 1)
    made[after]["line"] = _("the target")
    return made


_PAUSES = """
WITH chosen AS ({clocks}), spans AS (
  SELECT l.kind, l.cause, l.at,
         COALESCE(LEAD(l.at) OVER (PARTITION BY l.clock_id ORDER BY l.at, l.sequence), %s) AS ends
  FROM sla_ledgerline AS l JOIN chosen ON chosen.id = l.clock_id)
SELECT kind, cause, SUM(EXTRACT(EPOCH FROM ends - at)), COUNT(*)
FROM spans WHERE kind IN (%s, %s) AND ends > at GROUP BY kind, cause
"""


@dataclass(frozen=True)
class Pauses:
    """How much of the time of clocks was paused, and by what; seconds on the wall clock."""

    total_s: float
    paused_s: float
    rows: list[dict[str, Any]]

    @property
    def share(self) -> int:
        return round(100 * self.paused_s / self.total_s) if self.total_s else 0


def pauses(tickets: Any, *, metric: str, period: Period, now: datetime) -> Pauses:
    """Return what part of the time of clocks decided in the period was paused. One query."""
    chosen = (
        customer_clocks(metric)
        .filter(kept(period) | missed(period, now), record__in=tickets.order_by().values("pk"))
        .order_by()
        .values("id")
    )
    clocks, values = chosen.query.sql_with_params()
    with connection.cursor() as cursor:
        # The inner statement is Django's own; its values and ours are passed beside it.
        cursor.execute(
            _PAUSES.format(clocks=clocks), [*values, now, Turn.RUN.value, Turn.PAUSE.value]
        )
        found = cursor.fetchall()
    total = sum(float(seconds) for _kind, _cause, seconds, _n in found)
    stops = [row for row in found if row[0] == Turn.PAUSE]
    paused = sum(float(row[2]) for row in stops)
    rows = [
        {
            "cause": cause_in_words(cause),
            "times": times,
            "seconds": float(seconds),
            "share": round(100 * float(seconds) / total) if total else 0,
        }
        for _kind, cause, seconds, times in sorted(stops, key=lambda row: -row[2])
    ]
    return Pauses(total, paused, rows)


def bars(amounts: list[tuple[Any, int]]) -> list[dict[str, Any]]:
    """Return amounts as the bars of a chart, the longest filling it."""
    most = max((n for _label, n in amounts), default=0)
    return [
        {"label": label, "value": n, "share": round(100 * n / most) if most else 0}
        for label, n in amounts
    ]
