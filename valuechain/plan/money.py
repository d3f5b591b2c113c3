"""What the budgets have set aside for one record, for whoever asks."""

from __future__ import annotations

from decimal import Decimal

from valuechain.plan.models import Commitment
from valuechain.records.funding import Funding
from valuechain.records.models import Record


def funding_of(record: Record, currency: str) -> Funding:
    """Add up what budgets in a currency have set aside and spent for a record. One query."""
    rows = list(
        Commitment.objects.filter(record=record.pk, budget__currency=currency).values_list(
            "reserved", "consumed", "budget__number"
        )
    )
    return Funding(
        committed=sum((reserved + spent for reserved, spent, _budget in rows), Decimal("0.00")),
        spent=sum((spent for _reserved, spent, _budget in rows), Decimal("0.00")),
        budgets=tuple(budget for _reserved, _spent, budget in rows),
    )
