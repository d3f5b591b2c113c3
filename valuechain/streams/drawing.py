"""Where things lie on a stream's map: stations on a line, bars of time under them, loops for returns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from itsm.core.templatetags.ui import ACTIVITIES, ACTIVITY_OF
from valuechain.streams.flow import Figures, Flow
from valuechain.streams.models import Step, Visit

GAP = 168
LEFT = 84
BAR = 120
HEIGHT = 278
#: Fewer finished records say nothing about how long a step takes.
ENOUGH = 5


@dataclass(frozen=True, slots=True)
class Station:
    """One step of the map, with its place and what is written there."""

    step: Step
    figures: Figures
    x: int
    activity: str
    letter: str
    words: tuple[str, ...]
    work: int = 0
    idle: int = 0
    returned: int | None = None
    share: int | None = None
    stops: str = ""
    #: The same bar in the period before, to be seen behind it.
    ghost_work: int = 0
    ghost_idle: int = 0

    @property
    def loop(self) -> str:
        """The arc of what came back, under the station."""
        x = self.x
        return f"M{x + 9} 92C{x + 40} 128 {x - 40} 128 {x - 11} 95"

    @property
    def stops_x(self) -> int:
        """Where the visits of one record are written: beside the station, left of any flag."""
        return self.x - 17

    @property
    def bar_start(self) -> int:
        return self.x - BAR // 2

    @property
    def idle_start(self) -> int:
        return self.bar_start + self.work


def stations(
    steps: Sequence[Step],
    flow: Flow,
    *,
    own: Iterable[Visit] = (),
    before: Flow | None = None,
) -> tuple[list[Station], int]:
    """Return the stations from left to right, and the width of the drawing."""
    stops: dict[int, list[str]] = {}
    for visit in own:
        stops.setdefault(visit.step_id, []).append(str(visit.sequence))
    measured = [*flow.groups, *(before.groups if before else ())]
    longest = max((one.flow / one.finished for one in measured if one.finished), default=0.0)
    by_key = {one.key: one for one in flow.groups}
    earlier = {one.key: one for one in before.groups} if before else {}
    bottleneck = flow.bottleneck
    found = []
    for place, step in enumerate(steps):
        figures = by_key[str(step.pk)]
        enough = figures.finished >= ENOUGH
        work, idle = _bar(figures, longest)
        ghost = _bar(earlier[figures.key], longest) if figures.key in earlier else (0, 0)
        activity = ACTIVITY_OF.get(step.activity, step.activity)
        found.append(
            Station(
                step=step,
                figures=figures,
                x=LEFT + place * GAP,
                activity=activity,
                letter=ACTIVITIES[activity][0],
                words=_lines(step.name),
                work=work,
                idle=idle,
                ghost_work=ghost[0],
                ghost_idle=ghost[1],
                returned=_percent(figures.returned, figures.finished) if enough else None,
                share=(
                    round(100 * flow.idle_share(figures))
                    if bottleneck is figures and enough
                    else None
                ),
                stops=", ".join(stops.get(step.pk, [])),
            )
        )
    return found, 2 * LEFT + max(0, len(found) - 1) * GAP


def _bar(figures: Figures, longest: float) -> tuple[int, int]:
    """Return the lengths of work and of idling; none while too little was finished to say."""
    if figures.finished < ENOUGH or not longest:
        return 0, 0
    scale = BAR / longest / figures.finished
    return round(figures.touch * scale), round((figures.queue + figures.wait) * scale)


def _percent(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0


def _lines(name: str) -> tuple[str, ...]:
    """Break a name into two lines at most; what does not fit is cut."""
    lines: list[Any] = [""]
    for word in name.split():
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) <= 17 or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > 2:
        lines = [lines[0], f"{' '.join(lines[1:])}"]
    return tuple(line if len(line) <= 20 else f"{line[:19]}…" for line in lines)
