"""Signing in with a link that is mailed: who may, and the links that wait to be pressed.

A link is a row that a worker writes, found by the hash of its token, so that whoever reads the database
signs in as nobody. It works once, for a quarter of an hour, only the newest one of a person, and not
after their password, their roles or their second step have changed.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models, transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from itsm.core import clock

if TYPE_CHECKING:
    from itsm.accounts.models import User

LIFETIME = timedelta(minutes=15)
#: There is one house, so there is one row of rules.
ONLY = 1


class SignInRules(models.Model):
    """What the house decided about signing in; without a row, what is the default."""

    class ByMail(models.TextChoices):
        EVERYBODY = "everybody", _("Everybody with an address")
        REQUESTERS = "requesters", _("Only people who do not work here")
        NOBODY = "nobody", _("Nobody")

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    by_mail = models.CharField(
        _("who may sign in with a link by mail"),
        max_length=10,
        choices=ByMail,
        default=ByMail.EVERYBODY,
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="sign_in_rules_are_one", condition=models.Q(pk=ONLY)),
        ]

    def __str__(self) -> str:
        return self.get_by_mail_display()


class SignInLink(models.Model):
    """A link on its way to somebody."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    bound_to = models.CharField(
        max_length=64, help_text=_("What ends the person's sessions ends it.")
    )
    following = models.CharField(max_length=500, blank=True)
    ends_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"link for {self.person_id}"


@dataclass(frozen=True, slots=True)
class Spent:
    """Whom a link let in, and where they wanted to go."""

    person: User
    following: str


def rules() -> SignInRules:
    """Return what the house decided. One query."""
    return SignInRules.objects.filter(pk=ONLY).first() or SignInRules()


def is_offered() -> bool:
    """Whether anybody signs in with a link by mail. One query."""
    return rules().by_mail != SignInRules.ByMail.NOBODY


def may_use(person: User) -> bool:
    """Whether this person signs in with a link by mail."""
    if not person.is_active or person.is_service_account or not person.email:
        return False
    by_mail = rules().by_mail
    if by_mail == SignInRules.ByMail.REQUESTERS:
        return not person.access.is_staff
    return by_mail == SignInRules.ByMail.EVERYBODY


@transaction.atomic
def make_link(person: User, following: str = "") -> str:
    """Return the token of a new link; older ones of the person no longer work."""
    SignInLink.objects.filter(models.Q(person=person) | models.Q(ends_at__lt=clock.now())).delete()
    token = secrets.token_urlsafe(32)
    SignInLink.objects.create(
        person=person,
        digest=_digest(token),
        bound_to=person.get_session_auth_hash(),
        following=following[:500],
        ends_at=clock.now() + LIFETIME,
    )
    return token


def owner_of(token: str) -> User | None:
    """Return whom a link would let in; None for one that is over."""
    row = _live().select_related("person").filter(digest=_digest(token)).first()
    return row.person if row is not None and _fits(row) else None


@transaction.atomic
def spend(token: str) -> Spent | None:
    """Use a link up and return whom it lets in; None for one that is over."""
    row = _live().select_for_update(of=("self",)).filter(digest=_digest(token)).first()
    if row is None:
        return None
    row.delete()
    return Spent(row.person, row.following) if _fits(row) else None


def _live() -> Any:
    return SignInLink.objects.select_related("person").filter(ends_at__gt=clock.now())


def _fits(row: SignInLink) -> bool:
    return may_use(row.person) and constant_time_compare(
        row.bound_to, row.person.get_session_auth_hash()
    )


def _digest(token: str) -> str:
    # 32 random bytes need no slow hash.
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
