"""Opening what obtain & build works on, tied to what it is for."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from itsm.accounts.access import SYSTEM
from valuechain.records.actions import link_records, open_record
from valuechain.records.models import Record
from valuechain.records.vocabulary import LinkKind


@transaction.atomic
def open_work_order(
    *, kind: str = "work_order", component: Record, actor: Any, via: str, **values: Any
) -> Record:
    """Plan work for a component and link the two; where it belongs follows the component."""
    for name in ("organisation", "service"):
        if values.get(name) is None:
            values[name] = getattr(component, name)
    order = open_record(kind, actor=actor, via=via, component=component, **values)
    link_records(order, component, LinkKind.FULFILS, actor=SYSTEM, via=via)
    return order
