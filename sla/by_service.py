"""How each service keeps its promises: this month, against the last, over a year, and why it fails."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, F, Q, When
from django.db.models.functions import Coalesce, TruncMonth
from django.utils import timezone
from django.utils.translation import gettext as _

from sla.dashboard import CAUSES, TARGET, WHY
from sla.standing import MONTHS, Period, customer_clocks, kept, missed
from sla.vocabulary import ClockState, Metric

RESPONSE, RESOLUTION = (Metric.FIRST_RESPONSE,), (Metric.RESOLUTION, Metric.FULFILMENT)
_SERVICE = ("record__service__number", "record__service__title")


def _share(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


@dataclass
class ServiceLine:
    """One service: tickets decided and missed, shares in percent, a year of them, the worst reason."""

    key: Any
    label: str
    #: (decided, missed) of each month, this one last.
    months: list[tuple[int, int]]
    response: float | None = None
    resolution: float | None = None
    worst: Any = ""
    points: list[float | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Work out the share of each month once."""
        self.points = [_share(decided - late, decided) for decided, late in self.months]

    @property
    def decided(self) -> int:
        return self.months[-1][0]

    @property
    def missed(self) -> int:
        return self.months[-1][1]

    @property
    def percent(self) -> float | None:
        return self.points[-1]

    @property
    def change(self) -> float | None:
        """Percent points against the month before, None when one of them decided nothing."""
        this, last = self.points[-1], self.points[-2]
        return None if this is None or last is None else round(this - last, 1)

    @property
    def is_below(self) -> bool:
        return self.percent is not None and self.percent < TARGET


def service_lines(tickets: Any, *, metric: str, period: Period, now: datetime) -> list[ServiceLine]:
    """Return one line for each service with a ticket decided in the period. Three queries."""
    periods = [period]
    while len(periods) < MONTHS:
        periods.insert(0, periods[0].before())
    clocks = customer_clocks(metric).filter(record__in=tickets.order_by().values("pk")).order_by()
    by_month = _by_month(clocks, periods, now)
    decided = clocks.filter(kept(period) | missed(period, now))
    by_metric = _by_metric(decided)
    worst = _worst(clocks.filter(missed(period, now)))
    found = [
        ServiceLine(
            key=key,
            label=str(title or _("No service")),
            months=months,
            response=_together(by_metric[key], RESPONSE),
            resolution=_together(by_metric[key], RESOLUTION),
            worst=worst.get(key, ""),
        )
        for (key, title), months in by_month.items()
        if months[-1][0]
    ]
    return sorted(found, key=lambda line: (line.percent or 0, line.label))


def _by_month(clocks: Any, periods: list[Period], now: datetime) -> dict[Any, Any]:
    whole = Period("", periods[0].since, periods[-1].until)
    rows = (
        clocks.filter(kept(whole) | missed(whole, now))
        .annotate(
            at=Case(When(state=ClockState.MET, then=F("finished_at")),
                    default=Coalesce("breached_at", "due_at")),
        )
        .annotate(month=TruncMonth("at", tzinfo=timezone.get_current_timezone()))
        .values(*_SERVICE, "month")
        .annotate(
            decided=Count("record", distinct=True),
            late=Count("record", distinct=True, filter=~Q(state=ClockState.MET)),
        )
    )  # fmt: skip
    place = {period.name: n for n, period in enumerate(periods)}
    found: dict[Any, Any] = defaultdict(lambda: [(0, 0)] * len(periods))
    for row in rows:
        n = place[f"{timezone.localtime(row['month']):%Y-%m}"]
        found[row[_SERVICE[0]], row[_SERVICE[1]]][n] = (row["decided"], row["late"])
    return found


def _by_metric(decided: Any) -> dict[Any, dict[str, tuple[int, int]]]:
    rows = decided.values(_SERVICE[0], "metric").annotate(
        n=Count("pk"), met=Count("pk", filter=Q(state=ClockState.MET))
    )
    found: dict[Any, dict[str, tuple[int, int]]] = defaultdict(dict)
    for row in rows:
        found[row[_SERVICE[0]]][row["metric"]] = (row["met"], row["n"])
    return found


def _together(found: dict[str, tuple[int, int]], metrics: tuple[Metric, ...]) -> float | None:
    counts = [found.get(metric.value, (0, 0)) for metric in metrics]
    return _share(sum(met for met, _n in counts), sum(n for _met, n in counts))


def _worst(late: Any) -> dict[Any, Any]:
    """The reason for which a service missed most promises, in words."""
    rows = late.annotate(why=WHY).values(_SERVICE[0], "why").annotate(n=Count("pk"))
    names = dict(CAUSES)
    order = [name for name, _label in CAUSES]
    best: dict[Any, tuple[int, int, Any]] = {}
    for row in rows:
        candidate = (row["n"], -order.index(row["why"]), names[row["why"]])
        if row[_SERVICE[0]] not in best or candidate[:2] > best[row[_SERVICE[0]]][:2]:
            best[row[_SERVICE[0]]] = candidate
    return {key: label for key, (_n, _order, label) in best.items()}


#: What the table can be sorted by.
ORDERS: dict[str, Callable[[ServiceLine], Any]] = {
    "service": lambda line: line.label.lower(),
    "kept": lambda line: line.percent or 0,
    "change": lambda line: line.change or 0,
    "response": lambda line: line.response if line.response is not None else 101,
    "resolution": lambda line: line.resolution if line.resolution is not None else 101,
    "decided": lambda line: line.decided,
    "missed": lambda line: line.missed,
}


def in_order(lines: list[ServiceLine], asked: str) -> list[ServiceLine]:
    """Return lines by a name of ORDERS, with a minus the greatest first; else the least kept first."""
    key = ORDERS.get(asked.lstrip("-"), ORDERS["kept"])
    return sorted(lines, key=key, reverse=asked.startswith("-"))
