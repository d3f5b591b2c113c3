"""A desk that nobody keeps yet: who holds its link makes the company and its first administrator, once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from itsm.accounts.access import SYSTEM
from itsm.accounts.administering import grant_role, save_organisation, save_person
from itsm.accounts.models import Organisation, RoleGrant, User
from itsm.accounts.roles import Role
from itsm.core.errors import FieldErrors, RuleViolation

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Two who begin at the same moment wait for one another here.
_LOCK = 0x626567696E


def has_nobody() -> bool:
    """Whether no administrator could sign in. One query."""
    return not RoleGrant.objects.filter(
        role=Role.ADMIN, organisation=None, team=None, user__is_active=True
    ).exists()


def link() -> str:
    """Return the address that begins this desk; it is worth nothing once somebody is administrator."""
    return str(settings.SITE_URL).rstrip("/") + reverse("begin", args=[_code()])


def fits(code: str) -> bool:
    """Whether this is the code of the link, and there is still something to begin."""
    return constant_time_compare(code, _code()) and has_nobody()


@transaction.atomic
def begin(given: Mapping[str, Any]) -> User:
    """Make the company and its first administrator, who is returned. Raises FieldErrors and RuleViolation."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    if not has_nobody():
        raise RuleViolation("begun", _("Somebody is administrator already. Sign in."))
    company = Organisation.objects.filter(name=given["company"]).first() or save_organisation(
        None, {"name": given["company"]}, actor=SYSTEM
    )
    person = save_person(
        None,
        {"name": given["name"], "email": given["email"], "organisation": company},
        actor=SYSTEM,
    )
    person.language, person.time_zone = given["language"], given["time_zone"]
    try:
        validate_password(given["password"], person)
    except ValidationError as refusal:
        raise FieldErrors({"password": [("weak", " ".join(refusal.messages))]}) from None
    person.set_password(given["password"])
    person.save(update_fields=["language", "time_zone", "password"])
    grant_role(person, role=Role.ADMIN, actor=SYSTEM)
    return person


def _code() -> str:
    return salted_hmac("accounts.beginning", "first", algorithm="sha256").hexdigest()[:40]
