"""The summary pinned above the conversation of a record: shown with it, and changed."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from valuechain.records.actions import sum_up
from valuechain.records.forms import SummaryForm
from valuechain.records.models import Record, Summary
from valuechain.records.policies import may_work
from valuechain.records.querysets import reads_notes
from valuechain.records.views.access import OneRecordView
from valuechain.records.views.changing import UNPROCESSABLE, attempt
from valuechain.records.vocabulary import Via


def has_summary() -> Exists:
    """Ask, within the query for a record, whether a summary is pinned to it: few have one."""
    return Exists(Summary.objects.filter(record_id=OuterRef("pk")))


def summary_of(record: Any, actor: Any) -> dict[str, Any]:
    """Return the summary pinned to a record, for those who read notes there. One query, if there is one."""
    if not reads_notes(actor, record):
        return {}
    pinned = Summary.objects.select_related("by").filter(record_id=record.pk)
    kept = pinned.first() if record.has_summary else None
    return {
        "summary": kept.text if kept else "",
        "summary_by": kept.by if kept else None,
        "summary_at": kept.at if kept else None,
        "summary_url": _url(record) if may_work(actor, record) else "",
    }


class SummaryView(OneRecordView):
    """Changes the summary pinned above the conversation of a record."""

    def get(self, request: HttpRequest, resource: str, number: str) -> HttpResponse:
        """Show the form: as a page, or alone for the place where the summary stands."""
        record = self._record(request)
        kept = Summary.objects.filter(record_id=record.pk).first()
        initial = {"text": kept.text if kept else "", "version": record.version}
        return self._page(request, record, SummaryForm(initial=initial))

    def post(self, request: HttpRequest, resource: str, number: str) -> HttpResponse:
        """Keep it, or show what is wrong with everything typed still there."""
        record = self._record(request)
        form = SummaryForm(request.POST)
        kept = attempt(
            form,
            lambda data: sum_up(
                record, data["text"], actor=request.user, via=Via.HTML,
                expected_version=data["version"],
            ),
        )  # fmt: skip
        if kept is None:
            return self._page(request, record, form, status=UNPROCESSABLE)
        return redirect(record)

    def _record(self, request: HttpRequest) -> Record:
        record = self.get_record()
        if not may_work(request.user, record):
            raise Http404
        return record

    def _page(
        self, request: HttpRequest, record: Record, form: SummaryForm, status: int = 200
    ) -> HttpResponse:
        is_part = request.headers.get("HX-Request") and request.method == "GET"
        context = {
            "form": form,
            "record": record,
            "kind": record.kind_entry,
            "action": request.path,
            "title": _("Summary of %(number)s") % {"number": record.number},
            "submit_label": _("Keep the summary"),
            "cancel_url": record.get_absolute_url(),
            "form_name": f"summary-{record.number}",
        }
        template = "records/_edit_one.html" if is_part else "records/form.html"
        if is_part:
            form.fields["text"].widget.attrs["autofocus"] = True
        response = render(request, template, context, status=status)
        response["Cache-Control"] = "private, no-store"
        patch_vary_headers(response, ["HX-Request"])
        return response


def _url(record: Record) -> str:
    return reverse("record-summary", args=[record.resource, record.number])
