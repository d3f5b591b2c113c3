"""The service levels a new company begins with; it changes them to what it really promised."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction

from itsm.accounts.access import SYSTEM
from itsm.core import clock
from sla.actions import (
    create_agreement,
    create_calendar,
    load_public_holidays,
    publish_agreement,
    publish_calendar,
)
from sla.models import Agreement, AgreementVersion, Calendar
from sla.vocabulary import AgreementKind, Metric

OFFICE = "Business hours"
ALWAYS = "Around the clock"
URGENT = "Standard: critical and high"
NORMAL = "Standard: normal and low"

MINUTE, HOUR = 60, 3600
#: A business day of 08:00 to 18:00.
DAY = 10 * HOUR
KINDS = ["incident", "service_request"]
STEPS = [
    {
        "key": "75%",
        "percent": 75,
        "actions": [{"do": "notify", "who": ["owner", "team"]}],
    },
    {
        "key": "100%",
        "percent": 100,
        "actions": [{"do": "notify", "who": ["owner", "team_leads"]}],
    },
]


#: The country whose public holidays count where nobody said which, by the time zone.
_COUNTRIES = {"Europe/Berlin": "DE", "Europe/Vienna": "AT", "Europe/Zurich": "CH"}


def promise_something(*, zone: str) -> None:
    """Install the defaults where nothing is promised yet, so that what comes in has clocks."""
    if not AgreementVersion.objects.filter(published_at__isnull=False).exists():
        install_defaults(zone=zone, region=_COUNTRIES.get(zone, ""))


@transaction.atomic
def install_defaults(
    *, zone: str = "Europe/Vienna", region: str = "AT", actor: Any = SYSTEM
) -> None:
    """Create and publish the standard calendars and agreements that are not there yet.

    Safe to run again, also twice at once: what has the name already is left as it is. Raises FieldErrors for a
    region that is not known.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('sla.defaults'))")
    office = _calendar(
        OFFICE,
        {
            "tz": zone,
            "weekly": {day: [["08:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
        },
        region=region,
        actor=actor,
    )
    always = _calendar(ALWAYS, {"tz": zone, "always_open": True}, actor=actor)
    _agreement(
        URGENT,
        always,
        [1, 2],
        {
            "P1": {Metric.FIRST_RESPONSE: 15 * MINUTE, Metric.RESOLUTION: 4 * HOUR},
            "P2": {Metric.FIRST_RESPONSE: 30 * MINUTE, Metric.RESOLUTION: 8 * HOUR},
        },
        actor,
    )
    _agreement(
        NORMAL,
        office,
        [3, 4],
        {
            "P3": {Metric.FIRST_RESPONSE: 4 * HOUR, Metric.RESOLUTION: 3 * DAY},
            "P4": {Metric.FIRST_RESPONSE: 8 * HOUR, Metric.RESOLUTION: 5 * DAY},
        },
        actor,
    )


def _calendar(name: str, definition: dict[str, Any], *, actor: Any, region: str = "") -> Calendar:
    known = Calendar.objects.filter(name=name).first()
    if known is not None:
        return known
    calendar = create_calendar(name=name, definition=definition, actor=actor).calendar
    if region:
        year = clock.now().year
        load_public_holidays(calendar, region=region, years=range(year - 1, year + 4), actor=actor)
    publish_calendar(calendar, actor=actor)
    return calendar


def _agreement(
    name: str,
    calendar: Calendar,
    priorities: list[int],
    targets: dict[str, dict[Any, int]],
    actor: Any,
) -> None:
    if Agreement.objects.filter(name=name).exists():
        return
    plain = {
        priority: {str(metric.value): seconds for metric, seconds in row.items()}
        for priority, row in targets.items()
    }
    draft = create_agreement(
        name=name,
        kind=AgreementKind.SLA,
        actor=actor,
        terms={
            "calendar": calendar,
            "conditions": {"kinds": KINDS, "priorities": priorities},
            "targets": plain,
            "steps": STEPS,
        },
    )
    publish_agreement(draft.agreement, actor=actor)
