"""What the budgets have set aside for one record, for whoever asks."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import QuerySet, Sum

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


def funding_together(records: QuerySet[Record]) -> dict[str, Funding]:
    """Add up what is set aside and spent for many records, by the currency. One query."""
    rows = (
        Commitment.objects.filter(record__in=records.order_by().values("pk"))
        .order_by("budget__currency")
        .values_list("budget__currency")
        .annotate(Sum("reserved"), Sum("consumed"))
    )
    return {
        currency: Funding(committed=reserved + spent, spent=spent)
        for currency, reserved, spent in rows
    }
