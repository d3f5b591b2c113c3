"""What a record's page says of work handed over to it that nobody has taken yet."""

from __future__ import annotations

from typing import Any

from itsm.core.machine import Phase
from valuechain.records.flows import flows
from valuechain.records.models import Handover, Record
from valuechain.records.panels import Card, panels
from valuechain.records.policies import may_work


def register() -> None:
    """Tell the record pages of what waits to be taken over."""
    panels.cards.append(handover_card)


def handover_card(record: Record, actor: Any) -> Card | None:
    """Offer the two answers to a handover where the work itself is read. One query at most."""
    # What is handed over begins its life here; nothing else can wait to be taken.
    if record.phase != Phase.NEW or not _can_be_offered(record.kind):
        return None
    waiting = (
        Handover.objects.visible_to(actor)
        .filter(target=record.pk, status=Handover.Status.OFFERED)
        .select_related("source", "offered_by")
        .order_by("offered_at", "pk")
    )
    rows = [
        {"handover": handover, "may": may_work(actor, record)}
        for handover in _with_target(waiting, record)
    ]
    return Card("records/_handover_card.html", {"rows": rows}, is_first=True) if rows else None


def _can_be_offered(kind: str) -> bool:
    return any(flow.is_offered and flow.to == kind for flow in flows)


def _with_target(handovers: Any, record: Record) -> list[Handover]:
    found = list(handovers)
    for handover in found:
        handover.target = record
    return found
