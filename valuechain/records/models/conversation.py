"""What people say on a record, attach to it, and spend on it, and who takes part."""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from itsm.core import clock
from valuechain.records.models.record import SEARCH_CONFIG, Record
from valuechain.records.querysets import AttachmentQuerySet, CommentManager
from valuechain.records.vocabulary import ParticipationRole, Via, Visibility


class Participation(models.Model):
    """Why a person who does not work on a record sees it."""

    record = models.ForeignKey(Record, models.CASCADE, related_name="participations")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="participations"
    )
    role = models.CharField(max_length=10, choices=ParticipationRole)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("person", "record", "role", name="participation_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role} {self.record_id}"


class Comment(models.Model):
    """One message on a record: a public reply, a logged call, or an internal note."""

    class Form(models.TextChoices):
        MESSAGE = "message", _("Message")
        CALL = "call", _("Call")

    record = models.ForeignKey(Record, models.PROTECT, related_name="comments")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text=_("Empty when the program itself wrote."),
    )
    visibility = models.CharField(max_length=8, choices=Visibility)
    form = models.CharField(max_length=8, choices=Form, default=Form.MESSAGE)
    is_from_staff = models.BooleanField(
        help_text=_("Written by somebody who works on the record, not by its requester.")
    )
    is_automatic = models.BooleanField(
        default=False, help_text=_("Written by the program; it never stops a response clock.")
    )
    body = models.TextField()
    via = models.CharField(max_length=8, choices=Via)
    program = models.CharField(
        max_length=120,
        blank=True,
        default="",
        db_default="",
        help_text=_("Of what came by the API: the name of the token it was sent with."),
    )
    at = models.DateTimeField(default=clock.now, help_text=_("When it was said or sent."))
    moved_from = models.ForeignKey(
        Record,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text=_("The record it was written on, before a merge or a split."),
    )
    search = models.GeneratedField(
        expression=SearchVector("body", config=SEARCH_CONFIG),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = CommentManager()

    class Meta:
        ordering = ("at", "pk")
        indexes: ClassVar = [
            models.Index(fields=["record", "at", "id"], name="comment_by_record"),
            GinIndex(fields=["search"], name="comment_search"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="comment_visibility_known", condition=Q(visibility__in=Visibility.values)
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} on {self.record_id}"

    @property
    def is_internal(self) -> bool:
        return self.visibility == Visibility.INTERNAL


def attachment_key(_instance: Attachment, _filename: str) -> str:
    """Return a random storage key; nothing the uploader typed becomes part of a path."""
    key = secrets.token_hex(20)
    return f"{key[:2]}/{key}"


class Attachment(models.Model):
    """A file on a record, kept under a random key and always served as a download."""

    class Standing(models.TextChoices):
        UNCHECKED = "unchecked", _("Not scanned")
        WAITING = "waiting", _("Waits to be scanned")
        CLEAN = "clean", _("Nothing found")
        QUARANTINED = "quarantined", _("Held back")

    record = models.ForeignKey(Record, models.PROTECT, related_name="attachments")
    comment = models.ForeignKey(
        Comment, models.PROTECT, null=True, blank=True, related_name="attachments"
    )
    visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.PUBLIC)
    file = models.FileField(upload_to=attachment_key)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=120, default="application/octet-stream")
    size = models.PositiveBigIntegerField(help_text=_("Bytes."))
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(default=clock.now)
    standing = models.CharField(
        max_length=12,
        choices=Standing,
        default=Standing.UNCHECKED,
        help_text=_("What waits, or is held back, cannot be opened by anybody."),
    )
    finding = models.CharField(max_length=200, blank=True, help_text=_("What the scanner said."))
    thumbnail = models.FileField(upload_to=attachment_key, blank=True)
    next_look_at = models.DateTimeField(null=True)
    looks = models.PositiveSmallIntegerField(default=0)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ("at", "pk")
        indexes: ClassVar = [
            models.Index(
                fields=["next_look_at"],
                name="attachment_to_look_at",
                condition=Q(next_look_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TimeEntry(models.Model):
    """Minutes somebody spent on a record."""

    record = models.ForeignKey(Record, models.PROTECT, related_name="time_entries")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    seconds = models.PositiveIntegerField()
    note = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.seconds} s on {self.record_id}"


class Summary(models.Model):
    """How a record stands, pinned above its conversation by those who work on it, for them alone."""

    record = models.OneToOneField(
        Record, models.CASCADE, primary_key=True, related_name="pinned_summary"
    )
    text = models.TextField(_("summary"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"Summary of {self.record_id}"
