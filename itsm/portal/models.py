"""What the portal itself keeps: runs of the import, and reports that are mailed on a schedule."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from itsm.core import clock


def import_key(_run: Any, _name: str) -> str:
    """Return a name under which an upload is kept, which nobody guesses and nothing of its own is in."""
    return f"imports/{secrets.token_hex(16)}.csv"


class ImportRun(models.Model):
    """One file of incidents: tried first, then brought in by workers, a stretch at a time."""

    class Stage(models.TextChoices):
        WAITING = "waiting", _("Waits to be tried")
        TRIED = "tried", _("Tried, nothing written yet")
        RUNNING = "running", _("Being brought in")
        DONE = "done", _("Brought in")
        REFUSED = "refused", _("Not an incident log")

    name = models.CharField(max_length=200)
    file = models.FileField(upload_to=import_key, blank=True)
    size = models.PositiveBigIntegerField()
    organisation = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=64)
    stage = models.CharField(max_length=8, choices=Stage, default=Stage.WAITING)
    rows = models.PositiveIntegerField(default=0)
    incidents = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    trial = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    problem = models.CharField(max_length=500, blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)
    #: A worker that is killed loses its claim by this time, and another goes on.
    claimed_until = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("-pk",)
        indexes: ClassVar = [
            models.Index(
                fields=["claimed_until"],
                name="import_to_do",
                condition=Q(stage__in=["waiting", "running"]),
            )
        ]

    def __str__(self) -> str:
        return self.name


class ReportSchedule(models.Model):
    """A report that somebody is mailed every week or month, as they themselves would see it."""

    class Every(models.TextChoices):
        WEEK = "week", _("Every Monday")
        MONTH = "month", _("On the first of each month")

    class Span(models.TextChoices):
        BEFORE = "before", _("The month before")
        SO_FAR = "so_far", _("This month so far")

    report = models.CharField(max_length=40)
    service = models.CharField(max_length=20, blank=True)
    span = models.CharField(_("which month"), max_length=8, choices=Span, default=Span.BEFORE)
    every = models.CharField(_("how often"), max_length=8, choices=Every, default=Every.MONTH)
    at = models.TimeField(_("at"), default="07:00")
    time_zone = models.CharField(_("time zone"), max_length=64)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    due_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    last_sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("report", "pk")
        indexes: ClassVar = [models.Index(fields=["next_try_at"], name="report_schedule_due")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "person", "report", "service", "every", "span", name="report_schedule_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.report} → {self.person_id}"
