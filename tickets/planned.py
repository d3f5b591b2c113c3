"""What the desk plans to change, for the change calendar."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from tickets.models import Change
from valuechain.deliver_support.calendar import Entry, acceptances, in_window, sources, windowed


def changes(actor: Any, start: datetime, end: datetime) -> Iterable[Entry]:
    """Return the changes somebody sees whose window touches a span."""
    found = list(in_window(Change.objects.all(), actor, start, end))
    accepted = acceptances(
        {change.pk: change.conflicts_accepted for change in found}, verb="change.schedule"
    )
    return windowed(_("Change"), found, accepted=accepted)


def register() -> None:
    """Put changes into the calendar."""
    sources.append(changes)
