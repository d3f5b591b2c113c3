"""Public holidays from the list of a country, and days off from a calendar file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import holidays
from django.utils.translation import gettext_lazy as _
from icalendar import Calendar as FeedCalendar

from itsm.core.errors import FieldErrors

#: A feed with more days than this is not one of holidays.
MAX_DAYS = 2_000
#: One entry spans at most this many days.
MAX_SPAN = 60


@dataclass(frozen=True, slots=True)
class Found:
    """A day off that a list or a file names; `starts` and `ends` (09:00) for a part of it."""

    date: date
    name: str = ""
    starts: str = ""
    ends: str = ""
    uid: str = ""


def public_holidays(region: str, years: Iterable[int]) -> list[Found]:
    """Return the public holidays of a country (AT) or a part of one (DE-BY), in order.

    Raises FieldErrors for a region that is not known.
    """
    country, _dash, part = region.strip().upper().partition("-")
    try:
        days = holidays.country_holidays(country, subdiv=part or None, years=sorted(set(years)))
    except NotImplementedError:
        message = _("There are no public holidays for “%s”. Write AT, or DE-BY.") % region
        raise FieldErrors({"region": [("unknown", message)]}) from None
    return [Found(day, str(name)) for day, name in sorted(days.items())]


def read_feed(text: bytes, *, zone: str) -> list[Found]:
    """Return the days an iCalendar file names, whole days or parts in the calendar's own zone.

    Entries that are cancelled are left out. Raises FieldErrors when it is no such file.
    """
    try:
        entries = FeedCalendar.from_ical(text).walk("VEVENT")
        found = [day for entry in entries for day in _days(entry, ZoneInfo(zone))]
    except (ValueError, KeyError, IndexError, AttributeError, TypeError) as problem:
        message = _("This cannot be read as an iCalendar file: %s.") % str(problem)[:200]
        raise FieldErrors({"file": [("not_understood", message)]}) from None
    if not found:
        raise FieldErrors({"file": [("empty", _("There is no day in this file."))]})
    if len(found) > MAX_DAYS:
        raise FieldErrors({"file": [("too_many", _("At most %d days fit.") % MAX_DAYS)]})
    return sorted(found, key=lambda day: (day.date, day.starts))


def _days(entry: Any, zone: ZoneInfo) -> Iterable[Found]:
    if str(entry.get("STATUS", "")).upper() == "CANCELLED":
        return
    name, uid = str(entry.get("SUMMARY", "")), str(entry.get("UID", ""))
    start = entry.decoded("DTSTART")
    if isinstance(start, datetime):
        ends = entry.decoded("DTEND") if "DTEND" in entry else start
        yield from _parts(_local(start, zone), _local(ends, zone), name, uid)
        return
    until = entry.decoded("DTEND") if "DTEND" in entry else start + timedelta(days=1)
    for n in range(min(max((until - start).days, 1), MAX_SPAN)):
        yield Found(start + timedelta(days=n), name, uid=uid)


def _parts(start: datetime, end: datetime, name: str, uid: str) -> Iterable[Found]:
    """Cut a span of time into the days it touches."""
    day = start.date()
    for _n in range(MAX_SPAN):
        opens = start.time() if day == start.date() else time.min
        closes = "24:00" if day < end.date() else f"{end.time():%H:%M:%S}"
        if day > end.date() or (closes != "24:00" and f"{opens:%H:%M:%S}" >= closes):
            return
        yield Found(day, name, f"{opens:%H:%M:%S}", closes, uid)
        day += timedelta(days=1)


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone) if moment.tzinfo else moment
