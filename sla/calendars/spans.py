"""Open time of a calendar as spans of absolute time, compiled a year at a time and then only looked up.

Everything is a whole number of microseconds since 1970-01-01 00:00 UTC, so nothing drifts.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

from .errors import CalendarError
from .windows import DAY_S, LocalHours

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND = 1_000_000
FIRST_YEAR, LAST_YEAR = 2, 9998
"""One year inside what Python can hold, so that no zone's offset leads out of it."""

STEADY_FROM = 2100
"""From here on every zone follows one yearly rule: the time zone data lists no date past 2087."""

_EPOCH_DAY = date(1970, 1, 1).toordinal()


def to_us(instant: datetime, place: str = "instant") -> int:
    """Return an aware instant as microseconds since 1970 UTC. Raises CalendarError for the rest."""
    if instant.tzinfo is None:
        raise CalendarError("an instant needs a time zone", place)
    us = (instant - EPOCH) // MICROSECOND
    if not year_start(FIRST_YEAR) <= us < year_start(LAST_YEAR + 1):
        raise CalendarError(
            f"an instant lies between the years {FIRST_YEAR} and {LAST_YEAR}", place
        )
    return us


def to_instant(us: int) -> datetime:
    """Return microseconds since 1970 UTC as an instant in UTC."""
    return EPOCH + us * MICROSECOND


@lru_cache(maxsize=1024)
def year_start(year: int) -> int:
    """Return the first microsecond of a UTC year."""
    return (date(year, 1, 1).toordinal() - _EPOCH_DAY) * DAY_S * SECOND


