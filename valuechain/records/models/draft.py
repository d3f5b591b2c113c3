"""What somebody is still writing, and what they sent that can still be taken back."""

from __future__ import annotations

from math import ceil
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from itsm.core import clock
from valuechain.records.models.conversation import attachment_key
from valuechain.records.models.record import Record
from valuechain.records.querysets import DraftQuerySet


class Draft(models.Model):
    """The fields of one form as one person has filled them in so far.

    With `release_at` it was sent and is held back until then: nobody else sees it, no clock stops
    and no mail leaves before it becomes a message. Taking it back makes it a draft again.
    """

    class Name(models.TextChoices):
        REPLY = "reply", _("Reply")
        NOTE = "note", _("Internal note")
        CALL = "call", _("Call")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="drafts")
    record = models.ForeignKey(Record, models.CASCADE, null=True, related_name="drafts")
    name = models.CharField(max_length=8, choices=Name)
    values = models.JSONField(default=dict)
    saved_at = models.DateTimeField(default=clock.now)
    release_at = models.DateTimeField(
        null=True, help_text=_("When it is sent, unless it is taken back before.")
    )
    step = models.CharField(
        max_length=40, blank=True, help_text=_("The transition taken when it is sent.")
    )
    file = models.FileField(upload_to=attachment_key, blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    problem = models.CharField(max_length=500, blank=True, help_text=_("Why it could not be sent."))

    objects = DraftQuerySet.as_manager()

    class Meta:
        ordering = ("saved_at", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                "person",
                "record",
                "name",
                name="draft_once",
                condition=Q(release_at__isnull=True),
                nulls_distinct=False,
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["release_at"],
                name="draft_release",
                condition=Q(release_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} by {self.person_id}"

    @property
    def is_held(self) -> bool:
        return self.release_at is not None

    @property
    def body(self) -> str:
        return str(self.values.get("body", ""))

    @property
    def seconds_left(self) -> int:
        """How long it can still be taken back."""
        if self.release_at is None:
            return 0
        return max(0, ceil((self.release_at - clock.now()).total_seconds()))
