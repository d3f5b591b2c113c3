"""Who wants to be told of which events, and every delivery with what was answered."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from itsm.core import clock
from valuechain.records.models import Event, Record


class WebhookQuerySet(models.QuerySet["Webhook"]):
    """Reads over webhooks."""

    def visible_to(self, actor: Any) -> WebhookQuerySet:
        """Everybody their own; an administrator all."""
        return self if actor.access.is_admin else self.filter(owner_id=actor.pk)


class Webhook(models.Model):
    """An address that is told of events, as far as its owner may see them.

    Two secrets can be in use at once, so that one can be replaced without a gap. They are kept as
    they are: signing needs them.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=120)
    url = models.URLField(_("address"), max_length=500)
    verbs = ArrayField(
        models.CharField(max_length=60),
        verbose_name=_("events"),
        help_text=_("Such as incident.resolve, incident.* or *."),
    )
    is_active = models.BooleanField(_("in use"), default=True)
    secret = models.CharField(max_length=80, editable=False)
    old_secret = models.CharField(max_length=80, blank=True, editable=False)
    old_secret_until = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name

    def wants(self, verb: str) -> bool:
        """Whether the verb is one of those subscribed to; `kind.*` and `*` stand for many."""
        return any(
            wanted in {"*", verb} or (wanted.endswith(".*") and verb.startswith(wanted[:-1]))
            for wanted in self.verbs
        )

    def secrets_at(self, now: Any) -> list[str]:
        """Return the secrets to sign with, the newest first."""
        old = self.old_secret_until is not None and now < self.old_secret_until
        return [self.secret, self.old_secret] if old else [self.secret]


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Reads over deliveries."""

    def visible_to(self, actor: Any) -> DeliveryQuerySet:
        return self.filter(webhook__in=Webhook.objects.visible_to(actor).values("pk"))

    def waiting(self) -> int:
        """Count what has not arrived yet and was not given up. One indexed read."""
        return self.filter(status=Delivery.Status.QUEUED).count()


class Delivery(models.Model):
    """One event on its way to one webhook, with what was answered last."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("Waits")
        DELIVERED = "delivered", _("Delivered")
        DEAD = "dead", _("Given up")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(Event, models.CASCADE, related_name="+")
    record = models.ForeignKey(Record, models.CASCADE, related_name="+")
    sequence = models.PositiveIntegerField()
    status = models.CharField(max_length=9, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=clock.now)
    first_try_at = models.DateTimeField(null=True)
    last_try_at = models.DateTimeField(null=True)
    response_status = models.PositiveSmallIntegerField(null=True)
    response = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    delivered_at = models.DateTimeField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        indexes: ClassVar = [
            models.Index(fields=["next_try_at"], name="delivery_due", condition=Q(status="queued")),
            models.Index(
                fields=["webhook", "record", "sequence"],
                name="delivery_order",
                condition=Q(status="queued"),
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint("webhook", "event", name="delivery_once"),
        ]

    def __str__(self) -> str:
        return f"{self.webhook_id} ← {self.event_id}"
