"""What the REST API and the forms of pages remember, so that a request can be repeated without being done twice."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models

from itsm.core import clock

KEPT_FOR = timedelta(hours=24)


class IdempotencyKeyQuerySet(models.QuerySet["IdempotencyKey"]):
    """Reads over remembered requests."""

    def expired(self, now: datetime) -> "IdempotencyKeyQuerySet":
        """Those older than the 24 hours for which an answer is promised."""
        return self.filter(created_at__lte=now - KEPT_FOR)


class IdempotencyKey(models.Model):
    """One request that took effect, and the answer it was given.

    The row is written in the transaction of the effect itself: either both are there or neither.
    """

    caller = models.CharField(max_length=80)
    key = models.CharField(max_length=255)
    request = models.CharField(max_length=500, help_text="Method and path.")
    body_hash = models.CharField(max_length=64)
    status_code = models.PositiveSmallIntegerField()
    body = models.TextField()
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=clock.now)

    objects = IdempotencyKeyQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("caller", "key", name="idempotency_key_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["created_at"], name="idempotency_key_age")]

    def __str__(self) -> str:
        return f"{self.request} ({self.key})"
