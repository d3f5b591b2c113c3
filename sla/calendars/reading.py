"""Reads a business calendar and instants as people and files write them, and says what is wrong where."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from .calendar import Calendar
from .errors import CalendarError
from .windows import (
    ALL_WEEK,
    DAY_S,
    WEEKDAYS,
    LocalHours,
    Window,
    own_parts,
    tails,
    union,
)

CALENDAR_FIELDS = {
    "tz",
    "weekly",
    "holidays",
    "overrides",
    "always_open",
    "holidays_apply",
}

OnUnknown = Callable[[str], None]
"""Called with the place of each field that has no meaning."""

_TIME = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)(.*)"
)
_OFFSET = re.compile(r"[+-][0-9]{2}:[0-9]{2}")


def refuse_unknown(place: str) -> None:
    """Refuse a field that has no meaning."""
    raise CalendarError("this field is not known", place)


def read_calendar(raw: Any, *, on_unknown: OnUnknown = refuse_unknown) -> Calendar:
    """Read a calendar from plain JSON values, as described in docs/sla.md.

    Raises CalendarError with the reason and the place, such as `weekly.mon[0]`.
    """
    fields = _mapping(raw, "calendar")
    report_unknown(fields, CALENDAR_FIELDS, "", on_unknown)
    zone = _zone(fields.get("tz"))
    always_open = _flag(fields, "always_open")
    holidays_apply = _flag(fields, "holidays_apply")
    weekly = _weekly(fields.get("weekly", {}))
    holidays, closed_parts = _holidays(fields.get("holidays", []), on_unknown)
    overrides = tuple(
        (read_date(key, f"overrides.{key}"), _windows(value, f"overrides.{key}"))
        for key, value in _mapping(fields.get("overrides", {}), "overrides").items()
    )
    if always_open:
        weekly = ALL_WEEK
        if not holidays_apply:
            holidays, closed_parts = [], []
    elif not any(union([*own_parts(day), *tails(day)]) for day in weekly):
        raise CalendarError("the week has no open second; add a window or always_open", "weekly")
    return Calendar(
        zone,
        LocalHours(
            weekly,
            frozenset(holidays),
            tuple(sorted(set(closed_parts))),
            tuple(sorted(overrides)),
        ),
    )


def read_instant(raw: Any, place: str) -> datetime:
    """Read an RFC 3339 instant, with `Z` or an offset, as an instant in UTC. Raises CalendarError."""
    if not isinstance(raw, str):
        raise CalendarError("an instant is a text such as 2026-01-31T09:00:00Z", place)
    match = _INSTANT.fullmatch(raw)
    if match is None:
        raise CalendarError(f"{raw!r} is not an instant such as 2026-01-31T09:00:00Z", place)
    day, time, offset = match.groups()
    if not offset:
        raise CalendarError(f"{raw!r} has no time zone; end it with Z or +01:00", place)
    if offset not in ("Z", "z") and not _OFFSET.fullmatch(offset):
        raise CalendarError(f"{raw!r} has a time zone that is neither Z nor like +01:00", place)
    read_date(day, place)
    try:
        return datetime.fromisoformat(f"{day}T{time}{offset.upper()}").astimezone(UTC)
    except (ValueError, OverflowError):
        raise CalendarError(f"{raw!r} is not a time that exists", place) from None


def read_date(raw: Any, place: str) -> date:
    """Read a date written as 2026-12-25. Raises CalendarError for one that does not exist."""
    if not isinstance(raw, str) or not _DATE.fullmatch(raw):
        raise CalendarError(f"{raw!r} is not a date such as 2026-12-25", place)
    try:
        return date.fromisoformat(raw)
    except ValueError:
        raise CalendarError(f"{raw} is a date that does not exist", place) from None


def read_time(raw: Any, place: str) -> int:
    """Read a time of day written as 09:00, 09:00:30 or 24:00, as seconds after midnight."""
    match = _TIME.fullmatch(raw) if isinstance(raw, str) else None
    if match is None:
        raise CalendarError(f"{raw!r} is not a time such as 09:00 or 09:00:30", place)
    hour, minute, second = (int(part or 0) for part in match.groups())
    seconds = hour * 3600 + minute * 60 + second
    if minute > 59 or second > 59 or seconds > DAY_S:
        raise CalendarError(f"{raw!r} is not a time between 00:00 and 24:00", place)
    return seconds


def report_unknown(
    fields: dict[str, Any], known: Iterable[str], prefix: str, on_unknown: OnUnknown
) -> None:
    """Report each field that is not among the known ones."""
    for name in fields:
        if name not in known:
            on_unknown(prefix + name)


def _zone(raw: Any) -> str:
    if raw is None:
        raise CalendarError("a calendar needs a time zone such as Europe/Paris", "tz")
    if not isinstance(raw, str) or raw not in known_zones():
        raise CalendarError(f"{raw!r} is not a known time zone", "tz")
    return raw


@cache
def known_zones() -> frozenset[str]:
    """Return the names of the time zones there are."""
    # `localtime` is whatever the machine is set to: the same file would mean another thing elsewhere.
    return frozenset(available_timezones()) - {"localtime"}


def _flag(fields: dict[str, Any], name: str) -> bool:
    value = fields.get(name, False)
    if not isinstance(value, bool):
        raise CalendarError(f"{value!r} is neither true nor false", name)
    return value


def _mapping(raw: Any, place: str) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise CalendarError("an object with named fields is needed here", place)
    return raw


def _list(raw: Any, place: str) -> list[Any]:
    if not isinstance(raw, list | tuple):
        raise CalendarError("a list is needed here", place)
    return list(raw)


def _weekly(raw: Any) -> tuple[tuple[Window, ...], ...]:
    by_day = _mapping(raw, "weekly")
    for name in by_day:
        if name not in WEEKDAYS:
            raise CalendarError(
                f"{name!r} is not a weekday; use {', '.join(WEEKDAYS)}",
                f"weekly.{name}",
            )
    return tuple(_windows(by_day.get(name, []), f"weekly.{name}") for name in WEEKDAYS)


def _windows(raw: Any, place: str) -> tuple[Window, ...]:
    windows = (_window(window, f"{place}[{n}]") for n, window in enumerate(_list(raw, place)))
    return tuple(sorted(set(windows)))


def _window(raw: Any, place: str) -> Window:
    edges = _list(raw, place)
    if len(edges) != 2:
        raise CalendarError("a window is two times: from and to", place)
    return read_time(edges[0], place), read_time(edges[1], place)


def _holidays(raw: Any, on_unknown: OnUnknown) -> tuple[list[date], list[tuple[date, Window]]]:
    whole: list[date] = []
    parts: list[tuple[date, Window]] = []
    for n, entry in enumerate(_list(raw, "holidays")):
        place = f"holidays[{n}]"
        if not isinstance(entry, dict):
            whole.append(read_date(entry, place))
            continue
        report_unknown(entry, ("date", "from", "to", "name"), f"{place}.", on_unknown)
        day = read_date(entry.get("date"), place)
        if "from" in entry or "to" in entry:
            parts.append((day, _closed_part(entry, place)))
        else:
            whole.append(day)
    return whole, parts


def _closed_part(entry: dict[str, Any], place: str) -> Window:
    window = _window([entry.get("from"), entry.get("to")], place)
    if window[1] < window[0]:
        raise CalendarError("a part of a holiday ends on its own date; use 24:00", place)
    return window