@dataclass(frozen=True)
class YearOfSpans:
    """The open spans of one UTC year, counted from its first microsecond, with their running sum."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    before: tuple[int, ...]
    total: int

    def open_until(self, offset: int) -> int:
        """Return the open microseconds in the first `offset` microseconds of the year."""
        n = bisect_right(self.starts, offset) - 1
        return self.before[n] + min(offset, self.ends[n]) - self.starts[n] if n >= 0 else 0

    def first_with(self, used: int) -> int:
        """Return the earliest offset by which `used` (1 to `total`) microseconds were open."""
        n = bisect_left(self.before, used) - 1
        return self.starts[n] + used - self.before[n]


class OpenTime:
    """The running sum of a calendar's open time, compiled for the years that were asked about.

    Safe to share between threads: the compiled years are replaced as a whole, so that two threads
    at once at worst compile the same year twice.
    """

    def __init__(self, zone: str, hours: LocalHours) -> None:
        self._zone = zone
        self._hours = hours
        self._alike_from = max(STEADY_FROM, hours.last_special_year + 2)
        self._shapes: dict[int | tuple[int, bool], YearOfSpans] = {}
        self._compiled: tuple[int, tuple[int, ...]] = (2000, (0,))

    def between(self, start: int, end: int) -> int:
        """Return the open microseconds in [start, end), 0 when the end is not after the start."""
        return self._sum_until(end) - self._sum_until(start) if end > start else 0

    def earliest(self, start: int, used: int) -> int:
        """Return the earliest instant by which `used` open microseconds passed since `start`.

        Raises CalendarError when that lies past the year 9998.
        """
        goal = self._sum_until(start) + used
        first, sums = self._cover(year_of(start))
        while sums[-1] < goal:
            last = first + len(sums) - 2
            if last >= LAST_YEAR:
                raise CalendarError(f"the deadline would lie past the year {LAST_YEAR}", "target")
            # Half as much again each time: many years with little open time stay cheap to reach.
            first, sums = self._cover(min(LAST_YEAR, last + max(1, (last - year_of(start)) // 2)))
        n = bisect_left(sums, goal) - 1
        year = first + n
        return year_start(year) + self._year(year).first_with(goal - sums[n])

    def is_open(self, at: int) -> bool:
        """Say whether an instant is open."""
        return self._span_end(at) is not None

    def next_change(self, at: int) -> int | None:
        """Return the next instant after `at` at which open turns to closed or back, None if never."""
        year = year_of(at)
        horizon = min(LAST_YEAR, max(year, self._hours.last_special_year) + 2)
        end = self._span_end(at)
        if end is None:
            return self._next_start(at, horizon)
        # A span that ends with its year may go on in the next one.
        while year < horizon and end == year_start(year + 1):
            year += 1
            end = self._span_end(end) or end
            if end == year_start(year):
                return end
        return None if end == year_start(year + 1) else end

    def _span_end(self, at: int) -> int | None:
        year = year_of(at)
        spans, offset = self._year(year), at - year_start(year)
        n = bisect_right(spans.starts, offset) - 1
        return year_start(year) + spans.ends[n] if n >= 0 and offset < spans.ends[n] else None

    def _next_start(self, at: int, horizon: int) -> int | None:
        for year in range(year_of(at), horizon + 1):
            spans, offset = self._year(year), at - year_start(year)
            n = bisect_right(spans.starts, offset)
            if n < len(spans.starts):
                return year_start(year) + spans.starts[n]
        return None

    def _sum_until(self, at: int) -> int:
        year = year_of(at)
        first, sums = self._cover(year)
        return sums[year - first] + self._year(year).open_until(at - year_start(year))

    def _cover(self, year: int) -> tuple[int, tuple[int, ...]]:
        """Return the first compiled year and the sums at its start and at the end of each year on.

        The sums count from the start of 2000; before it they are negative. `year` is among them.
        """
        first, sums = self._compiled
        last = first + len(sums) - 2
        if first <= year <= last:
            return first, sums
        if year > last:
            more = (self._year(y).total for y in range(last + 1, year + 1))
            sums = (*sums[:-1], *accumulate(more, initial=sums[-1]))
        else:
            less = (-self._year(y).total for y in range(first - 1, year - 1, -1))
            sums = (*reversed(list(accumulate(less, initial=sums[0]))), *sums[1:])
            first = year
        self._compiled = first, sums
        return first, sums

    def _year(self, year: int) -> YearOfSpans:
        key = year if year < self._alike_from else _kind_of_year(year)
        found = self._shapes.get(key)
        if found is None:
            found = self._shapes[key] = compile_year(self._zone, self._hours, year)
        return found


def year_of(us: int) -> int:
    """Return the UTC year of an instant."""
    return to_instant(us).year


def _kind_of_year(year: int) -> tuple[int, bool]:
    first = date(year, 1, 1)
    return first.weekday(), date(year, 12, 31).timetuple().tm_yday == 366


def compile_year(zone: str, hours: LocalHours, year: int) -> YearOfSpans:
    """Lay the local hours of a calendar over one UTC year.

    Within a stretch of constant offset local time is UTC moved by a constant, so the local hours
    are moved back by it and cut to the stretch. Skipped local times fall between two stretches
    and never count; repeated ones lie in both and count twice.
    """
    begin = year_start(year) // SECOND
    starts: list[int] = []
    ends: list[int] = []
    for since, until, offset in offsets(zone, year):
        first_day = (since + offset) // DAY_S
        last_day = (until + offset - 1) // DAY_S
        for day in range(first_day, last_day + 1):
            midnight = day * DAY_S - offset
            for opens, closes in hours.open_on(date.fromordinal(day + _EPOCH_DAY)):
                start = (max(midnight + opens, since) - begin) * SECOND
                end = (min(midnight + closes, until) - begin) * SECOND
                if start >= end:
                    continue
                if ends and ends[-1] == start:
                    ends[-1] = end
                else:
                    starts.append(start)
                    ends.append(end)
    sums = tuple(accumulate((e - s for s, e in zip(starts, ends, strict=True)), initial=0))
    return YearOfSpans(tuple(starts), tuple(ends), sums[:-1], sums[-1])


@lru_cache(maxsize=4096)
def offsets(zone: str, year: int) -> tuple[tuple[int, int, int], ...]:
    """Return the stretches (since, until, offset from UTC) of a zone in one UTC year, in seconds.

    A look a day finds every change: the time zone data holds no two changes closer than three days.
    """
    tz = ZoneInfo(zone)
    begin, finish = year_start(year) // SECOND, year_start(year + 1) // SECOND
    stretches: list[tuple[int, int, int]] = []
    since, offset = begin, _offset_at(tz, begin)
    for look in range(begin + DAY_S, finish + 1, DAY_S):
        after = _offset_at(tz, look)
        if after == offset:
            continue
        low, high = look - DAY_S, look
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if _offset_at(tz, middle) == offset else (low, middle)
        stretches.append((since, high, offset))
        since, offset = high, after
    if since < finish:
        stretches.append((since, finish, offset))
    return tuple(stretches)


def _offset_at(tz: ZoneInfo, second: int) -> int:
    shift = (EPOCH + timedelta(seconds=second)).astimezone(tz).utcoffset()
    return 0 if shift is None else shift // timedelta(seconds=1)
