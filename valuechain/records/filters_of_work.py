"""Filters by what was done with records: handed over, worked on. They open the lists behind reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters
from django.utils.translation import gettext_lazy as _

from valuechain.records.filters import RecordFilter, SpanFilter
from valuechain.records.flows import flows
from valuechain.records.models import Handover, TimeEntry
from valuechain.records.panels import panels

if TYPE_CHECKING:
    from valuechain.records.kinds import Kind


def register() -> None:
    """Let lists be narrowed so, on its page and in REST."""
    panels.shared_filters |= {
        "flow": _by_flow,
        "handed_over": lambda of: HandedOverFilter(label=_("Handed over")) if _into(of) else None,
        "worked_on": lambda _of: WorkedOnFilter(label=_("Time written down")),
    }


def _into(of: tuple[Kind, ...]) -> list[tuple[str, Any]]:
    """Return the flows that lead to the kinds of a list."""
    names = {kind.name for kind in of}
    return list({flow.name: flow.label for flow in flows if flow.to in names}.items())


def _by_flow(of: tuple[Kind, ...]) -> FlowFilter | None:
    found = _into(of)
    return FlowFilter(label=_("Came over by"), choices=found) if found else None


def handed_over(found: Any, filterset: RecordFilter, names: Any) -> Any:
    """Keep what was handed over by one of the flows and in the span chosen, both of one handover."""
    handovers = Handover.objects.visible_to(filterset.actor)
    if names:
        handovers = handovers.filter(flow__in=names)
    span = filterset.form.cleaned_data.get("handed_over")
    handovers = handovers.filter(**between("offered_at", span))
    return found.filter(pk__in=handovers.order_by().values("target"))


class FlowFilter(django_filters.MultipleChoiceFilter):
    """By which flows it came."""

    def filter(self, qs: Any, value: Any) -> Any:
        return handed_over(qs, self.parent, value) if value else qs


class HandedOverFilter(SpanFilter):
    """When it was handed over; reads the flows chosen beside it."""

    def filter(self, qs: Any, value: Any) -> Any:
        if not value:
            return qs
        return handed_over(qs, self.parent, self.parent.form.cleaned_data.get("flow"))


class WorkedOnFilter(SpanFilter):
    """When somebody wrote time down; that is for those who work here."""

    def filter(self, qs: Any, value: Any) -> Any:
        if not value:
            return qs
        if not self.parent.actor.access.is_staff:
            return qs.none()
        entries = TimeEntry.objects.filter(**between("at", value))
        return qs.filter(pk__in=entries.order_by().values("record"))


def between(moment: str, span: Any) -> dict[str, Any]:
    """Return the condition that a moment lies in a span, both ends included."""
    ends = {"gte": span.start, "lte": span.stop} if span else {}
    return {f"{moment}__{how}": end for how, end in ends.items() if end is not None}
