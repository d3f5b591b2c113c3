"""Links in mail that do something: signed, for one person, and never on a mere visit."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from itsm.core.errors import RuleViolation
from itsm.notifications.models import UsedLink

LIFETIME = timedelta(days=14)
_MUTE, _APPROVE = "notifications.mute", "notifications.approve"
_DIGEST = "notifications.digest"


def address(path: str) -> str:
    """Return the full address of a page."""
    return f"{settings.SITE_URL}{path}"


def mute_link(person_id: int, record_id: int) -> str:
    """Return the address at which a person stops hearing of a record."""
    token = signing.dumps([person_id, record_id], salt=_MUTE, compress=False)
    return address(reverse("notification-stop", args=[token]))


def read_mute(token: str) -> tuple[int, int] | None:
    """Return the person and the record of such a link, or None."""
    found = _read(token, _MUTE, None)
    return (found[0], found[1]) if found else None


def digest_link(person_id: int) -> str:
    """Return the address at which a person stops the daily mail."""
    token = signing.dumps([person_id], salt=_DIGEST, compress=False)
    return address(reverse("digest-stop", args=[token]))


def read_digest(token: str) -> int | None:
    """Return the person of such a link, or None."""
    found = _read(token, _DIGEST, None)
    return int(found[0]) if found else None


def approval_link(person_id: int, approval_id: int, step: int) -> str:
    """Return the address at which one person decides once on one step of an approval."""
    token = signing.dumps([person_id, approval_id, step], salt=_APPROVE)
    return address(reverse("approval-by-mail", args=[token]))


def read_approval(token: str) -> tuple[int, int, int] | None:
    """Return person, approval and step of such a link; None when it is forged or too old."""
    found = _read(token, _APPROVE, LIFETIME)
    return (found[0], found[1], found[2]) if found else None


def is_used(token: str) -> bool:
    """Whether a link has done its work already."""
    return UsedLink.objects.filter(digest=_digest(token)).exists()


def use_up(token: str) -> None:
    """Spend a link, in the transaction of what it does. Raises RuleViolation("link_used")."""
    try:
        with transaction.atomic():
            UsedLink.objects.create(digest=_digest(token))
    except IntegrityError:
        raise RuleViolation("link_used", _("This link was used already.")) from None


def _read(token: str, salt: str, lifetime: timedelta | None) -> Any:
    try:
        return signing.loads(token, salt=salt, max_age=lifetime)
    except signing.BadSignature:
        return None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
