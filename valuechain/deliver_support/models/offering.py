"""What people can order, as the catalogue shows it."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from valuechain.records.models import Record


class ServiceOffering(Record):
    """One item of the catalogue: what you get, who may ask, what it costs, what we need to know.

    `form` is a list of questions as `questions.read_questions` reads them.
    """

    KIND: ClassVar = "offering"

    class Audience(models.TextChoices):
        EVERYBODY = "everybody", _("Everybody")
        ORGANISATION = "organisation", _("Its organisation and those below")
        STAFF = "staff", _("The people who work on services")

    slug = models.SlugField(
        _("short name"), max_length=60, unique=True, help_text=_("Part of its address.")
    )
    audience = models.CharField(
        _("who may ask"), max_length=12, choices=Audience, default=Audience.EVERYBODY
    )
    cost = models.DecimalField(
        _("cost"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("What one costs the unit that orders it; leave it empty when nothing."),
    )
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    form = models.JSONField(default=list, editable=False)
    approval_policy = models.CharField(
        _("approval"),
        max_length=60,
        blank=True,
        help_text=_(
            "Why each order has to be approved, such as “costs more than 500”. A team lead, the service owner or "
            "a budget holder decides. Empty: nobody has to."
        ),
    )
    fulfilment_team = models.ForeignKey(
        "accounts.Team",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("team that fulfils it"),
    )
    fulfilment_steps = models.TextField(
        _("fulfilment steps"), blank=True, help_text=_("One step a line.")
    )
    delivery_days = models.PositiveSmallIntegerField(
        _("usual delivery in working days"), null=True, blank=True
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="offering_cost_not_negative",
                condition=Q(cost__isnull=True) | Q(cost__gte=0),
                violation_error_message=_("The cost cannot be below zero."),
            )
        ]

    def __str__(self) -> str:
        return Record.__str__(self)
