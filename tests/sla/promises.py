"""Agreements and calendars as tests need them, made and published through the real doors."""

from __future__ import annotations

from typing import Any

from itsm.accounts.access import SYSTEM
from sla import actions
from sla.models import Calendar, Clock

OFFICE = {
    "tz": "UTC",
    "weekly": {day: [["08:00", "16:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
}
ALWAYS = {"tz": "UTC", "always_open": True}
HOUR = 3600


def a_calendar(name: str = "Office", definition: dict[str, Any] | None = None) -> Calendar:
    """Publish a calendar."""
    draft = actions.create_calendar(name=name, definition=definition or OFFICE, actor=SYSTEM)
    actions.publish_calendar(draft.calendar, actor=SYSTEM)
    return draft.calendar


def an_agreement(
    name: str = "Standard",
    *,
    kind: str = "sla",
    calendar: Calendar | None = None,
    targets: dict[str, dict[str, int]] | None = None,
    **terms: Any,
) -> Any:
    """Publish an agreement on incidents; returns its published edition."""
    calendar = calendar or Calendar.objects.filter(name="Always").first()
    calendar = calendar or a_calendar("Always", ALWAYS)
    terms.setdefault("conditions", {"kinds": ["incident"]})
    draft = actions.create_agreement(
        name=name,
        kind=kind,
        actor=SYSTEM,
        terms={
            "calendar": calendar,
            "targets": targets or {"any": {"first_response": HOUR, "resolution": 4 * HOUR}},
            **terms,
        },
    )
    return actions.publish_agreement(draft.agreement, actor=SYSTEM)


def the_clock(record: Any, metric: str = "resolution", **more: Any) -> Clock:
    """The one clock of a metric on a record."""
    return Clock.objects.get(record=record, metric=metric, **more)
