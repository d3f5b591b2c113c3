"""What would be promised for a ticket that is about to be opened."""

from __future__ import annotations

from typing import Any

from itsm.core import clock as time
from sla.published import book, business_time
from sla.vocabulary import AgreementKind, Metric
from valuechain.records.panels import panels

_TOLD = (Metric.FIRST_RESPONSE, Metric.RESOLUTION, Metric.FULFILMENT)


def connect() -> None:
    """Let pages that open records say what opening them promises."""
    panels.promises.append(foretell)


def foretell(record: Any, _actor: Any) -> list[dict[str, Any]]:
    """Return `{label, due_at}` for each promise to the customer, as if the record came in now.

    The record need not be saved. One query, unless something was just published.
    """
    held = book()
    found = held.offers(record).get(AgreementKind.SLA)
    if found is None:
        return []
    hours = business_time(held.calendar_version(found.promise))
    targets = found.promise.targets_for(record.priority)
    began = record.received_at or time.now()
    return [
        {"label": metric.label, "due_at": hours.add(began, targets[metric])}
        for metric in _TOLD
        if metric in targets
    ]
