"""How each service keeps its promises: this month, against the last, over a year, and why it fails."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.core.cache import cache
from django.db.models import Case, Count, F, Q, When
from django.db.models.functions import Coalesce, TruncMonth
from django.utils import timezone
from django.utils.translation import gettext as _
from redis import RedisError

from sla.dashboard import CAUSES, TARGET, WHY
from sla.standing import MONTHS, Period, customer_clocks, kept, missed
from sla.vocabulary import ClockState, Metric
from valuechain.records.models import Record

RESPONSE, RESOLUTION = (Metric.FIRST_RESPONSE,), (Metric.RESOLUTION, Metric.FULFILMENT)
#: By id: PostgreSQL sorts what it groups, and words take it three times as long.
_SERVICE = "record__service_id"
#: Months before the one shown are counted anew after so many seconds.
KEPT_S = 600


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


@dataclass(frozen=True)
class Tally:
    """Promises decided in a month: of one service and metric, kept or missed, and why."""

    service: int | None
    metric: str
    is_kept: bool
    why: str
    n: int


def tallies(tickets: Any, *, metric: str, period: Period, now: datetime) -> list[Tally]:
    """Count the promises decided in the period, from which shares and reasons follow. One query."""
    rows = (
        _clocks(tickets, metric)
        .filter(kept(period) | missed(period, now))
        .annotate(is_kept=Q(state=ClockState.MET), why=WHY)
        .values_list(_SERVICE, "metric", "is_kept", "why")
        .annotate(n=Count("pk"))
    )
    return [Tally(*row) for row in rows]


def service_lines(
    tickets: Any, counted: list[Tally], *, metric: str, period: Period, now: datetime
) -> list[ServiceLine]:
    """Return one line for each service with a ticket decided in the period. Two or three queries."""
    clocks = _clocks(tickets, metric)
    this = {service: counts for service, _month, *counts in _by_month(clocks, period, now)}
    if not this:
        return []
    before = _months_before(tickets, clocks, metric, period, now)
    by_metric = _by_metric(counted)
    worst = _worst(counted)
    names = {
        pk: (number, title)
        for pk, number, title in Record.objects.filter(pk__in=[pk for pk in this if pk])
        .values_list("pk", "number", "title")
    }  # fmt: skip
    found = [
        ServiceLine(
            key=names[pk][0] if pk else None,
            label=names[pk][1] if pk else _("No service"),
            months=[*before[pk], (decided, late)],
            response=_together(by_metric[pk], RESPONSE),
            resolution=_together(by_metric[pk], RESOLUTION),
            worst=worst.get(pk, ""),
        )
        for pk, (decided, late) in this.items()
    ]
    return sorted(found, key=lambda line: (line.percent or 0, line.label))


def _clocks(tickets: Any, metric: str) -> Any:
    return customer_clocks(metric).filter(record__in=tickets.order_by().values("pk")).order_by()


def _by_month(clocks: Any, span: Period, now: datetime) -> list[tuple[int | None, str, int, int]]:
    """Count tickets decided and missed by service and month. One query."""
    rows = (
        clocks.filter(kept(span) | missed(span, now))
        .annotate(
            at=Case(When(state=ClockState.MET, then=F("finished_at")),
                    default=Coalesce("breached_at", "due_at")),
        )
        .annotate(month=TruncMonth("at", tzinfo=timezone.get_current_timezone()))
        .values_list(_SERVICE, "month")
        .annotate(
            decided=Count("record", distinct=True),
            late=Count("record", distinct=True, filter=~Q(state=ClockState.MET)),
        )
    )  # fmt: skip
    return [(service, f"{timezone.localtime(at):%Y-%m}", *counts) for service, at, *counts in rows]


def _months_before(
    tickets: Any, clocks: Any, metric: str, period: Period, now: datetime
) -> dict[Any, list[tuple[int, int]]]:
    """Return the months before the period, the oldest first, at most KEPT_S old: they are over."""
    periods = [period.before()]
    while len(periods) < MONTHS - 1:
        periods.insert(0, periods[0].before())
    # What a reader may see is said in full by the question for their tickets.
    zone = timezone.get_current_timezone_name()
    asked = (str(tickets.order_by().query), metric, period.name, zone)
    key = f"sla-months:{sha256(repr(asked).encode()).hexdigest()}"
    span = Period("", periods[0].since, periods[-1].until)
    rows: Any
    try:
        rows = cache.get_or_set(key, lambda: _by_month(clocks, span, now), KEPT_S)
    except RedisError:
        rows = _by_month(clocks, span, now)
    place = {one.name: n for n, one in enumerate(periods)}
    found: dict[Any, Any] = defaultdict(lambda: [(0, 0)] * len(periods))
    for service, month, decided, late in rows:
        found[service][place[month]] = (decided, late)
    return found


def _by_metric(counted: Iterable[Tally]) -> dict[Any, dict[str, tuple[int, int]]]:
    found: dict[Any, dict[str, tuple[int, int]]] = defaultdict(dict)
    for one in counted:
        met, n = found[one.service].get(one.metric, (0, 0))
        found[one.service][one.metric] = (met + one.n * one.is_kept, n + one.n)
    return found


def _together(found: dict[str, tuple[int, int]], metrics: tuple[Metric, ...]) -> float | None:
    counts = [found.get(metric.value, (0, 0)) for metric in metrics]
    return _share(sum(met for met, _n in counts), sum(n for _met, n in counts))


def _worst(counted: Iterable[Tally]) -> dict[Any, Any]:
    """The reason for which a service missed most promises, in words."""
    late: dict[Any, Counter[str]] = defaultdict(Counter)
    for one in counted:
        if not one.is_kept:
            late[one.service][one.why] += one.n
    names = dict(CAUSES)
    # Of reasons that are as many, the first of CAUSES.
    return {service: names[max(names, key=counts.__getitem__)] for service, counts in late.items()}


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
