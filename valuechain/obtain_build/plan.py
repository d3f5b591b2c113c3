"""The plan as a drawing: what is needed when, what is promised when, and where today is.

Every mark of the drawing is a row of the table beside it; the drawing adds only a picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.utils import formats
from django.utils.text import Truncator

from itsm.core import clock
from valuechain.obtain_build.availability import Availability, availability_of
from valuechain.obtain_build.models import Component, Milestone

ROW = 28
TOP = 26
#: The least room the drawing takes beside the names of its rows, and the room of one day at each scale.
WIDTH = 720
DAY = {"weeks": 22, "months": 6}
#: At least this much time is shown, so that one date alone does not fill the drawing.
LEAST = timedelta(days=42)


@dataclass(frozen=True)
class Tick:
    """A vertical line of the grid, with its words."""

    x: int
    label: str


@dataclass(frozen=True)
class Bar:
    """One row: where its marks are, and the words beside them."""

    record: Any
    y: int
    needed: date
    needed_x: int
    expected: date | None
    expected_x: int | None
    is_late: bool
    availability: Availability | None
    #: What it waits for, of the rows drawn.
    waits_for: tuple[Any, ...] = ()

    @property
    def name(self) -> str:
        """What stands before its row, as far as there is room."""
        return Truncator(self.record.title).chars(28)

    @property
    def starts_x(self) -> int:
        """Where the line of something it waits for ends."""
        return self.from_x

    @property
    def ready_x(self) -> int:
        """When others may begin: the day it is there."""
        return self.needed_x if self.expected_x is None else self.expected_x

    @property
    def from_x(self) -> int:
        return min(self.needed_x, self.needed_x if self.expected_x is None else self.expected_x)

    @property
    def width(self) -> int:
        return 0 if self.expected_x is None else abs(self.expected_x - self.needed_x)

    @property
    def middle(self) -> int:
        return self.y + ROW // 2

    @property
    def diamond(self) -> str:
        """The points of the diamond at the date it is needed."""
        x, y = self.needed_x, self.middle
        return f"{x},{y - 7} {x + 7},{y} {x},{y + 7} {x - 7},{y}"


@dataclass(frozen=True)
class Tie:
    """A line from what has to be there first to what waits for it."""

    first: Bar
    then: Bar

    @property
    def is_too_late(self) -> bool:
        """Whether what has to be there first comes after what waits for it is needed."""
        return (self.first.expected or self.first.needed) > self.then.needed

    @property
    def path(self) -> str:
        """Out of the first to the right, along the rows, into what waits from the left."""
        x, y = self.first.ready_x + 7, self.first.middle
        to_x, to_y = self.then.starts_x - 8, self.then.middle
        turn = max(x + 6, min(to_x - 6, x + 14))
        if turn <= to_x - 4:
            return f"M{x},{y} H{turn} V{to_y} H{to_x}"
        half = y + (ROW // 2 if to_y > y else -(ROW // 2))
        return f"M{x},{y} H{turn} V{half} H{to_x - 8} V{to_y} H{to_x}"

    @property
    def tip(self) -> str:
        """The points of the arrow at its end."""
        x, y = self.then.starts_x - 8, self.then.middle
        return f"{x},{y} {x - 6},{y - 4} {x - 6},{y + 4}"


@dataclass(frozen=True)
class Plan:
    """The whole drawing."""

    milestones: list[Bar]
    components: list[Bar]
    ticks: list[Tick]
    today_x: int
    height: int
    day: int
    ties: list[Tie]
    width: int = WIDTH

    @property
    def bars(self) -> list[Bar]:
        return [*self.milestones, *self.components]


def plan_of(
    milestones: Sequence[Milestone],
    components: Sequence[Component],
    *,
    blocks: Iterable[tuple[int, int]] = (),
    zoom: str = "months",
) -> Plan:
    """Lay out milestones and components; `zoom` is weeks or months.

    `blocks` are pairs of ids: what has to be there first, and what waits for it.
    """
    today = clock.now().date()
    scale = _Scale.over([*_dates(milestones, components), today], zoom)
    drawn: list[Bar] = []
    for milestone in milestones:
        drawn.append(_milestone_bar(milestone, scale, len(drawn), today))
    count = len(drawn)
    for component in components:
        drawn.append(_component_bar(component, scale, len(drawn), today))
    drawn, ties = _tied(drawn, blocks)
    return Plan(
        milestones=drawn[:count],
        components=drawn[count:],
        ticks=scale.ticks(zoom),
        today_x=scale.at(today),
        height=TOP + ROW * len(drawn) + 8,
        day=max(1, round(scale.width / scale.days)),
        ties=ties,
        width=scale.width,
    )


def _tied(drawn: list[Bar], blocks: Iterable[tuple[int, int]]) -> tuple[list[Bar], list[Tie]]:
    """Tie the rows that wait for others; what is not drawn ties nothing."""
    place = {bar.record.pk: n for n, bar in enumerate(drawn)}
    pairs = [(place[a], place[b]) for a, b in blocks if a in place and b in place]
    waits: dict[int, list[Any]] = {}
    for first, then in pairs:
        waits.setdefault(then, []).append(drawn[first].record)
    told = [replace(bar, waits_for=tuple(waits.get(n, ()))) for n, bar in enumerate(drawn)]
    return told, [Tie(told[first], told[then]) for first, then in pairs]


def _dates(milestones: Sequence[Milestone], components: Sequence[Component]) -> list[date]:
    found = [day for m in milestones for day in (m.baseline, m.forecast) if day]
    return found + [day for c in components for day in (c.needed_at, c.promised_at) if day]


@dataclass(frozen=True)
class _Scale:
    start: date
    days: int
    width: int

    @classmethod
    def over(cls, days: Sequence[date], zoom: str) -> _Scale:
        start = min(days) - timedelta(days=7)
        end = max(max(days) + timedelta(days=14), start + LEAST)
        length = (end - start).days
        return cls(start, length, max(WIDTH, length * DAY[zoom]))

    def at(self, day: date) -> int:
        return round((day - self.start).days * self.width / self.days)

    def ticks(self, zoom: str) -> list[Tick]:
        """The first of each month, or each Monday; thinned out where the words would meet."""
        days = [self.start + timedelta(days=n) for n in range(self.days + 1)]
        if zoom == "weeks":
            firsts = [day for day in days if day.weekday() == 0]
            words = "j M"
        else:
            firsts = [day for day in days if day.day == 1]
            words = "M Y"
        step = max(1, -(-len(firsts) * 60 // self.width))
        return [Tick(self.at(day), formats.date_format(day, words)) for day in firsts[::step]]


def _milestone_bar(milestone: Milestone, scale: _Scale, place: int, today: date) -> Bar:
    expected = milestone.forecast
    return Bar(
        record=milestone,
        y=TOP + ROW * place,
        needed=milestone.baseline,
        needed_x=scale.at(milestone.baseline),
        expected=expected,
        expected_x=scale.at(expected) if expected else None,
        is_late=(expected or today) > milestone.baseline,
        availability=None,
    )


def _component_bar(component: Component, scale: _Scale, place: int, today: date) -> Bar:
    stands = availability_of(component, today=today)
    needed, expected = component.needed_at or today, component.promised_at
    return Bar(
        record=component,
        y=TOP + ROW * place,
        needed=needed,
        needed_x=scale.at(needed),
        expected=expected,
        expected_x=scale.at(expected) if expected else None,
        is_late=stands.word == "late",
        availability=stands,
    )
