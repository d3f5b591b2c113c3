"""What every page and mail asks: how the house shows itself today."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from itsm.branding.accents import accent_in, nearest, stylesheet
from itsm.branding.models import ONLY, Brand
from itsm.core.colours import DARK, LIGHT, tokens

PRODUCT = "Throughline"
#: Each process asks the database again after so long.
KEPT_SECONDS = 10
_KEPT = "branding.look"
#: What was read last, however long ago: all that is at hand while the database cannot be reached.
_LAST = "branding.last_look"


@dataclass(frozen=True, slots=True)
class Look:
    """The house as pages and mails show it."""

    name: str = PRODUCT
    #: How the service desk is reached where the portal is no help; empty when nobody said.
    phone: str = ""
    email: str = ""
    css: str = ""
    css_url: str = ""
    logo_url: str = ""
    logo_width: int = 0
    logo_height: int = 0
    #: Colours for mails, which know no stylesheet of ours.
    accent: str = ""
    on_accent: str = ""


def look() -> Look:
    """Return how the house shows itself. One query each ten seconds in each process."""
    kept = caches["process"]
    found: Look | None = kept.get(_KEPT)
    if found is None:
        found = _drawn(Brand.objects.filter(pk=ONLY).first() or Brand())
        kept.set(_KEPT, found, KEPT_SECONDS)
        kept.set(_LAST, found, None)
    return found


def logo_address() -> str:
    """Return the full address of the logo, for mails; empty where the house has none."""
    found = look()
    return f"{settings.SITE_URL}{found.logo_url}" if found.logo_url else ""


def look_at_hand() -> Look:
    """Return the look of the house as this process last read it: what a page may say after a fault."""
    kept: Look | None = caches["process"].get(_LAST)
    return kept if kept is not None else Look()


def forget() -> None:
    """Read afresh the next time, in this process; the others do within ten seconds."""
    caches["process"].delete_many([_KEPT, _LAST])


def brand(_request: HttpRequest) -> dict[str, Any]:
    """Give every page `brand`."""
    return {"brand": SimpleLazyObject(look)}


def digest_of(content: bytes) -> str:
    """Return the name of a file that never changes under it."""
    return hashlib.sha256(content).hexdigest()[:20]


def styles_of(row: Brand) -> str:
    """Return the house's stylesheet, empty where it has no colour of its own."""
    if not row.accent:
        return ""
    dark = accent_in(DARK, row.accent_dark) if row.accent_dark else nearest(DARK, row.accent)
    return stylesheet(accent_in(LIGHT, row.accent), dark)


def _drawn(row: Brand) -> Look:
    css = styles_of(row)
    logo = bytes(row.logo or b"")
    accent = accent_in(LIGHT, row.accent or tokens(LIGHT)["accent"])
    return Look(
        name=row.name or PRODUCT,
        phone=row.phone,
        email=row.email,
        css=css,
        css_url=reverse("brand-styles", args=[digest_of(css.encode())]) if css else "",
        logo_url=reverse("brand-logo", args=[digest_of(logo)]) if logo else "",
        # What is kept is drawn for screens with small pixels.
        logo_width=-(-row.logo_width // 2),
        logo_height=-(-row.logo_height // 2),
        accent=accent.colour,
        on_accent=accent.written,
    )
