"""Changing how the house shows itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from itsm.accounts.administering import may_administer
from itsm.accounts.trail import changes, note, values_of
from itsm.branding.accents import NEEDED, THEMES, Accent, accent_in, nearest
from itsm.branding.logos import drawn
from itsm.branding.models import ONLY, Brand
from itsm.branding.reading import forget
from itsm.core import clock
from itsm.core.colours import DARK, HEX, LIGHT
from itsm.core.errors import Denied, FieldErrors

if TYPE_CHECKING:
    from itsm.accounts.models import User


PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{1,38}")
#: What the trail tells of a change.
SHOWN = ("name", "accent", "accent_dark", "phone", "email")


@transaction.atomic
def save_brand(given: Mapping[str, Any], *, actor: User) -> Brand:
    """Keep name, colours, logo and how the desk is reached; `logo` holds the bytes of a new one, `drops_logo` takes it away.

    Raises Denied, and FieldErrors that say which contrast a colour reaches and which shade would do.
    """
    decision = may_administer(actor)
    if not decision:
        raise Denied.because(decision)
    row, _made = Brand.objects.select_for_update().get_or_create(pk=ONLY)
    before = values_of(row, SHOWN) | {"logo": bool(row.logo)}
    row.name = " ".join(str(given.get("name", row.name)).split())
    row.phone = _dialled(given.get("phone", row.phone))
    row.email = _written_to(given.get("email", row.email))
    row.accent = _readable(LIGHT, given.get("accent", row.accent), "accent")
    row.accent_dark = _readable(DARK, given.get("accent_dark", row.accent_dark), "accent_dark")
    if row.accent_dark and not row.accent:
        message = _("Choose a colour for the light theme as well.")
        raise FieldErrors({"accent": [("required", message)]})
    if given.get("logo"):
        row.logo, row.logo_width, row.logo_height = drawn(given["logo"])
    elif given.get("drops_logo"):
        row.logo, row.logo_width, row.logo_height = None, 0, 0
    row.changed_at, row.changed_by = clock.now(), actor
    row.save()
    changed = changes(before, values_of(row, SHOWN) | {"logo": bool(row.logo)})
    if changed or given.get("logo"):
        note(actor, "branding.changed", row.name, changed=changed)
    forget()
    transaction.on_commit(forget)
    return row


def _dialled(said: str) -> str:
    phone = " ".join(str(said).split())
    if phone and not PHONE.fullmatch(phone):
        message = _("Write the number as it is dialled, such as +43 1 555 0100.")
        raise FieldErrors({"phone": [("not_a_phone", message)]})
    return phone


def _written_to(said: str) -> str:
    address = str(said).strip()
    try:
        if address:
            validate_email(address)
    except ValidationError:
        message = _("Write a whole address, such as desk@example.org.")
        raise FieldErrors({"email": [("not_an_address", message)]}) from None
    return address


def _readable(theme: str, said: str, field: str) -> str:
    colour = said.strip().lower()
    if not colour:
        return ""
    if not HEX.fullmatch(colour):
        message = _("Write the colour as # and six digits, such as #0b5d6b.")
        raise FieldErrors({field: [("not_a_colour", message)]})
    found: Accent = accent_in(theme, colour)
    if found.is_enough:
        return colour
    message = _(
        "In the %(theme)s this colour reaches a contrast of %(ratio)s; %(needed)s:1 is needed to read it. "
        "%(other)s would do."
    ) % {
        "theme": THEMES[theme],
        "ratio": found.ratio,
        "needed": NEEDED,
        "other": nearest(theme, colour).colour,
    }
    raise FieldErrors({field: [("contrast", message)]})
