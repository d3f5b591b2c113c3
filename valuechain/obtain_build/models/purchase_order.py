"""An order to a supplier, line by line."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from itsm.accounts.models import Organisation
from valuechain.records.models import Record


class PurchaseOrder(Record):
    """What is bought from one supplier, at what price, and what of it has arrived."""

    KIND: ClassVar = "purchase_order"

    supplier = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"kind": Organisation.Kind.SUPPLIER},
        verbose_name=_("supplier"),
    )
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    due_on = models.DateField(_("due on"), null=True, blank=True)
    promised_on = models.DateField(_("promised for"), null=True, blank=True, editable=False)
    supplier_reference = models.CharField(_("supplier's reference"), max_length=60, blank=True)

    def __str__(self) -> str:
        return Record.__str__(self)

    @property
    def total(self) -> Decimal:
        """What all lines cost together. One query."""
        return sum((line.total for line in self.lines.all()), Decimal("0.00"))


class PurchaseLine(models.Model):
    """One line of an order: what, how many, at what price, and how many have arrived."""

    order = models.ForeignKey(PurchaseOrder, models.CASCADE, related_name="lines")
    of_component = models.ForeignKey(
        Record,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="purchase_lines",
        limit_choices_to={"kind": "component"},
    )
    text = models.CharField(_("what"), max_length=200)
    quantity = models.PositiveIntegerField(_("quantity"), validators=[MinValueValidator(1)])
    unit_price = models.DecimalField(
        _("price of one"), max_digits=14, decimal_places=2, validators=[MinValueValidator(0)]
    )
    received = models.PositiveIntegerField(_("received"), default=0)

    class Meta:
        ordering = ("pk",)
        constraints: ClassVar = [
            models.CheckConstraint(
                name="line_makes_sense", condition=Q(quantity__gte=1) & Q(unit_price__gte=0)
            ),
            models.CheckConstraint(
                name="line_not_over_received", condition=Q(received__lte=F("quantity"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} {self.text}"

    @property
    def total(self) -> Decimal:
        return self.unit_price * self.quantity

    @property
    def open_quantity(self) -> int:
        return self.quantity - self.received
