"""Lists as CSV files: sent at once, or written by workers when they are long; and the files of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from itsm.core.errors import FieldErrors, RuleViolation
from itsm.core.keyset import Order, paginate
from valuechain.records.actions import long_exports
from valuechain.records.actions.long_exports import KEPT, MOST_AT_ONCE
from valuechain.records.bulk import MOST
from valuechain.records.exporting import CHUNK, csv_lines
from valuechain.records.listing import ListState, columns_of, orders_of
from valuechain.records.models import Export, Record
from valuechain.records.panels import panels
from valuechain.records.querysets import RecordQuerySet
from valuechain.records.views.access import StaffView
from valuechain.records.views.listing import found_by, heading, state_of

SHOWN = 50


class ExportView(StaffView):
    """A list as a CSV file: what the filters find, or the rows ticked, in the columns shown."""

    def get(self, request: HttpRequest, resource: str) -> HttpResponseBase:
        """Send everything the address finds, in its order; of a long list, say how it is had."""
        state = state_of(request, resource)
        state, filterset, _problems = found_by(state, resource, request=request)
        rows = filterset.qs
        if rows.order_by()[: MOST_AT_ONCE + 1].count() > MOST_AT_ONCE:
            return self._long(resource, state)
        return self._file(resource, state, rows)

    def post(self, request: HttpRequest, resource: str) -> HttpResponseBase:
        """Send the rows ticked in a list, or have a long one written."""
        query = QueryDict(request.POST.get("list", ""))
        state = state_of(request, resource, query=query)
        if "write" in request.POST:
            return self._write(resource, query)
        found: RecordQuerySet = Record.objects.visible_to(request.user).of_resource(resource)
        chosen = found.filter(number__in=request.POST.getlist("number")[:MOST])
        return self._file(resource, state, chosen)

    def _long(self, resource: str, state: ListState) -> HttpResponse:
        context = {
            "kind": heading(resource),
            "most": MOST_AT_ONCE,
            "days": KEPT.days,
            "list_query": state.query.urlencode(),
            "list_url": state.url(),
        }
        return render(self.request, "records/export_long.html", context)

    def _write(self, resource: str, query: QueryDict) -> HttpResponse:
        from valuechain.records.tasks import write_exports

        state, _filterset, _problems = found_by(
            state_of(self.request, resource, query=query), resource, request=self.request
        )
        try:
            long_exports.ask_for(resource, state.query.urlencode(), actor=self.request.user)
        except RuleViolation as violation:
            messages.error(self.request, str(violation.message))
        else:
            transaction.on_commit(write_exports.delay)
            messages.success(
                self.request, _("It is being written. You get a mail when it is ready.")
            )
        return redirect("exports")

    def _file(self, resource: str, state: ListState, rows: RecordQuerySet) -> HttpResponseBase:
        columns = [
            column for column in columns_of(resource, state) if column["key"] != "last_message"
        ]
        return _sent(csv_lines(self._chunks(rows, state, resource), columns), resource)

    def _chunks(
        self, rows: RecordQuerySet, state: ListState, resource: str
    ) -> Iterator[list[Record]]:
        """Walk the list page by page, so that a long one costs no memory."""
        try:
            order = Order.choose(state.ordering, orders_of(resource))
        except FieldErrors:
            order = Order.choose(state.default_ordering, orders_of(resource))
        cursor: str | None = None
        while True:
            page = paginate(rows.with_people(), order=order, cursor=cursor, size=CHUNK)
            panels.decorate(page.items, actor=self.request.user)
            yield page.items
            cursor = page.next_cursor
            if not cursor:
                break


class ExportsView(StaffView):
    """The files that are written, or being written, for who is signed in."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List them, the newest first."""
        found = Export.objects.visible_to(request.user).defer("ids")[:SHOWN]
        rows = [
            {
                "export": one,
                "kind": heading(one.resource),
                "is_over": long_exports.is_over(one, request.user),
                "until": one.finished_at + KEPT if one.finished_at else None,
                "share": 100 * one.looked_at // one.total if one.total else 0,
            }
            for one in found
        ]
        return render(request, "records/exports.html", {"rows": rows, "days": KEPT.days})


class OneExportView(StaffView):
    """One file: fetched, or removed before its time."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Send the file to whom it was written for."""
        export = self._export(pk)
        is_ready = export.stage == Export.Stage.DONE
        if not is_ready or long_exports.is_over(export, request.user):
            raise Http404
        response = _sent(long_exports.content_of(export), export.resource)
        response["Content-Length"] = str(export.size)
        return response

    def post(self, _request: HttpRequest, pk: int) -> HttpResponse:
        """Remove it."""
        long_exports.throw_away(self._export(pk))
        messages.success(self.request, _("The file is removed."))
        return redirect("exports")

    def _export(self, pk: int) -> Export:
        found = Export.objects.visible_to(self.request.user).defer("ids").filter(pk=pk).first()
        if found is None:
            raise Http404
        return found


def _sent(content: Any, resource: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{resource}.csv"'
    response["Cache-Control"] = "private, no-store"
    return response
