"""A date that matters, as it was first said and as it looks now."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from valuechain.records.models import Record


class Milestone(Record):
    """A point in time that components work towards: baseline, forecast, actual."""

    KIND: ClassVar = "milestone"

    baseline = models.DateField(_("baseline"))
    forecast = models.DateField(_("forecast"), null=True, blank=True)
    actual = models.DateField(_("actual"), null=True, blank=True, editable=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["baseline"], name="milestone_baseline")]

    def __str__(self) -> str:
        return Record.__str__(self)


class Baseline(models.Model):
    """A baseline that a milestone had before; a rebaseline forgets nothing."""

    milestone = models.ForeignKey(Milestone, models.CASCADE, related_name="earlier_baselines")
    date = models.DateField()
    reason = models.TextField()
    replaced_at = models.DateTimeField()
    replaced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ("replaced_at", "pk")

    def __str__(self) -> str:
        return self.date.isoformat()
