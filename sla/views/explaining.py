"""Why a clock is due when it is: a page of its own, and a part of the page of its record."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers

from itsm.core import clock as time
from sla.explaining import why
from sla.models import Clock
from sla.panels import face
from sla.published import business_time
from sla.vocabulary import OnChange
from valuechain.records.views.access import StaffView


class WhyView(StaffView):
    """The sum that ends in a deadline, line by line."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the explanation, alone to htmx."""
        actor: Any = request.user
        clock = (
            Clock.objects.visible_to(actor)
            .filter(pk=pk)
            .select_related("record__organisation", "record__service", "record__team")
            .first()
        )
        if clock is None:
            raise Http404
        found = why(clock)
        is_worker = actor.access.works_on(clock.record)
        is_fragment = bool(request.headers.get("HX-Request"))
        context = {
            "is_fragment": is_fragment,
            "why": found,
            "record": clock.record,
            "clock": face(clock, clock.record, time.now(), with_reason=is_worker),
            "zone": business_time(found.calendar.pk).zone,
            "on_change": OnChange(found.promise.on_change).label,
            "is_worker": is_worker,
        }
        response = render(request, "sla/_why.html" if is_fragment else "sla/why.html", context)
        patch_vary_headers(response, ["HX-Request"])
        patch_cache_control(response, private=True, no_store=True)
        return response
