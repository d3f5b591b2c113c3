"""How tickets stand to what was promised on them: one set of rules for a number and for its list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from itsm.core import clock as time
from sla.models import Clock
from sla.vocabulary import AgreementKind, ClockState, Metric
from valuechain.records.filters import filterset_for
from valuechain.records.models import Record
from valuechain.records.panels import panels

#: The list that the numbers of the dashboard open.
RESOURCE = "tickets"
#: What is due within this time is at risk.
SOON = timedelta(hours=4)
#: Between two days, both of which belong to what is looked at.
BETWEEN = ".."
#: How far back the periods to choose from go.
MONTHS = 12

MET, BREACHED, DECIDED, AT_RISK, PAUSED = "met", "breached", "decided", "at_risk", "paused"
STANDINGS = (
    (MET, _("Promises kept")),
    (BREACHED, _("A promise was missed")),
    (DECIDED, _("Promises decided")),
    (AT_RISK, _("Due within 4 hours")),
    (PAUSED, _("A clock is paused")),
)


@dataclass(frozen=True)
class Period:
    """A calendar month, or some days, in the reader's zone; `until` is not part of it."""

    name: str
    since: datetime
    until: datetime

    @property
    def label(self) -> str:
        if BETWEEN in self.name:
            last = timezone.localdate(self.until - timedelta(microseconds=1))
            days = (timezone.localdate(self.since), last)
            return " – ".join(formats.date_format(day, "j M Y") for day in days)  # noqa: RUF001 - a dash in print
        return formats.date_format(timezone.localtime(self.since), "YEAR_MONTH_FORMAT")

    def before(self) -> Period:
        """Return the month before."""
        return month_of(timezone.localdate(self.since) - timedelta(days=1))


def month_of(day: date) -> Period:
    """Return the month a local date lies in."""
    first = day.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return Period(f"{first:%Y-%m}", _midnight(first), _midnight(following))


def read_period(raw: str, *, now: datetime | None = None) -> Period:
    """Read a month such as 2026-11; anything else is the month of `now`."""
    try:
        return month_of(datetime.strptime(raw, "%Y-%m").replace(tzinfo=UTC).date())
    except (ValueError, OverflowError):
        return month_of(timezone.localdate(now or time.now()))


def days_between(first: date, last: date) -> Period:
    """Return the days from one to another, both included."""
    following = last + timedelta(days=1)
    return Period(f"{first}{BETWEEN}{last}", _midnight(first), _midnight(following))


def read_span(raw: str, *, now: datetime | None = None) -> Period:
    """Read a month, or days such as 2026-11-03..2026-11-17; anything else is the month of `now`."""
    first, between, last = raw.partition(BETWEEN)
    try:
        days = date.fromisoformat(first), date.fromisoformat(last)
        return days_between(min(days), max(days))
    except (ValueError, OverflowError):
        return read_period("" if between else raw, now=now)


def recent_periods(now: datetime) -> list[Period]:
    """Return the last months, this one first."""
    found = [read_period("", now=now)]
    while len(found) < MONTHS:
        found.append(found[-1].before())
    return found


def missed(period: Period | None, now: datetime) -> Q:
    """Clocks whose deadline passed before they were done, also when nobody noticed yet."""
    late = Q(state=ClockState.RUNNING, due_at__lt=now)
    if period is None:
        return Q(state=ClockState.BREACHED) | late
    span = (period.since, min(period.until, now))
    return Q(state=ClockState.BREACHED, breached_at__gte=span[0], breached_at__lt=span[1]) | (
        late & Q(due_at__gte=span[0], due_at__lt=span[1])
    )


def kept(period: Period | None) -> Q:
    """Clocks that were done in time."""
    found = Q(state=ClockState.MET)
    if period is not None:
        found &= Q(finished_at__gte=period.since, finished_at__lt=period.until)
    return found


def customer_clocks(metric: str = "") -> Any:
    """The clocks of what customers were promised."""
    found = Clock.objects.filter(agreement_kind=AgreementKind.SLA)
    return found.filter(metric=metric) if metric else found


def standing(
    records: Any, how: str, *, metric: str = "", period: Period | None = None,
    now: datetime | None = None,
) -> Any:  # fmt: skip
    """Keep the records that stand so; a record with one promise missed has not kept its promises.

    `metric` looks at one promise only. `period` limits what was decided, not what is open now.
    """
    now = now or time.now()

    def has(rule: Q) -> Exists:
        return Exists(customer_clocks(metric).filter(rule, record_id=OuterRef("pk")))

    if how == MET:
        return records.filter(has(kept(period)), ~has(missed(period, now)))
    if how == BREACHED:
        return records.filter(has(missed(period, now)))
    if how == DECIDED:
        return records.filter(has(kept(period) | missed(period, now)))
    if how == PAUSED:
        return records.filter(has(Q(state=ClockState.PAUSED)))
    if how == AT_RISK:
        soon = Q(state=ClockState.RUNNING, due_at__gte=now, due_at__lt=now + SOON)
        return records.filter(has(soon))
    begun = Q() if period is None else Q(started_at__gte=period.since, started_at__lt=period.until)
    return records.filter(has(begun))


class StandingFilter(django_filters.ChoiceFilter):
    """How tickets stand; reads the promise and the month chosen beside it."""

    def filter(self, qs: Any, value: Any) -> Any:
        chosen = self.parent.form.cleaned_data
        metric, period = chosen.get("metric") or "", chosen.get("period") or ""
        if not (value or metric or period):
            return qs
        return standing(
            qs, value or "", metric=metric, period=read_span(period) if period else None
        )


class BesideFilter(django_filters.Filter):
    """A choice that the filter by standing reads; alone it changes nothing itself."""

    def filter(self, qs: Any, value: Any) -> Any:
        del value
        return qs


class MetricFilter(BesideFilter, django_filters.ChoiceFilter):
    """Which promise is meant."""


class PeriodFilter(BesideFilter, django_filters.CharFilter):
    """The month, or the days, in which it was decided."""


def connect() -> None:
    """Let the list of tickets be narrowed by how promises stand, on its page and in REST."""
    panels.filters[RESOURCE] = {
        **panels.filters.get(RESOURCE, {}),
        "clock": StandingFilter(label=_("Promises"), choices=STANDINGS),
        "metric": MetricFilter(label=_("Which promise"), choices=Metric.choices),
        "period": PeriodFilter(
            label=_("Month"), help_text=_("Such as 2026-11, or 2026-11-03..2026-11-17.")
        ),
    }


def list_query(how: str, *, metric: str, period: Period | None, service: str = "") -> str:
    """Return the query of the list of tickets that stand so."""
    query = QueryDict(mutable=True)
    query["clock"] = how
    if metric:
        query["metric"] = metric
    if period is not None:
        query["period"] = period.name
    if service:
        query["service"] = service
    return query.urlencode()


def tickets_of(query: str, request: Any) -> Any:
    """Return the tickets a query finds for whoever asks: the very rows the list shows."""
    found = Record.objects.visible_to(request.user).of_resource(RESOURCE)
    return filterset_for(RESOURCE)(QueryDict(query), queryset=found, request=request).qs


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001 - made aware here
