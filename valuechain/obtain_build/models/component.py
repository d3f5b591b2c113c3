"""A component, where and when it is needed, and the checks it has to pass."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from itsm.accounts.models import Organisation
from valuechain.records.models import Record


class Component(Record):
    """One part of what a specification describes: bought, developed, built or used again."""

    KIND: ClassVar = "component"

    class Sourcing(models.TextChoices):
        PROCURE = "procure", _("Procure")
        DEVELOP = "develop", _("Develop")
        BUILD = "build", _("Build")
        REUSE = "reuse", _("Reuse")

    class Necessity(models.TextChoices):
        MUST = "must", _("Must")
        SHOULD = "should", _("Should")
        COULD = "could", _("Could")

    # Work orders call their component `component`, which Django would call this accessor.
    record_ptr = models.OneToOneField(
        Record, models.CASCADE, parent_link=True, primary_key=True, related_name="as_component"
    )
    sourcing = models.CharField(
        _("sourcing"), max_length=8, choices=Sourcing, default=Sourcing.PROCURE
    )
    necessity = models.CharField(
        _("necessity"),
        max_length=6,
        choices=Necessity,
        default=Necessity.MUST,
        help_text=_("A release waits for what it must have."),
    )
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    supplier = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"kind": Organisation.Kind.SUPPLIER},
        verbose_name=_("supplier"),
    )
    needed_at = models.DateField(_("needed on"), null=True, blank=True)
    needed_location = models.CharField(
        _("needed where"), max_length=120, blank=True, help_text=_("A place or an environment.")
    )
    promised_at = models.DateField(_("promised for"), null=True, blank=True)
    actual_at = models.DateField(_("in place since"), null=True, blank=True, editable=False)
    actual_location = models.CharField(
        _("it is now in"), max_length=120, blank=True, editable=False
    )
    budgeted = models.DecimalField(
        _("budget"), max_digits=14, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(Decimal(0))], help_text=_("What it may cost, all in all."),
    )  # fmt: skip
    own_cost = models.DecimalField(
        _("own cost"), max_digits=14, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(Decimal(0))],
        help_text=_("What it costs beside what is ordered, such as own work."),
    )  # fmt: skip
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    bypass_reason = models.TextField(_("why the gate was bypassed"), blank=True, editable=False)
    bypass_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    bypass_confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["needed_at"], name="component_needed", condition=Q(needed_at__isnull=False)
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="component_quantity",
                condition=Q(quantity__gte=1),
                violation_error_message=_("At least one is needed."),
            ),
            models.CheckConstraint(
                name="component_money_makes_sense",
                condition=(Q(budgeted__isnull=True) | Q(budgeted__gte=0))
                & (Q(own_cost__isnull=True) | Q(own_cost__gte=0))
                & Q(currency__regex=r"^[A-Z]{3}$"),
                violation_error_message=_("Write the currency as three capital letters, as EUR."),
            ),
            models.CheckConstraint(
                name="component_bypass_by_two",
                condition=Q(bypass_confirmed_by__isnull=True)
                | Q(bypass_asked_by__isnull=False)
                & ~Q(bypass_asked_by=models.F("bypass_confirmed_by")),
                violation_error_message=_("A bypass needs two people."),
            ),
        ]

    def __str__(self) -> str:
        return Record.__str__(self)

    @property
    def is_bypassed(self) -> bool:
        """Whether two people let it pass the gate in an emergency."""
        return self.bypass_confirmed_by_id is not None

    @property
    def is_in_place(self) -> bool:
        """Whether it is where it is needed."""
        here, there = self.actual_location.strip(), self.needed_location.strip()
        return bool(here) and here.casefold() == there.casefold()


class AcceptanceCheck(models.Model):
    """One thing a component has to show before it is accepted."""

    component = models.ForeignKey(Component, models.CASCADE, related_name="checks")
    requirement = models.ForeignKey(
        Record,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"kind": "requirement"},
    )
    text = models.TextField(_("what it has to show"))
    passed = models.BooleanField(_("passed"), null=True)
    evidence = models.TextField(_("evidence"), blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    checked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                "component",
                "requirement",
                name="check_once_for_a_requirement",
                condition=Q(requirement__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.text
