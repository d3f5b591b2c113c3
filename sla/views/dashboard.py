"""The dashboard of service levels: every number opens the list it counts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from itsm.core import clock as time
from itsm.core.spreadsheet import write_csv
from sla import dashboard
from sla.by_service import ServiceLine, in_order, service_lines, tallies
from sla.drawing import line_of, spark_of
from sla.standing import (
    AT_RISK,
    BREACHED,
    DECIDED,
    MET,
    PAUSED,
    RESOURCE,
    Period,
    list_query,
    read_period,
    recent_periods,
    standing,
    tickets_of,
)
from sla.vocabulary import Metric
from valuechain.records.models import Record
from valuechain.records.panels import panels
from valuechain.records.views.access import StaffView
from valuechain.records.vocabulary import Priority

#: So many tickets at risk are shown; the list has the rest.
SHOWN = 20
COLUMNS = (
    ("service", gettext_lazy("Service")),
    ("kept", gettext_lazy("Kept, last 12 months")),
    ("change", gettext_lazy("Change")),
    ("response", gettext_lazy("Response")),
    ("resolution", gettext_lazy("Resolution")),
    ("decided", gettext_lazy("Decided")),
    ("missed", gettext_lazy("Missed")),
    ("", gettext_lazy("Missed most because")),
)


class DashboardForm(forms.Form):
    """The month, the promise and the service looked at."""

    period = forms.ChoiceField(
        label=gettext_lazy("Month"),
        required=False,
        widget=forms.Select(
            attrs={"data-keys": "p", "data-keys-label": gettext_lazy("Choose the month")}
        ),
    )
    metric = forms.ChoiceField(
        label=gettext_lazy("Promise"),
        choices=[("", gettext_lazy("All promises")), *Metric.choices],
        required=False,
    )
    service = forms.ChoiceField(label=gettext_lazy("Service"), required=False)

    def __init__(self, *args: Any, periods: list[Period], services: list[Any], **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["period"].choices = [(one.name, one.label) for one in periods]  # type: ignore[attr-defined]
        self.fields["service"].choices = [("", _("All services")), *services]  # type: ignore[attr-defined]


class DashboardView(StaffView):
    """How the promises to customers stand."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the month, promise and service in the address."""
        now = time.now()
        period = read_period(request.GET.get("period", ""), now=now)
        asked = request.GET.get("metric", "")
        metric = asked if asked in Metric.values else ""
        service = request.GET.get("service", "").upper()
        mine: Any = Record.objects.visible_to(request.user).of_resource(RESOURCE)
        tickets = mine.filter(service__number=service) if service else mine
        services = [
            (number, title)
            for number, title in Record.objects.visible_to(request.user)
            .of_resource("services").order_by("title").values_list("number", "title")
        ]  # fmt: skip
        form = DashboardForm(
            {"period": period.name, "metric": metric, "service": service},
            periods=recent_periods(now),
            services=services,
        )
        about: dict[str, Any] = {"metric": metric, "period": period, "now": now}
        if request.GET.get("part") == "risk":
            response = render(request, "sla/_risky.html", self._risky(tickets, metric, now))
            patch_cache_control(response, private=True, no_store=True)
            return response
        asked_order = request.GET.get("sort", "kept")
        counted = tallies(tickets, **about)
        lines = in_order(service_lines(tickets, counted, **about), asked_order)
        if request.GET.get("format") == "csv":
            return as_csv(lines, period)
        priorities = dashboard.compliance(tickets, "priority", "priority", **about)
        weeks = dashboard.by_week(tickets, metric=metric, now=now)
        return render(
            request,
            "sla/dashboard.html",
            {
                "form": form,
                "period": period,
                "target": dashboard.TARGET,
                **self._numbers(priorities, metric, period, service),
                "services": [self._linked(line, period, metric) for line in lines],
                "columns": self._columns(asked_order),
                "csv_url": f"?{_query(request, format='csv')}",
                "priorities": self._priorities(priorities, service, about),
                "weeks": weeks,
                "line": line_of(weeks),
                "causes": dashboard.causes((one.why, one.n) for one in counted if not one.is_kept),
                "spans": dashboard.time_used(tickets, period=period),
                "pauses": dashboard.pauses(tickets, **about),
                **self._risky(tickets, metric, now),
            },
        )

    def _risky(self, tickets: Any, metric: str, now: datetime) -> dict[str, Any]:
        """Return the tickets that are due next, with their clocks; asked again while the page is open."""
        risky = list(
            standing(tickets, AT_RISK, metric=metric, now=now)
            .with_people().order_by("next_due_at", "pk")[:SHOWN]
        )  # fmt: skip
        panels.decorate(risky, actor=self.request.user)
        return {"risky": risky, "risky_url": f"?{_query(self.request, part='risk')}"}

    def _columns(self, asked: str) -> list[dict[str, Any]]:
        """Return the heads of the table of services, each with the link that sorts by it."""
        name, is_down = asked.lstrip("-"), asked.startswith("-")
        return [
            {
                "label": label,
                "is_number": key not in ("service", ""),
                "url": f"?{_query(self.request, sort=f'-{key}' if key == name and not is_down else key)}#by-service"
                if key
                else "",
                "sorted": ("descending" if is_down else "ascending") if key == name else "",
            }
            for key, label in COLUMNS
        ]

    def _numbers(
        self, lines: list[dashboard.Compliance], metric: str, period: Period, service: str
    ) -> dict[str, Any]:
        """Return the numbers, each with the list it opens: of what stands now, counted by that list."""
        counts = {
            MET: sum(line.met for line in lines),
            BREACHED: sum(line.missed for line in lines),
            DECIDED: sum(line.decided for line in lines),
        }
        found: dict[str, Any] = {}
        for how in (MET, BREACHED, DECIDED, AT_RISK, PAUSED):
            span = period if how in counts else None
            query = list_query(how, metric=metric, period=span, service=service)
            found[how] = {
                "count": counts[how] if how in counts else tickets_of(query, self.request).count(),
                "url": f"{reverse('record-list', args=[RESOURCE])}?{query}",
            }
        decided = counts[DECIDED]
        found["percent"] = round(100 * counts[MET] / decided, 1) if decided else None
        return found

    def _priorities(
        self, lines: list[dashboard.Compliance], service: str, about: dict[str, Any]
    ) -> list[Any]:
        """Return each priority by name with how it did and the list of what was decided."""
        words: dict[Any, Any] = dict(Priority.choices)
        query = list_query(DECIDED, metric=about["metric"], period=about["period"], service=service)
        address = f"{reverse('record-list', args=[RESOURCE])}?{query}&priority="
        return [
            (words.get(line.key, line.label), line, f"{address}{line.key}" if line.key else "")
            for line in sorted(lines, key=lambda line: line.key or 0)
        ]

    def _linked(self, line: Any, period: Period, metric: str) -> dict[str, Any]:
        place = line.key or "none"
        urls = {
            how: f"{reverse('record-list', args=[RESOURCE])}?"
            + list_query(how, metric=metric, period=period, service=place)
            for how in (DECIDED, BREACHED)
        }
        return {
            "line": line,
            "urls": urls,
            "spark": spark_of(line.points),
            "change_down": abs(line.change or 0),
        }


def _query(request: HttpRequest, **more: str) -> str:
    """Return the query of the page with some values changed."""
    query = request.GET.copy()
    query.pop("part", None)
    for name, value in more.items():
        query[name] = value
    return query.urlencode()


def as_csv(lines: list[ServiceLine], period: Period) -> HttpResponse:
    """Return the table of services as a file."""
    header = [
        _("Service"), _("Service number"), _("Kept, %"), _("Change, percent points"),
        _("Response, %"), _("Resolution, %"), _("Tickets decided"), _("Missed"),
        _("Missed most because"),
    ]  # fmt: skip
    rows = (
        (line.label, line.key, line.percent, line.change, line.response, line.resolution,
         line.decided, line.missed, str(line.worst))
        for line in lines
    )  # fmt: skip
    response = HttpResponse(write_csv(header, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="service-levels-{period.name}.csv"'
    return response
