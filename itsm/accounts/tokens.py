"""The tokens that programs use in place of a password: shown once, kept as a hash."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from itsm.core import clock

LIFETIME = timedelta(days=90)
#: How long the old token works beside the new one after a rotation, unless told else.
OVERLAP = timedelta(hours=24)
#: How exact `last_used_at` is: a busy token must not write a row with each request.
USE_RESOLUTION = timedelta(minutes=1)
SPELLING = re.compile(r"thr_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Reads over tokens."""

    def visible_to(self, actor: Any) -> ApiTokenQuerySet:
        """Everybody sees the tokens of their own account and no others."""
        return self.filter(user_id=actor.pk)

    def live(self, now: datetime) -> ApiTokenQuerySet:
        """Tokens that work at this instant."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=now)


class ApiToken(models.Model):
    """A program's way in: acts as its user, within its scopes and its organisation."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=120, help_text=_("Which program uses it."))
    prefix = models.CharField(max_length=12, unique=True, editable=False)
    secret_hash = models.CharField(max_length=64, editable=False)
    scopes = ArrayField(models.CharField(max_length=40), verbose_name=_("scopes"))
    organisation = models.ForeignKey(
        "accounts.Organisation",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("When set, the token sees this organisation and those below it only."),
    )
    replaces = models.ForeignKey(
        "self", models.SET_NULL, null=True, editable=False, related_name="replaced_by"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        indexes: ClassVar = [models.Index(fields=["user", "-id"], name="token_of_user")]

    def __str__(self) -> str:
        return f"{self.name} (thr_{self.prefix}_…)"

    def is_live(self, now: datetime) -> bool:
        """Whether the token works at this instant."""
        return self.revoked_at is None and now < self.expires_at

    def matches(self, secret: str) -> bool:
        """Compare a secret in a time that tells nothing about the one kept."""
        return hmac.compare_digest(self.secret_hash, hash_secret(secret))


def spell() -> tuple[str, str, str]:
    """Make a new token of 256 random bits: its prefix, its secret, and the whole as written."""
    prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    return prefix, secret, f"thr_{prefix}_{secret}"


def read(written: str) -> tuple[str, str] | None:
    """Split a token as written into prefix and secret; None when it is not spelled like one."""
    match = SPELLING.fullmatch(written)
    return (match[1], match[2]) if match else None


def hash_secret(secret: str) -> str:
    """Hash a secret. It is 256 random bits, so one plain SHA-256 cannot be guessed back."""
    return hashlib.sha256(secret.encode()).hexdigest()
