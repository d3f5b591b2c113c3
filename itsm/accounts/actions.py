"""What is done with people and their tokens. `actor` is who does it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from itsm.accounts import scopes as scope_words
from itsm.accounts import tokens
from itsm.accounts.roles import DESK_ROLES
from itsm.accounts.tokens import ApiToken
from itsm.accounts.trail import note
from itsm.core import clock
from itsm.core.errors import Denied, FieldErrors, RuleViolation

if TYPE_CHECKING:
    from itsm.accounts.access import Access, SystemActor
    from itsm.accounts.models import Organisation, User

LONGEST = timedelta(days=366)
#: What people say about themselves.
OWN_FIELDS = (
    "name", "language", "time_zone", "theme", "is_compact", "has_key_shortcuts",
    "undo_seconds", "after_resolve", "key_map",
)  # fmt: skip


def edit_profile(user: User, changes: Mapping[str, Any], *, actor: User | SystemActor) -> User:
    """Change a person's own settings. Raises Denied for anybody else's."""
    if actor.pk != user.pk and not actor.access.is_admin:
        raise Denied("not_yours", _("Only an administrator changes other people's settings."))
    for name in changes.keys() & set(OWN_FIELDS):
        setattr(user, name, changes[name])
    user.save(update_fields=sorted(changes.keys() & set(OWN_FIELDS)))
    return user


def add_person(
    *, name: str, phone: str = "", organisation: Organisation, actor: User | SystemActor
) -> User:
    """Add somebody who called and is not known yet; they cannot sign in until they have an address.

    Raises Denied, and FieldErrors without a name.
    """
    if not actor.access.holds(DESK_ROLES) or not _serves(actor.access, organisation.pk):
        raise Denied("not_allowed", _("Only the service desk adds people, where it serves them."))
    if not name.strip():
        raise FieldErrors({"name": [("required", _("Write their name."))]})
    from itsm.accounts.models import User as Person
    from itsm.accounts.newcomers import usual_for

    return Person.objects.create_user(
        None,
        name=name.strip()[:200],
        phone=phone.strip()[:40],
        organisation=organisation,
        **usual_for(organisation, actor=actor),
    )


@transaction.atomic
def note_on_person(person: User, words: str, *, actor: User | SystemActor) -> User:
    """Write what the desk has to know of somebody, or take it off. Raises Denied."""
    if not actor.access.holds(DESK_ROLES):
        raise Denied("not_allowed", _("Only the service desk writes notes on people."))
    before, words = person.desk_note, " ".join(words.split())[:120]
    if words != before:
        person.desk_note = words
        person.save(update_fields=["desk_note"])
        note(actor, "person.changed", person, changed={"desk_note": [before, words]})
    return person


def _serves(access: Access, organisation_id: int) -> bool:
    return (
        access.works_everywhere
        or organisation_id in access.staff_organisations
        or (access.limit is None and organisation_id == access.organisation_id)
    )


def issue_token(
    *,
    user: User,
    name: str,
    scopes: Iterable[str],
    actor: User | SystemActor,
    lifetime: timedelta = tokens.LIFETIME,
    organisation: Organisation | None = None,
    now: datetime | None = None,
) -> tuple[ApiToken, str]:
    """Create a token and return it with the only spelling of it there will ever be.

    People make tokens for themselves; an administrator also for others. A token cannot make one
    that may do more than itself. Raises Denied, FieldErrors.
    """
    now = now or clock.now()
    access = actor.access
    wanted = scope_words.check(scopes)
    if actor.pk != user.pk and not access.is_admin:
        raise Denied("not_yours", _("Only an administrator makes tokens for other people."))
    if access.scopes is not None and not scope_words.expand(wanted) <= access.scopes:
        raise Denied("wider_than_its_maker", _("A token cannot make one that may do more."))
    if access.limit is not None and (organisation is None or organisation.pk not in access.limit):
        raise Denied("wider_than_its_maker", _("Name an organisation within this token's own."))
    if not timedelta(0) < lifetime <= LONGEST:
        message = _("Choose from 1 to %(days)s days.") % {"days": LONGEST.days}
        raise FieldErrors({"days": [("not_in_range", message)]})
    prefix, secret, written = tokens.spell()
    token = ApiToken.objects.create(
        user=user,
        name=name,
        prefix=prefix,
        secret_hash=tokens.hash_secret(secret),
        scopes=wanted,
        organisation=organisation,
        created_at=now,
        expires_at=now + lifetime,
    )
    note(actor, "token.made", user, program=name, scopes=wanted, until=str(token.expires_at.date()))
    return token, written


@transaction.atomic
def rotate_token(
    token: ApiToken,
    *,
    actor: User | SystemActor,
    overlap: timedelta = tokens.OVERLAP,
    now: datetime | None = None,
) -> tuple[ApiToken, str]:
    """Replace a token by a new one with the same rights; the old one works until `overlap` ends.

    Raises RuleViolation when the token no longer works or was replaced already.
    """
    now = now or clock.now()
    held = ApiToken.objects.select_for_update(of=("self",)).get(pk=token.pk)
    if not held.is_live(now):
        raise RuleViolation("token_ended", _("This token no longer works. Make a new one."))
    if held.replaced_by.exists():
        raise RuleViolation("already_rotated", _("This token has been replaced already."))
    if overlap < timedelta(0) or overlap > timedelta(days=30):
        raise FieldErrors({"overlap_hours": [("not_in_range", _("Choose up to 720 hours."))]})
    fresh, written = issue_token(
        user=held.user,
        name=held.name,
        scopes=held.scopes,
        actor=actor,
        lifetime=held.expires_at - held.created_at if held.replaces_id is None else tokens.LIFETIME,
        organisation=held.organisation,
        now=now,
    )
    ApiToken.objects.filter(pk=fresh.pk).update(replaces=held)
    ApiToken.objects.filter(pk=held.pk).update(expires_at=min(held.expires_at, now + overlap))
    fresh.replaces = held
    return fresh, written


def revoke_token(
    token: ApiToken, *, actor: User | SystemActor, now: datetime | None = None
) -> None:
    """Withdraw a token at once; doing so twice changes nothing."""
    if actor.pk != token.user_id and not actor.access.is_admin:
        raise Denied("not_yours", _("Only an administrator withdraws other people's tokens."))
    live = ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True)
    if live.update(revoked_at=now or clock.now()):
        note(actor, "token.withdrawn", token.user, program=token.name)
