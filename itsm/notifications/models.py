"""What people are told, what is mailed to them, and what they wish to be told."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from itsm.core import clock
from itsm.notifications.vocabulary import Mailing, Reason
from valuechain.records.models import Event, Record


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Reads over notifications."""

    def visible_to(self, actor: Any) -> NotificationQuerySet:
        """One's own, about records one still sees; of notes only where one still works on it."""
        return self.filter(
            Q(is_internal=False) | Q(record__in=Record.objects.worked_by(actor).values("pk")),
            person_id=actor.pk,
            record__in=Record.objects.visible_to(actor).values("pk"),
        )

    def unread(self) -> NotificationQuerySet:
        return self.filter(read_at__isnull=True)


class Notification(models.Model):
    """One thing that happened, shown to one person for one reason."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    record = models.ForeignKey(Record, models.CASCADE, related_name="+")
    event = models.ForeignKey(Event, models.CASCADE, related_name="+")
    reason = models.CharField(max_length=10, choices=Reason)
    is_internal = models.BooleanField(default=False)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-pk")
        indexes: ClassVar = [
            models.Index(fields=["person", "-at", "-id"], name="notification_of_person"),
            models.Index(
                fields=["person"], name="notification_unread", condition=Q(read_at__isnull=True)
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint("event", "person", name="notification_once"),
        ]

    def __str__(self) -> str:
        return f"{self.reason} → {self.person_id}"


class OutboundMail(models.Model):
    """A mail that is to be sent, or was: the row is the promise, and a sweep keeps it.

    What it says is written when it is sent, from what its reader may see at that moment.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", _("Waits to be sent")
        DIGEST = "digest", _("Waits for the daily mail")
        SENT = "sent", _("Sent")
        WITHHELD = "withheld", _("Not sent: no longer wanted or allowed")
        DEAD = "dead", _("Given up")

    event = models.ForeignKey(Event, models.CASCADE, related_name="+")
    record = models.ForeignKey(Record, models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    address = models.EmailField()
    reason = models.CharField(max_length=10, choices=Reason)
    is_automatic = models.BooleanField(
        default=True, help_text=_("Not written by a person; only so many go to one address.")
    )
    is_internal = models.BooleanField(default=False)
    status = models.CharField(max_length=8, choices=Status, default=Status.QUEUED)
    next_try_at = models.DateTimeField(default=clock.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    message_id = models.CharField(max_length=200, blank=True)
    last_error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)
        indexes: ClassVar = [
            models.Index(
                fields=["next_try_at"],
                name="outbound_due",
                condition=Q(status__in=["queued", "digest"]),
            ),
            models.Index(fields=["address", "sent_at"], name="outbound_by_address"),
            models.Index(fields=["record", "person"], name="outbound_thread"),
            models.Index(fields=["status", "-id"], name="outbound_by_status"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint("event", "person", "reason", name="outbound_once"),
        ]

    def __str__(self) -> str:
        return f"{self.reason} → {self.address}"


class Preference(models.Model):
    """What one person wants for one reason; no row means the default."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    reason = models.CharField(max_length=10, choices=Reason)
    in_portal = models.BooleanField(default=True)
    mailing = models.CharField(max_length=6, choices=Mailing)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("person", "reason", name="preference_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.reason} {self.mailing}"


class Habits(models.Model):
    """When a person wants no mail, and when they want the daily one, in their own time zone."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    quiet_from = models.TimeField(_("no mail from"), null=True, blank=True)
    quiet_to = models.TimeField(_("until"), null=True, blank=True)
    digest_at = models.TimeField(_("daily mail at"), default="08:00")

    def __str__(self) -> str:
        return f"{self.person_id}"


class Mute(models.Model):
    """A record that a person wants to hear nothing of."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    record = models.ForeignKey(Record, models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("person", "record", name="mute_once")]

    def __str__(self) -> str:
        return f"{self.person_id} ⊘ {self.record_id}"


class UsedLink(models.Model):
    """A link from a mail that has done its work and does no more."""

    digest = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.digest
