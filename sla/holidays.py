"""Public holidays from the list of a country, and days off from a calendar file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import holidays
from dateutil.rrule import rrulestr
from django.utils.translation import gettext_lazy as _
from icalendar import Calendar as FeedCalendar

from itsm.core import clock
from itsm.core.errors import FieldErrors

#: A feed with more days than this is not one of holidays.
MAX_DAYS = 2_000
#: One entry spans at most this many days.
MAX_SPAN = 60
#: A day that comes back for ever is taken over for this many years from now.
YEARS_AHEAD = 5
#: The countries whose parts are offered, and understood, by their names.
NAMED = {"AT": _("Austria"), "CH": _("Switzerland"), "DE": _("Germany")}


@dataclass(frozen=True, slots=True)
class Found:
    """A day off that a list or a file names; `starts` and `ends` (09:00) for a part of it."""

    date: date
    name: str = ""
    starts: str = ""
    ends: str = ""
    uid: str = ""


def regions() -> list[tuple[str, str]]:
    """Return what is offered where a region is asked for: codes, each with its name."""
    found = [(country, str(name)) for country, name in NAMED.items()]
    for country in NAMED:
        named: dict[str, str] = {}
        for name, part in holidays.country_holidays(country).subdivisions_aliases.items():
            named.setdefault(part, name)
        found += [(f"{country}-{part}", name) for part, name in named.items()]
    return found


def region_code(said: str) -> str:
    """Return the code of a region that was given by code (DE-HH) or by name (Hamburg)."""
    words = said.strip()
    if re.fullmatch(r"[A-Za-z]{2}(-\w+)?", words):
        return words.upper()
    sought = words.casefold()
    return next((code for code, name in regions() if name.casefold() == sought), words.upper())


def public_holidays(region: str, years: Iterable[int]) -> list[Found]:
    """Return the public holidays of a country (AT) or a part of one (DE-BY), in order.

    Raises FieldErrors for a region that is not known.
    """
    country, _dash, part = region_code(region).partition("-")
    try:
        days = holidays.country_holidays(country, subdiv=part or None, years=sorted(set(years)))
    except NotImplementedError:
        message = _("There are no public holidays for “%s”. Write DE, DE-BY or Bayern.") % region
        raise FieldErrors({"region": [("unknown", message)]}) from None
    return [Found(day, str(name)) for day, name in sorted(days.items())]


def read_feed(text: bytes, *, zone: str) -> list[Found]:
    """Return the days an iCalendar file names, whole days or parts in the calendar's own zone.

    An entry that repeats is written out from this year on, for some years. Entries that are
    cancelled are left out. Raises FieldErrors when it is no such file.
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
        start = _local(start, zone)
        ends = _local(entry.decoded("DTEND"), zone) if "DTEND" in entry else start
        for day in _dates(entry, start.date()):
            begins = datetime.combine(day, start.timetz())
            yield from _parts(begins, begins + (ends - start), name, uid)
        return
    until = entry.decoded("DTEND") if "DTEND" in entry else start + timedelta(days=1)
    for day in _dates(entry, start):
        for n in range(min(max((until - start).days, 1), MAX_SPAN)):
            yield Found(day + timedelta(days=n), name, uid=uid)


def _dates(entry: Any, first: date) -> Iterator[date]:
    """The dates on which an entry begins: one, or those of its rule less its exceptions."""
    if "RRULE" not in entry:
        yield first
        return
    rules = entry["RRULE"] if isinstance(entry["RRULE"], list) else [entry["RRULE"]]
    left_out = _exceptions(entry)
    this_year = clock.now().year
    for rule in rules:
        # The rule counts local dates here; an end given as an instant in UTC is read as its date.
        plain = re.sub(r"(UNTIL=\d{8})T\d{6}Z?", r"\1", rule.to_ical().decode())
        repeats = rrulestr(plain, dtstart=datetime.combine(first, time.min))
        for moment in repeats:
            if moment.year > this_year + YEARS_AHEAD:
                break
            if moment.year >= this_year and moment.date() not in left_out:
                yield moment.date()


def _exceptions(entry: Any) -> set[date]:
    found = entry.get("EXDATE", [])
    lists = found if isinstance(found, list) else [found]
    moments = [day.dt for one in lists for day in one.dts]
    return {moment.date() if isinstance(moment, datetime) else moment for moment in moments}


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
