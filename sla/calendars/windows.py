"""Which hours a business calendar is open on one local date, before any time zone comes in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

DAY_S = 86_400
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Window = tuple[int, int]
"""From and to in seconds after local midnight; to before from runs on into the next date."""


@dataclass(frozen=True)
class LocalHours:
    """Weekly hours, holidays and overrides of a calendar, as its wall clock and wall calendar show them."""

    weekly: tuple[tuple[Window, ...], ...]
    holidays: frozenset[date] = frozenset()
    closed_parts: tuple[tuple[date, Window], ...] = ()
    overrides: tuple[tuple[date, tuple[Window, ...]], ...] = ()

    def open_on(self, day: date) -> tuple[Window, ...]:
        """Return the open spans of a local date, in order, disjoint, each within 0 and 86,400.

        The windows the date carries come together with the after-midnight part of those of the
        date before. An override settles its date: no holiday, whole or in part, touches it.
        """
        before = date.fromordinal(day.toordinal() - 1) if day > date.min else day
        if not self._special.isdisjoint((day, before)):
            return self._open_on_special(day, before)
        return self._ordinary[day.weekday()]

    @cached_property
    def last_special_year(self) -> int:
        """The last year in which a date differs from its weekday, or 0 when none does."""
        return max((day.year for day in self._special), default=0)

    @cached_property
    def _special(self) -> frozenset[date]:
        return frozenset(self._overrides) | self.holidays | frozenset(self._closed_parts)

    @cached_property
    def _overrides(self) -> dict[date, tuple[Window, ...]]:
        return dict(self.overrides)

    @cached_property
    def _closed_parts(self) -> Mapping[date, list[Window]]:
        parts: dict[date, list[Window]] = {}
        for day, window in self.closed_parts:
            parts.setdefault(day, []).append(window)
        return parts

    @cached_property
    def _ordinary(self) -> tuple[tuple[Window, ...], ...]:
        return tuple(
            union([*own_parts(self.weekly[n]), *tails(self.weekly[n - 1])]) for n in range(7)
        )

    def _open_on_special(self, day: date, before: date) -> tuple[Window, ...]:
        overridden = day in self._overrides
        if day in self.holidays and not overridden:
            return ()
        opens = union([*own_parts(self._carried(day)), *tails(self._carried(before))])
        if overridden or day not in self._closed_parts:
            return opens
        return subtract(opens, union(self._closed_parts[day]))

    def _carried(self, day: date) -> tuple[Window, ...]:
        if day in self._overrides:
            return self._overrides[day]
        return () if day in self.holidays else self.weekly[day.weekday()]


ALL_DAY: tuple[Window, ...] = ((0, DAY_S),)
ALL_WEEK: tuple[tuple[Window, ...], ...] = (ALL_DAY,) * 7


def own_parts(windows: Iterable[Window]) -> list[Window]:
    """Return the parts of windows that lie on the date that carries them."""
    return [(start, end if end >= start else DAY_S) for start, end in windows]


def tails(windows: Iterable[Window]) -> list[Window]:
    """Return the parts of overnight windows that lie on the date after the one that carries them."""
    return [(0, end) for start, end in windows if end < start]


def union(windows: Iterable[Window]) -> tuple[Window, ...]:
    """Return windows in order, the empty ones left out, those that meet or overlap made one."""
    merged: list[Window] = []
    for start, end in sorted(windows):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def subtract(opens: Iterable[Window], closed: Iterable[Window]) -> tuple[Window, ...]:
    """Return what of the open spans is left outside the closed ones; both as `union` returns them."""
    left = list(opens)
    for shut, reopen in closed:
        left = [
            piece
            for start, end in left
            for piece in ((start, min(end, shut)), (max(start, reopen), end))
            if piece[0] < piece[1]
        ]
    return tuple(left)
