"""The pages of the reports; the same address answers as a page, as CSV and as JSON."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from itsm.core import clock
from itsm.portal.reports.shape import Asked, Report, Row, as_csv, as_json
from itsm.portal.reports.shelf import REPORTS
from sla.dashboard import bars
from sla.standing import read_period, recent_periods
from sla.views.dashboard import DashboardForm
from valuechain.records.models import Record
from valuechain.records.views.access import StaffView

FORMATS = {"csv": "text/csv", "json": "application/json", "html": "text/html"}


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
        now = clock.now()
        asked = Asked(
            actor=request.user,
            period=read_period(request.GET.get("period", ""), now=now),
            service=request.GET.get("service", "").upper()[:20],
            request=request,
        )
        rows = report.read(asked)
        response = self._answer(report, rows, asked)
        patch_vary_headers(response, ["Accept"])
        return response

    def _answer(self, report: Report, rows: list[Row], asked: Asked) -> HttpResponse:
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
        return render(self.request, "reports/report.html", self._context(report, rows, asked))

    def _context(self, report: Report, rows: list[Row], asked: Asked) -> dict[str, Any]:
        services = list(
            Record.objects.visible_to(asked.actor)
            .of_resource("services").order_by("title").values_list("number", "title")
        )  # fmt: skip
        form = DashboardForm(
            {"period": asked.period.name, "service": asked.service},
            periods=recent_periods(clock.now()),
            services=services,
        )
        del form.fields["metric"]
        query = self.request.GET.copy()
        query.pop("format", None)
        said = query.urlencode()
        drawn = [(row.label, row.values[report.drawn] or 0) for row in rows]
        return {
            "report": report,
            "rows": rows,
            "form": form,
            "bars": bars(drawn),
            "drawn": report.columns[report.drawn + 1],
            "is_empty": not any(any(row.values) for row in rows),
            "schedule_url": _schedule_url(report, asked.service),
            "downloads": [
                (word.upper(), f"{self.request.path}?{said}&format={word}".replace("?&", "?"))
                for word in ("csv", "json")
            ],
        }


def _schedule_url(report: Report, service: str) -> str:
    url = reverse("report-schedule", args=[report.key])
    return f"{url}?{urlencode({'service': service})}" if service else url
