"""The dashboard of service levels: every number opens the list it counts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from itsm.core import clock as time
from sla import dashboard
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


class DashboardForm(forms.Form):
    """The month, the promise and the service looked at."""

    period = forms.ChoiceField(label=gettext_lazy("Month"), required=False)
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
        weeks = dashboard.by_week(tickets, metric=metric, now=now)
        risky = list(
            standing(tickets, AT_RISK, metric=metric, now=now)
            .with_people().order_by("next_due_at", "pk")[:SHOWN]
        )  # fmt: skip
        panels.decorate(risky, actor=request.user)
        return render(
            request,
            "sla/dashboard.html",
            {
                "form": form,
                "period": period,
                "target": dashboard.TARGET,
                **self._numbers(metric, period, service),
                "services": [
                    self._linked(line, period, metric)
                    for line in dashboard.compliance(
                        tickets, "service__number", "service__title", **about
                    )
                ],
                "priorities": [
                    (dict(Priority.choices).get(line.key, line.label), line)
                    for line in dashboard.compliance(tickets, "priority", "priority", **about)
                ],
                "weeks": weeks,
                "line": line_of(weeks),
                "causes": dashboard.causes(tickets, **about),
                "spans": dashboard.resolve_times(tickets, period=period),
                "pauses": dashboard.pauses(tickets, **about),
                "risky": risky,
            },
        )

    def _numbers(self, metric: str, period: Period, service: str) -> dict[str, Any]:
        """Return the numbers, each counted by the very list it opens."""
        found: dict[str, Any] = {}
        for how in (MET, BREACHED, DECIDED, AT_RISK, PAUSED):
            query = list_query(
                how,
                metric=metric,
                period=period if how in (MET, BREACHED, DECIDED) else None,
                service=service,
            )
            found[how] = {
                "count": tickets_of(query, self.request).count(),
                "url": f"{reverse('record-list', args=[RESOURCE])}?{query}",
            }
        decided = found[DECIDED]["count"]
        found["percent"] = round(100 * found[MET]["count"] / decided, 1) if decided else None
        return found

    def _linked(self, line: Any, period: Period, metric: str) -> dict[str, Any]:
        place = line.key or "none"
        urls = {
            how: f"{reverse('record-list', args=[RESOURCE])}?"
            + list_query(how, metric=metric, period=period, service=place)
            for how in (DECIDED, BREACHED)
        }
        return {"line": line, "urls": urls}


WIDTH, HEIGHT, TOP = 600, 140, 10


def line_of(weeks: list[dashboard.Compliance]) -> dict[str, Any]:
    """Return the weekly line as points of a drawing 600 by 160, with its target and last point."""
    step = WIDTH / max(1, len(weeks) - 1)
    points = [
        (round(n * step), _height(week.percent), week)
        for n, week in enumerate(weeks)
        if week.percent is not None
    ]
    return {
        "points": " ".join(f"{x},{y}" for x, y, _week in points),
        "last": {"x": points[-1][0], "y": points[-1][1], "value": points[-1][2].percent}
        if points
        else None,
        "target_y": _height(dashboard.TARGET),
    }


def _height(percent: float) -> int:
    """Percent from 50 up fill the drawing; what is below lies on its floor."""
    return round(TOP + (100 - max(50, percent)) / 50 * HEIGHT)
