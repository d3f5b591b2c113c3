"""A list too long to be sent at once: written by workers, a stretch at a time, and kept for some days."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from itsm.core import clock


def export_key() -> str:
    """Return a folder that nobody guesses."""
    return f"exports/{secrets.token_hex(16)}"


class ExportQuerySet(models.QuerySet["Export"]):
    """Reads over exports."""

    def visible_to(self, actor: Any) -> ExportQuerySet:
        """Everybody their own, and nobody else's: an administrator sees other rows than they do."""
        return self.filter(person_id=actor.pk)


class Export(models.Model):
    """One long list as a file: which rows, in which order, how far it is written, and until when it is kept."""

    class Stage(models.TextChoices):
        WAITING = "waiting", _("Waits to be written")
        WRITING = "writing", _("Being written")
        DONE = "done", _("Ready")
        FAILED = "failed", _("Could not be written")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    #: The person's session stamp: a file written for other roles than they hold is given to nobody.
    stamp = models.PositiveIntegerField()
    resource = models.CharField(max_length=40)
    query = models.TextField(blank=True)
    folder = models.CharField(max_length=60, default=export_key, editable=False)
    stage = models.CharField(max_length=8, choices=Stage, default=Stage.WAITING)
    #: Which rows, as they were found in one moment; emptied when all are written.
    ids = ArrayField(models.BigIntegerField(), default=list)
    total = models.PositiveIntegerField(default=0)
    looked_at = models.PositiveIntegerField(default=0)
    rows = models.PositiveIntegerField(default=0)
    parts = models.PositiveIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    #: A worker that is killed loses its claim by this time, and another goes on.
    claimed_until = models.DateTimeField(default=clock.now)

    objects = ExportQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        indexes: ClassVar = [
            models.Index(
                fields=["claimed_until"],
                name="export_to_do",
                condition=Q(stage__in=["waiting", "writing"]) | Q(stage="done", mailed_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.resource} for {self.person_id}"
