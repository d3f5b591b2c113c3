"""The hours in which people are left alone; what was due then reaches them afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sla.calendars import Calendar as BusinessTime
from sla.calendars import read_calendar

#: The actions of an escalation that reach people; the others wait for nobody.
DISTURBS = frozenset({"notify"})


def after_quiet_hours(quiet: Mapping[str, Any], now: datetime) -> datetime:
    """Return the first instant from `now` on at which people may be disturbed."""
    if not quiet:
        return now
    awake = waking_hours(quiet)
    if awake.is_open(now):
        return now
    return awake.next_change(now) or now


def waking_hours(quiet: Mapping[str, Any]) -> BusinessTime:
    """Turn `{"tz", "from", "to", "days"}` into the hours outside it.

    `days` are whole days of rest. Raises CalendarError for what is no time, zone or weekday.
    """
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    rest = quiet.get("days", ())
    window = [quiet.get("to"), quiet.get("from")]
    return read_calendar(
        {
            "tz": quiet.get("tz"),
            "weekly": {day: [window] for day in days if day not in rest},
        }
    )
