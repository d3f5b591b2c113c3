"""The plan as a drawing: what is needed when, what is promised when, and where today is.

Every mark of the drawing is a row of the table beside it; the drawing adds only a picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import formats

from itsm.core import clock
from valuechain.obtain_build.availability import Availability, availability_of
from valuechain.obtain_build.models import Component, Milestone

ROW = 28
TOP = 26
WIDTH = 900
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
class Plan:
    """The whole drawing."""

    milestones: list[Bar]
    components: list[Bar]
    ticks: list[Tick]
    today_x: int
    height: int
    width: int = WIDTH

    @property
    def bars(self) -> list[Bar]:
        return [*self.milestones, *self.components]


def plan_of(
    milestones: Sequence[Milestone], components: Sequence[Component], *, zoom: str = "months"
) -> Plan:
    """Lay out milestones and components; `zoom` is weeks or months."""
    today = clock.now().date()
    scale = _Scale.over([*_dates(milestones, components), today])
    drawn: list[Bar] = []
    for milestone in milestones:
        drawn.append(_milestone_bar(milestone, scale, len(drawn), today))
    count = len(drawn)
    for component in components:
        drawn.append(_component_bar(component, scale, len(drawn), today))
    return Plan(
        milestones=drawn[:count],
        components=drawn[count:],
        ticks=scale.ticks(zoom),
        today_x=scale.at(today),
        height=TOP + ROW * len(drawn) + 8,
    )


def _dates(milestones: Sequence[Milestone], components: Sequence[Component]) -> list[date]:
    found = [day for m in milestones for day in (m.baseline, m.forecast) if day]
    return found + [day for c in components for day in (c.needed_at, c.promised_at) if day]


@dataclass(frozen=True)
class _Scale:
    start: date
    days: int

    @classmethod
    def over(cls, days: Sequence[date]) -> _Scale:
        start = min(days) - timedelta(days=7)
        end = max(max(days) + timedelta(days=14), start + LEAST)
        return cls(start, (end - start).days)

    def at(self, day: date) -> int:
        return round((day - self.start).days * WIDTH / self.days)

    def ticks(self, zoom: str) -> list[Tick]:
        """The first of each month, or each Monday; thinned out where the words would meet."""
        days = [self.start + timedelta(days=n) for n in range(self.days + 1)]
        if zoom == "weeks":
            firsts = [day for day in days if day.weekday() == 0]
            words = "j M"
        else:
            firsts = [day for day in days if day.day == 1]
            words = "M Y"
        step = max(1, -(-len(firsts) * 60 // WIDTH))
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
