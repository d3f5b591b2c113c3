"""Which value streams a service belongs to: those along which its work has gone."""

from __future__ import annotations

from typing import Any

from django.db.models import Count

from valuechain.records.models import Record
from valuechain.records.panels import Card
from valuechain.streams.models import ValueStream

#: So many are listed, the most travelled first.
SHOWN = 6


def streams_card(record: Record, actor: Any) -> Card | None:
    """List on a service's page the streams that records of it were taken along. One query."""
    if record.kind != "service":
        return None
    found = (
        ValueStream.objects.visible_to(actor)
        .filter(instances__visits__record__service_id=record.pk)
        .annotate(runs=Count("instances", distinct=True))
        .order_by("-runs", "name")[:SHOWN]
    )
    return Card("streams/_on_service.html", {"streams": list(found)})
