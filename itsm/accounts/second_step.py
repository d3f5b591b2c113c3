"""The second step of signing in: a code that an app on the person's phone makes anew every half minute.

The codes are those of RFC 6238, which every such app knows. A code counts once; whoever has lost the
phone signs in with one of the spare codes, each of which counts once too.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from itsm.accounts.trail import note
from itsm.core import clock
from itsm.core.errors import Denied, FieldErrors

if TYPE_CHECKING:
    from itsm.accounts.models import User

STEP_SECONDS, DIGITS, SPARE = 30, 6, 8
#: Read aloud without a doubt: no l, 1, o or 0.
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"


class Authenticator(models.Model):
    """The app a person makes codes with. Until they have shown a code it asks for nothing."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="authenticator"
    )
    secret = models.CharField(max_length=64)
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=0, help_text=_("A code counts once."))
    spare_hashes = ArrayField(models.CharField(max_length=64), default=list)

    def __str__(self) -> str:
        return f"authenticator of {self.user_id}"

    def address(self, issuer: str) -> str:
        """Return what the picture holds that an app reads; `issuer` is what the app calls the house."""
        issuer = issuer.replace(":", " ")
        label = quote(f"{issuer}:{self.user.email}")
        return f"otpauth://totp/{label}?{urlencode({'secret': self.secret, 'issuer': issuer}, quote_via=quote)}"

    @property
    def spoken(self) -> str:
        """The secret in groups of four, for who types it."""
        return " ".join(self.secret[n : n + 4] for n in range(0, len(self.secret), 4))


def code_at(secret: str, moment: datetime) -> str:
    """Return the code that an app shows at a moment."""
    return _code(secret, int(moment.timestamp()) // STEP_SECONDS)


def _code(secret: str, step: int) -> str:
    key = base64.b32decode(secret)
    digest = hmac.new(key, step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def is_asked_of(user: User) -> bool:
    """Whether signing in asks this person for a code. One query."""
    return Authenticator.objects.filter(user=user, confirmed_at__isnull=False).exists()


def is_missing_for(user: User) -> bool:
    """Whether the house wants a second step of this person, and they have none yet."""
    return settings.MFA_REQUIRED_FOR_STAFF and user.access.is_staff and not is_asked_of(user)


def begin(user: User) -> Authenticator:
    """Return the app a person is about to set up, with a secret of its own."""
    held, _new = Authenticator.objects.get_or_create(user=user, defaults={"secret": _secret()})
    return held


@transaction.atomic
def confirm(user: User, typed: str, *, now: datetime | None = None) -> list[str]:
    """Switch the second step on, by a code that shows the app works; return the spare codes, once.

    Raises FieldErrors when the code does not fit. Every other session of the person ends.
    """
    held = _held(user)
    if held is None or not _is_code(held, typed, now or clock.now()):
        raise FieldErrors({"code": [("wrong", _("This is not the code that the app shows now."))]})
    held.confirmed_at = now or clock.now()
    spare = _spare(held)
    held.save()
    user.end_sessions()
    return spare


@transaction.atomic
def passes(user: User, typed: str, *, now: datetime | None = None) -> bool:
    """Whether a code of the app, or a spare one, lets the person in; it is used up thereby."""
    held = _held(user)
    if held is None or held.confirmed_at is None:
        return False
    if _is_code(held, typed, now or clock.now()):
        held.save(update_fields=["last_step"])
        return True
    given = _hash(typed.strip().lower())
    if given not in held.spare_hashes:
        return False
    held.spare_hashes = [one for one in held.spare_hashes if one != given]
    held.save(update_fields=["spare_hashes"])
    return True


@transaction.atomic
def renew_spare(user: User) -> list[str]:
    """Replace the spare codes; the old ones no longer work."""
    held = _held(user)
    if held is None:
        return []
    spare = _spare(held)
    held.save(update_fields=["spare_hashes"])
    return spare


@transaction.atomic
def switch_off(user: User, *, actor: Any) -> None:
    """Ask for no code any more: for oneself, or as an administrator for who lost their phone."""
    if actor.pk != user.pk and not actor.access.is_admin:
        raise Denied("not_yours", _("Only an administrator does this for other people."))
    done, _rows = Authenticator.objects.filter(user=user).delete()
    user.end_sessions()
    if done and actor.pk != user.pk:
        note(actor, "person.second_step_removed", user)


def _held(user: User) -> Authenticator | None:
    return Authenticator.objects.select_for_update().filter(user=user).first()


def _is_code(held: Authenticator, typed: str, now: datetime) -> bool:
    """Whether it is the code of this half minute or of a neighbour, and later than the last one used."""
    given = "".join(typed.split())
    present = int(now.timestamp()) // STEP_SECONDS
    for step in (present - 1, present, present + 1):
        if step > held.last_step and hmac.compare_digest(_code(held.secret, step), given):
            held.last_step = step
            return True
    return False


def _spare(held: Authenticator) -> list[str]:
    spare = ["".join(secrets.choice(_ALPHABET) for _n in range(10)) for _m in range(SPARE)]
    held.spare_hashes = [_hash(word) for word in spare]
    return spare


def _hash(word: str) -> str:
    # Ten letters at random need no slow hash: nobody guesses through 10^15 of them.
    return hashlib.sha256(word.encode(errors="replace")).hexdigest()


def _secret() -> str:
    return base64.b32encode(secrets.token_bytes(20)).decode()
