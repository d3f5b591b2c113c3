"""Agreements: what was promised to whom, in how much business time."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from itsm.core import clock
from sla.models.calendars import Calendar
from sla.querysets import StaffOnlyQuerySet
from sla.vocabulary import AgreementKind, Metric, OnChange


def default_pausable() -> list[str]:
    """Name the metrics that a waiting record pauses unless the agreement says otherwise."""
    return [Metric.RESOLUTION.value]


class Agreement(models.Model):
    """A named promise: with a customer, between teams, or from a supplier."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=3, choices=AgreementKind)
    is_active = models.BooleanField(
        _("in force"), default=True, help_text=_("Off: no new clock obeys it.")
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = StaffOnlyQuerySet.as_manager()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class AgreementVersion(models.Model):
    """One edition of an agreement. A published one is never changed; clocks point at it.

    `conditions` limits it: lists under kinds, priorities, organisations (and all below), services,
    teams, channels; a list that is not there limits nothing. `targets` is business seconds by
    priority and metric as in a scenario file: `{"P1": {"resolution": 14400}, "any": {...}}`.
    `steps` are escalations, `quiet_hours` the time in which people are left alone; see docs/sla.md.
    """

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    calendar = models.ForeignKey(Calendar, models.PROTECT, related_name="+")
    conditions = models.JSONField(default=dict, blank=True)
    targets = models.JSONField(default=dict)
    pausable = ArrayField(
        models.CharField(max_length=16, choices=Metric), default=default_pausable, blank=True
    )
    on_change = models.CharField(max_length=20, choices=OnChange, default=OnChange.KEEP_ELAPSED)
    grace_s = models.PositiveIntegerField(
        default=0, help_text=_("Business seconds in which a change alone makes nothing late.")
    )
    reopen_window_s = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text=_("Seconds after which a reopened record gets a new cycle; empty: never."),
    )
    steps = models.JSONField(default=list, blank=True)
    quiet_hours = models.JSONField(default=dict, blank=True)
    published_at = models.DateTimeField(null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = StaffOnlyQuerySet.as_manager()

    class Meta:
        ordering = ("agreement", "-number")
        constraints: ClassVar = [
            models.UniqueConstraint("agreement", "number", name="agreement_version_once"),
            models.UniqueConstraint(
                "agreement", name="agreement_one_draft", condition=Q(published_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement} v{self.number}"

    @property
    def is_published(self) -> bool:
        return self.published_at is not None
