"""Budgets, and the money set aside in them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from itsm.core import clock
from valuechain.plan.querysets import CommitmentQuerySet
from valuechain.records.models import Record

NOTHING = Decimal("0.00")
NOT_NEGATIVE = [MinValueValidator(Decimal(0))]
CURRENCY_CODE = Q(currency__regex=r"^[A-Z]{3}$")


class Budget(Record):
    """An amount of money for a period. What is set aside and spent can never be more than it."""

    KIND: ClassVar = "budget"

    amount = models.DecimalField(
        _("amount"), max_digits=14, decimal_places=2, default=NOTHING, validators=NOT_NEGATIVE
    )
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    period_start = models.DateField(_("from"), null=True, blank=True)
    period_end = models.DateField(_("until"), null=True, blank=True)
    reserved = models.DecimalField(
        _("set aside"), max_digits=14, decimal_places=2, default=NOTHING, editable=False
    )
    consumed = models.DecimalField(
        _("spent"), max_digits=14, decimal_places=2, default=NOTHING, editable=False
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="budget_never_overspent",
                condition=Q(amount__gte=F("reserved") + F("consumed")),
            ),
            models.CheckConstraint(
                name="budget_nothing_negative", condition=Q(reserved__gte=0, consumed__gte=0)
            ),
            models.CheckConstraint(name="budget_currency_code", condition=CURRENCY_CODE),
            models.CheckConstraint(
                name="budget_period_forward",
                condition=Q(period_start__isnull=True)
                | Q(period_end__isnull=True)
                | Q(period_end__gte=F("period_start")),
                violation_error_message=_("The period has to end after it begins."),
            ),
        ]

    def __str__(self) -> str:
        return Record.__str__(self)

    @property
    def available(self) -> Decimal:
        """What can still be set aside."""
        left: Decimal = self.amount - self.reserved - self.consumed
        return left


class Commitment(models.Model):
    """What one budget has set aside, and already spent, for one record."""

    budget = models.ForeignKey(Budget, models.PROTECT, related_name="commitments")
    record = models.ForeignKey(Record, models.PROTECT, related_name="funding")
    reserved = models.DecimalField(max_digits=14, decimal_places=2, default=NOTHING)
    consumed = models.DecimalField(max_digits=14, decimal_places=2, default=NOTHING)
    created_at = models.DateTimeField(default=clock.now)

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        ordering = ("created_at", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint("budget", "record", name="commitment_once"),
            models.CheckConstraint(
                name="commitment_nothing_negative", condition=Q(reserved__gte=0, consumed__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reserved + self.consumed} for {self.record_id}"

    @property
    def committed(self) -> Decimal:
        """What counts as funding: set aside and spent together."""
        total: Any = self.reserved + self.consumed
        return Decimal(total)
