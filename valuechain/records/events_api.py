"""REST for the audit trail: what happened to every visible record, to be pulled without a gap."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import connection
from django.db.models import Min, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import NumberFilter
from django_filters.rest_framework import FilterSet

from valuechain.records.links_api import LinkViewSet
from valuechain.records.models import Event
from valuechain.records.querysets import reads_notes
from valuechain.records.serializers import EventSerializer


class EventFilterSet(FilterSet):
    """Which part of the trail is wanted."""

    after = NumberFilter(
        method="only_after",
        min_value=0,
        max_value=2**63 - 1,
        decimal_places=0,
        label=_("The id of the last event you have"),
    )

    def only_after(self, events: QuerySet[Event], _name: str, last: Any) -> QuerySet[Event]:
        """Leave what came later, up to where nothing earlier can appear any more."""
        found = events.filter(pk__gt=int(last))
        horizon = _first_unsettled()
        return found if horizon is None else found.filter(pk__lt=horizon)


def _first_unsettled() -> int | None:
    """Return the id from which on an event of a transaction still open may be missing.

    Ids are given out before transactions end, so a later one can be seen before an earlier one. Who
    pulls by id would never come back for it; therefore what happened since the oldest open
    transaction began is held back until that has ended.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(xact_start) FROM pg_stat_activity WHERE backend_xid IS NOT NULL"
            # The database's own work, such as its statistics, writes no event.
            " AND datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        (began,) = cursor.fetchone()
    if began is None:
        return None
    first: int | None = Event.objects.filter(at__gte=began).aggregate(first=Min("pk"))["first"]
    return first


class EventViewSet(LinkViewSet):
    """The audit trail of all visible records.

    To follow it, send the id of the last event you have as `after`, again and again: each event comes
    once, in the order of the ids.
    """

    queryset = Event.objects.none()
    serializer_class = EventSerializer
    filterset_class = EventFilterSet
    ordering_fields: ClassVar = {"id": "pk"}
    ordering = "id"

    def get_queryset(self) -> QuerySet[Any]:
        found: QuerySet[Event] = Event.objects.visible_to(self.request.user)
        return found.select_related("actor", "record")

    def get_serializer_context(self) -> dict[str, Any]:
        actor = self.request.user
        return {
            **super().get_serializer_context(),
            "readable": lambda event: reads_notes(actor, event.record),
        }
