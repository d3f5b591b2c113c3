"""What was published when, so that every process notices and every running clock follows."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from itsm.core import clock
from sla.models.agreements import AgreementVersion
from sla.models.calendars import CalendarVersion
from sla.vocabulary import RolloutMode


class Edition(models.Model):
    """The mark of all that is published: one row, and a new mark with each publication.

    A process that kept the agreements in memory reads this one row to see whether they still hold.
    """

    mark = models.UUIDField(default=uuid.uuid4)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(name="edition_only_one", condition=Q(pk=1))]

    def __str__(self) -> str:
        return str(self.mark)


class Rollout(models.Model):
    """A new edition on its way to the clocks that run, some at a time, by whichever worker is free."""

    calendar_version = models.ForeignKey(
        CalendarVersion, models.PROTECT, null=True, related_name="rollouts"
    )
    agreement_version = models.ForeignKey(
        AgreementVersion, models.PROTECT, null=True, related_name="rollouts"
    )
    mode = models.CharField(max_length=10, choices=RolloutMode)
    at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)
    reached = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="rollout_of_one_thing",
                condition=Q(calendar_version__isnull=False, agreement_version__isnull=True)
                | Q(calendar_version__isnull=True, agreement_version__isnull=False),
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["id"], name="rollout_open", condition=Q(finished_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.calendar_version or self.agreement_version} ({self.mode})"
