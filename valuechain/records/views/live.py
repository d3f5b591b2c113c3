"""The one question a page asks while it is looked at: what changed, and who else is here.

A list tells which rows it shows and at which versions; it is answered with the rows that changed, drawn
as the list draws them, and with how many came or went. Nothing moves under the pointer.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse, QueryDict
from django.template.loader import render_to_string
from django.utils.http import parse_etags
from django.utils.translation import ngettext

from itsm.core.templatetags.ui import clock_badge
from valuechain.records import last_visit, presence
from valuechain.records.kinds import kinds
from valuechain.records.listing import ListState, columns_of
from valuechain.records.models import Record
from valuechain.records.panels import panels
from valuechain.records.querysets import RecordQuerySet
from valuechain.records.templatetags.rows import Pen
from valuechain.records.views.access import StaffView, visible_record
from valuechain.records.views.listing import found_by, page_of, state_of

#: A page never shows more rows.
MOST_ROWS = 200


class LiveView(StaffView):
    """Answers a page's poll; 304 when nothing is new."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Return what is new as JSON: cells of rows, the count of changes, who is there."""
        answer: dict[str, Any] = {}
        if number := request.GET.get("record", ""):
            answer |= self._record(request, number)
        if resource := request.GET.get("list", ""):
            answer |= self._list(request, resource)
        body = json.dumps(answer, sort_keys=True, default=str)
        etag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
        if etag in parse_etags(request.headers.get("If-None-Match", "")):
            response: HttpResponse = HttpResponseNotModified()
        else:
            response = JsonResponse(answer)
        response["ETag"] = etag
        response["Cache-Control"] = "private, no-cache"
        return response

    def _record(self, request: HttpRequest, number: str) -> dict[str, Any]:
        """Say that the reader is here; answer with who else is, and whether it moved on."""
        actor: Any = request.user
        record = Record.objects.visible_to(actor).filter(number=number.upper()).first()
        if record is None:
            return {"gone": True}
        doing = request.GET.get("doing", presence.VIEWING)
        presence.beat(record.pk, actor, doing=doing)
        last_visit.before_now(record.pk, actor)
        for tell in panels.seen:
            tell(record, actor)
        people = presence.at([record.pk], besides=actor).get(record.pk, [])
        answer: dict[str, Any] = {
            "present": render_to_string("records/_present.html", {"people": people}),
        }
        known = request.GET.get("events", "")
        if known.isdecimal() and int(known) < record.event_count:
            news = record.event_count - int(known)
            answer["news"] = ngettext(
                "%(count)d thing happened here since you opened this.",
                "%(count)d things happened here since you opened this.",
                news,
            ) % {"count": news}
        if "clocks" in request.GET:
            answer["clocks"] = self._clocks(record, actor)
        return answer

    def _clocks(self, record: Record, actor: Any) -> list[str]:
        """Draw the clocks of a record as its page does, for one that ticked past what it knew."""
        whole = visible_record(record.resource, record.number, actor=actor)
        clocks = panels.record_context(whole, actor=actor).get("clocks", [])
        return [str(clock_badge(clock)) for clock in clocks]

    def _list(self, request: HttpRequest, resource: str) -> dict[str, Any]:
        """Compare the rows shown with what the same address finds now."""
        actor: Any = request.user
        if not kinds.of_resource(resource):
            return {}
        query = QueryDict(request.GET.get("query", ""))
        state = state_of(request, resource, query=query)
        pairs = (
            pair.rpartition(":") for pair in request.GET.get("rows", "").split(",")[:MOST_ROWS]
        )
        shown = {number: int(version) for number, _c, version in pairs if version.isdecimal()}
        state, filterset, _problems = found_by(state, resource, request=request)
        state, page = page_of(state, resource, filterset.qs, size=query.get("page_size"))
        now = {record.number: record for record in page.items}
        moved = len(set(now) ^ set(shown))
        changed = [r for n, r in now.items() if n in shown and r.version != shown[n]]
        answer: dict[str, Any] = {
            "rows": self._cells(changed, resource, state, actor),
            "changes": moved,
            "here": self._here(list(now.values()), actor),
        }
        if moved:
            answer["words"] = ngettext(
                "%(count)d change, show", "%(count)d changes, show", moved
            ) % {"count": moved}
        return answer

    def _cells(
        self, records: list[Record], resource: str, state: ListState, actor: Any
    ) -> dict[str, Any]:
        panels.decorate(records, actor=actor)
        panels.decorate_list(records, actor=actor)
        pen = Pen(columns_of(resource, state))
        return {
            record.number: {"cells": pen.cells(record), "version": record.version}
            for record in records
        }

    def _here(self, records: list[Record], actor: Any) -> dict[str, str]:
        """Return, for rows somebody is in, who that is."""
        numbers = {record.pk: record.number for record in records}
        found = presence.at(list(numbers), besides=actor)
        return {
            numbers[pk]: render_to_string("records/_here.html", {"people": people})
            for pk, people in found.items()
        }


class LeaveView(StaffView):
    """Takes leave of a record when its page is closed."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Forget that the reader was there."""
        found: RecordQuerySet = Record.objects.visible_to(request.user)
        record = found.filter(number=request.POST.get("record", "").upper()).first()
        if record is not None:
            presence.leave(record.pk, request.user)
        return HttpResponse(status=204)
