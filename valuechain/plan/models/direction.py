"""Visions, objectives and the portfolio."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from itsm.core import clock
from valuechain.plan.models.money import CURRENCY_CODE, NOT_NEGATIVE
from valuechain.records.models import Record


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

    vision_line = models.CharField(
        _("line of the vision it serves"), max_length=300, blank=True,
        help_text=_("A sentence of the vision, as it stands there."),
    )  # fmt: skip
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
