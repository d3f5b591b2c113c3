"""Where the lines of the dashboard run: numbers in, points of a drawing out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sla.dashboard import TARGET, Compliance

WIDTH, HEIGHT, TOP = 600, 140, 10
#: So many percent are left free below the lowest point.
FREE = 16
SPARK_WIDTH, SPARK_HEIGHT, SPARK_EDGE = 90, 18, 3


def line_of(weeks: list[Compliance]) -> dict[str, Any]:
    """Return the weekly line as points of a drawing 600 by 160, with its target, floor and last point."""
    known = [week.percent for week in weeks if week.percent is not None]
    lowest = min([*known, TARGET - 5])
    # The last number stands beside its point, and not on the words of the floor.
    floor = max(0, int((lowest - FREE) // 10 * 10))
    step = WIDTH / max(1, len(weeks) - 1)
    points = [
        (round(n * step), _height(week.percent, floor), week)
        for n, week in enumerate(weeks)
        if week.percent is not None
    ]
    return {
        "points": " ".join(f"{x},{y}" for x, y, _week in points),
        "last": _last(points),
        "target_y": _height(TARGET, floor),
        "floor": floor,
        "floor_y": TOP + HEIGHT,
    }


def _last(points: list[tuple[int, int, Compliance]]) -> dict[str, Any] | None:
    """Return the last point, and where its number stands: on the side the line does not come from."""
    if not points:
        return None
    x, y, week = points[-1]
    comes_from_above = len(points) > 1 and points[-2][1] < y
    return {"x": x, "y": y, "value": week.percent, "aside": 20 if comes_from_above else -9}


def _height(percent: float, floor: int) -> int:
    return round(TOP + (100 - percent) / (100 - floor) * HEIGHT)


def spark_of(shares: Sequence[float | None]) -> dict[str, Any] | None:
    """Return a small line of percents from 0 to 100, None when only one is known."""
    step = SPARK_WIDTH / max(1, len(shares) - 1)
    points = [
        (round(n * step), round(SPARK_EDGE + (100 - share) / 100 * SPARK_HEIGHT))
        for n, share in enumerate(shares)
        if share is not None
    ]
    if len(points) < 2:
        return None
    return {
        "points": " ".join(f"{x},{y}" for x, y in points),
        "last_x": points[-1][0],
        "last_y": points[-1][1],
    }
