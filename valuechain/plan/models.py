"""Visions, objectives, the portfolio, and budgets with the money set aside in them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
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


class Vision(Record):
    """Where an organisation wants to be, in one statement; each edition takes the place of the last."""

    KIND: ClassVar = "vision"

    statement = models.TextField(_("statement"), blank=True)
    horizon = models.DateField(_("until"), null=True, blank=True)
    edition = models.PositiveIntegerField(_("edition"), default=1, editable=False)
    successor_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )

    def __str__(self) -> str:
        return Record.__str__(self)


class VisionReading(models.Model):
    """That somebody has read a vision and said so."""

    vision = models.ForeignKey(Vision, models.CASCADE, related_name="readings")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("-at", "-pk")
        constraints: ClassVar = [
            models.UniqueConstraint("vision", "person", name="vision_read_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} read {self.vision_id}"


class Objective(Record):
    """Something measurable that brings a vision closer, with a target and a date."""

    KIND: ClassVar = "objective"

    for_vision = models.ForeignKey(
        Record, models.PROTECT, null=True, blank=True, related_name="+",
        limit_choices_to={"kind": "vision"}, verbose_name=_("vision"),
    )  # fmt: skip
    measure = models.CharField(_("measure"), max_length=200, blank=True)
    unit = models.CharField(_("unit"), max_length=30, blank=True)
    baseline = models.DecimalField(
        _("baseline"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    target = models.DecimalField(
        _("target"), max_digits=14, decimal_places=2, null=True, blank=True,
        help_text=_("Below the baseline when less is better."),
    )  # fmt: skip
    actual = models.DecimalField(
        _("actual"), max_digits=14, decimal_places=2, null=True, blank=True, editable=False
    )
    due = models.DateField(_("due"), null=True, blank=True)

    def __str__(self) -> str:
        return Record.__str__(self)

    @property
    def is_less_better(self) -> bool:
        return self.baseline is not None and self.target is not None and self.target < self.baseline


class PortfolioItem(Record):
    """Work that is considered, chosen or under way because of the needs behind it."""

    KIND: ClassVar = "portfolio_item"

    class Size(models.TextChoices):
        SMALL = "s", _("Small")
        MEDIUM = "m", _("Medium")
        LARGE = "l", _("Large")

    class Risk(models.TextChoices):
        LOW = "low", _("Low")
        MEDIUM = "medium", _("Medium")
        HIGH = "high", _("High")

    class Horizon(models.TextChoices):
        NOW = "now", _("Now")
        NEXT = "next", _("Next")
        LATER = "later", _("Later")

    size = models.CharField(_("size"), max_length=1, choices=Size, blank=True)
    horizon = models.CharField(_("horizon"), max_length=5, choices=Horizon, default=Horizon.NEXT)
    expected_benefit = models.TextField(_("expected benefit"), blank=True)
    cost = models.DecimalField(
        _("cost"), max_digits=14, decimal_places=2, null=True, blank=True, validators=NOT_NEGATIVE
    )
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    risk = models.CharField(_("risk"), max_length=6, choices=Risk, blank=True)
    score = models.PositiveSmallIntegerField(
        _("score"), null=True, blank=True, help_text=_("Higher comes first.")
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="portfolio_cost_not_negative", condition=Q(cost__isnull=True) | Q(cost__gte=0)
            ),
            models.CheckConstraint(name="portfolio_currency_code", condition=CURRENCY_CODE),
        ]

    def __str__(self) -> str:
        return Record.__str__(self)


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
