"""A service: what people get, who answers for it, and how well it is."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from valuechain.records.models import Record


class Service(Record):
    """A means of giving people what they value, with an owner who answers for it."""

    KIND: ClassVar = "service"

    class Criticality(models.TextChoices):
        VITAL = "vital", _("Vital: work stops without it")
        IMPORTANT = "important", _("Important: work is badly slowed without it")
        USEFUL = "useful", _("Useful: work goes on without it for a while")

    class Health(models.TextChoices):
        WORKING = "working", _("Working")
        DEGRADED = "degraded", _("Degraded")
        DOWN = "down", _("Down")
        MAINTENANCE = "maintenance", _("Maintenance")

    # The accessor Django would make is taken: every record has a `service`.
    record_ptr = models.OneToOneField(
        Record, models.CASCADE, parent_link=True, primary_key=True, related_name="as_service"
    )
    criticality = models.CharField(
        _("criticality"), max_length=10, choices=Criticality, default=Criticality.IMPORTANT
    )
    consumers = models.TextField(
        _("consumers"), blank=True, help_text=_("The units and customers that use it.")
    )
    support_calendar = models.CharField(
        _("support calendar"),
        max_length=100,
        blank=True,
        help_text=_("The name of the calendar that says when it is supported."),
    )
    agreements = models.TextField(
        _("agreements"),
        blank=True,
        help_text=_("What is promised, in words its consumers understand."),
    )
    health = models.CharField(
        _("health"), max_length=12, choices=Health, blank=True, editable=False
    )
    health_note = models.CharField(_("what people notice"), max_length=300, blank=True,
        editable=False,
    )  # fmt: skip

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="service_health_known",
                condition=Q(health="")
                | Q(health__in=["working", "degraded", "down", "maintenance"]),
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def health_shown(self) -> str:
        """How it does, for whoever uses it; nothing while nobody can."""
        if self.state == "degraded":
            return self.health or self.Health.DEGRADED
        return self.Health.WORKING if self.state in ("live", "retiring") else ""
