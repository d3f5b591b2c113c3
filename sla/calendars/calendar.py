"""A business calendar: the hours in which service time counts, in the wall-clock time of one zone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache

from .errors import CalendarError
from .spans import SECOND, OpenTime, to_instant, to_us
from .windows import ALL_WEEK, LocalHours, Window

TEN_YEARS_S = 10 * 365 * 86_400

Pause = tuple[datetime, datetime | None]
"""From (included) and to (not included); to None lasts for ever."""


@dataclass(frozen=True)
class Calendar:
    """Weekly hours in one time zone, with holidays and overrides: equal content, equal calendar.

    Made by `read_calendar`, which checks the content. Costs nothing until it is first asked;
    equal calendars share what is compiled then.
    """

    zone: str
    hours: LocalHours

    def add(self, start: datetime, seconds: float, pauses: Iterable[Pause] = ()) -> datetime | None:
        """Return the earliest UTC instant by which `seconds` un-paused open seconds have passed.

        None when a pause without end begins before that. Raises CalendarError for a target of zero,
        below zero or over ten years, for an instant without a zone, and past the year 9998.
        """
        left, at = target_us(seconds), to_us(start, "start")
        for pause_from, pause_to in merge_pauses(pauses):
            if pause_to is not None and pause_to <= at:
                continue
            before = self.open_time.between(at, pause_from)
            if before >= left:
                break
            if pause_to is None:
                return None
            left, at = left - before, pause_to
        return to_instant(self.open_time.earliest(at, left))

    def elapsed(self, start: datetime, end: datetime, pauses: Iterable[Pause] = ()) -> int | float:
        """Return the open, un-paused seconds in [start, end): whole where they are whole."""
        return to_seconds(self.elapsed_us(to_us(start, "from"), to_us(end, "to"), pauses))

    def elapsed_us(self, start: int, end: int, pauses: Iterable[Pause] = ()) -> int:
        """Return the open, un-paused microseconds in [start, end), both in microseconds of UTC."""
        total = self.open_time.between(start, end)
        for pause_from, pause_to in merge_pauses(pauses):
            until = end if pause_to is None else min(end, pause_to)
            total -= self.open_time.between(max(start, pause_from), until)
        return total

    def is_open(self, at: datetime) -> bool:
        """Say whether service time counts at an instant."""
        return self.open_time.is_open(to_us(at, "at"))

    def next_change(self, at: datetime) -> datetime | None:
        """Return the next UTC instant after `at` that opens or closes, None if it stays as it is."""
        change = self.open_time.next_change(to_us(at, "at"))
        return None if change is None else to_instant(change)

    def open_on(self, day: date) -> tuple[Window, ...]:
        """Return the open spans of a local date in seconds after midnight, for showing a week."""
        return self.hours.open_on(day)

    @cached_property
    def open_time(self) -> OpenTime:
        """The compiled running sum of open time, shared by all calendars of equal content."""
        return _compiled(self)


@lru_cache(maxsize=512)
def _compiled(calendar: Calendar) -> OpenTime:
    return OpenTime(calendar.zone, calendar.hours)


AROUND_THE_CLOCK = Calendar("UTC", LocalHours(ALL_WEEK))
"""Every second of every day counts."""


def merge_pauses(pauses: Iterable[Pause]) -> list[tuple[int, int | None]]:
    """Return the union of pauses in microseconds of UTC, in order and disjoint; empty ones go."""
    spans = sorted(
        (
            (to_us(since, "pauses"), None if until is None else to_us(until, "pauses"))
            for since, until in pauses
        ),
        key=lambda span: span[0],
    )
    merged: list[tuple[int, int | None]] = []
    for since, until in spans:
        if until is not None and until <= since:
            continue
        if not merged:
            merged.append((since, until))
            continue
        last_since, last_until = merged[-1]
        if last_until is None:
            break
        if since > last_until:
            merged.append((since, until))
        else:
            merged[-1] = (last_since, None if until is None else max(last_until, until))
    return merged


def target_us(seconds: float, place: str = "target_s") -> int:
    """Return a target in microseconds. Raises CalendarError for zero, below zero, over ten years."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise CalendarError("a target is a number of seconds", place)
    if not 0 < seconds <= TEN_YEARS_S:
        raise CalendarError(
            f"a target is more than zero and at most ten years ({TEN_YEARS_S} seconds)",
            place,
        )
    us = round(seconds * SECOND)
    if us == 0:
        raise CalendarError("a target is at least one microsecond", place)
    return us


def to_seconds(us: int) -> int | float:
    """Return microseconds as seconds: an integer when whole, else a decimal fraction."""
    whole, rest = divmod(us, SECOND)
    return us / SECOND if rest else whole
