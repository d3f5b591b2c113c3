"""The pages of the reports; the same address answers as a page, as CSV and as JSON."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from itsm.core import clock
from itsm.portal.reports.shape import Asked, Report, Row, as_csv, as_json
from itsm.portal.reports.shelf import REPORTS
from sla.dashboard import bars
from sla.standing import Period, days_between, read_span, recent_periods
from sla.views.dashboard import DashboardForm
from valuechain.records.models import Record
from valuechain.records.views.access import StaffView
from valuechain.records.views.changing import UNPROCESSABLE


def _day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


FORMATS = {"csv": "text/csv", "json": "application/json", "html": "text/html"}


class DaysForm(forms.Form):
    """Two days that are looked at instead of a month."""

    since = forms.DateField(label=gettext_lazy("Or from"), required=False, widget=_day_input())
    until = forms.DateField(label=gettext_lazy("Until"), required=False, widget=_day_input())

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = said.get("since"), said.get("until")
        if since and until and since > until:
            self.add_error("until", _("Choose a day that is not before the first."))
        return said

    def period(self, raw: str) -> Period:
        """Return the days that were chosen, and without any what the address says."""
        said: dict[str, Any] = self.cleaned_data if self.is_valid() else {}
        since, until = said.get("since"), said.get("until")
        if not since and not until:
            return read_span(raw, now=clock.now())
        today = timezone.localdate(clock.now())
        last = until or today
        first = since or last.replace(day=1)
        return days_between(first, max(first, last))


class ReportListView(StaffView):
    """The reports there are, each by its question."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List them."""
        return render(request, "reports/list.html", {"reports": REPORTS.values()})


class ReportView(StaffView):
    """One report."""

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """Answer in the form asked for: by ?format=, else by what the client accepts."""
        report = REPORTS.get(key)
        if report is None:
            raise Http404
        days = DaysForm(request.GET)
        asked = Asked(
            actor=request.user,
            period=days.period(request.GET.get("period", "")),
            service=request.GET.get("service", "").upper()[:20],
            request=request,
        )
        rows = report.read(asked)
        response = self._answer(report, rows, asked, days)
        patch_vary_headers(response, ["Accept"])
        return response

    def _answer(
        self, report: Report, rows: list[Row], asked: Asked, days: DaysForm
    ) -> HttpResponse:
        wanted = FORMATS.get(self.request.GET.get("format", "")) or (
            self.request.get_preferred_type(["text/html", "text/csv", "application/json"])
        )
        if wanted == "text/csv":
            response = HttpResponse(as_csv(report, rows), content_type="text/csv; charset=utf-8")
            name = f"{report.key}-{asked.period.name}.csv"
            response["Content-Disposition"] = f'attachment; filename="{name}"'
            return response
        if wanted == "application/json":
            return JsonResponse(as_json(report, rows, asked))
        context = self._context(report, rows, asked, days)
        code = UNPROCESSABLE if days.errors else 200
        return render(self.request, "reports/report.html", context, status=code)

    def _context(
        self, report: Report, rows: list[Row], asked: Asked, days: DaysForm
    ) -> dict[str, Any]:
        services = list(
            Record.objects.visible_to(asked.actor)
            .of_resource("services").order_by("title").values_list("number", "title")
        )  # fmt: skip
        months = recent_periods(clock.now())
        form = DashboardForm(
            {"period": asked.period.name, "service": asked.service},
            periods=months if asked.period in months else [asked.period, *months],
            services=services,
        )
        dropped = ["metric", "period"] if report.is_of_now else ["metric"]
        for name in dropped:
            del form.fields[name]
        said = urlencode(
            {"period": asked.period.name, **({"service": asked.service} if asked.service else {})}
        )
        drawn = [(row.label, row.values[report.drawn] or 0) for row in rows]
        return {
            "report": report,
            "rows": rows,
            "form": form,
            # What was understood stands in the list of months; only what was not is kept to mend.
            "days": None if report.is_of_now else days if days.errors else DaysForm(),
            "bars": bars(drawn),
            "drawn": report.columns[report.drawn + 1],
            "is_empty": not any(any(row.values) for row in rows),
            "schedule_url": _schedule_url(report, asked.service),
            "downloads": [
                (word.upper(), f"{self.request.path}?{said}&format={word}")
                for word in ("csv", "json")
            ],
        }


def _schedule_url(report: Report, service: str) -> str:
    url = reverse("report-schedule", args=[report.key])
    return f"{url}?{urlencode({'service': service})}" if service else url
