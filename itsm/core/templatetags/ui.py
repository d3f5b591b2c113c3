"""The words pages are written in: icons, badges, clocks, people, moments, fields and strips.

Nothing here reads the database: a tag shows what it was given.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from html import escape
from itertools import pairwise
from typing import Any, NamedTuple

from django import template
from django.templatetags.static import static
from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from itsm.core import wording
from itsm.core.clock import now
from itsm.core.markdown import NamedFile, to_html

register = template.Library()


class Look(NamedTuple):
    """How one meaning is drawn: its tone, its shape, and its word where the caller has none."""

    tone: str
    icon: str
    label: Any = ""


PRIORITIES = {
    1: Look("bad", "octagon", gettext_lazy("P1 Critical")),
    2: Look("warn", "triangle-up", gettext_lazy("P2 High")),
    3: Look("neutral", "square", gettext_lazy("P3 Normal")),
    4: Look("neutral", "triangle-down", gettext_lazy("P4 Low")),
}
PHASES = {
    "new": Look("info", "ring", gettext_lazy("New")),
    "open": Look("neutral", "half", gettext_lazy("Open")),
    "waiting": Look("hold", "bars", gettext_lazy("Waiting")),
    "done": Look("ok", "disc-tick", gettext_lazy("Done")),
    "void": Look("neutral", "void", gettext_lazy("Cancelled")),
}
HEALTHS = {
    "working": Look("ok", "disc", gettext_lazy("Working")),
    "degraded": Look("warn", "half", gettext_lazy("Degraded")),
    "down": Look("bad", "octagon", gettext_lazy("Down")),
    "maintenance": Look("hold", "spanner", gettext_lazy("Maintenance")),
}
CLOCKS = {
    "run": Look("neutral", "clock"),
    "risk": Look("warn", "triangle-up"),
    "late": Look("bad", "octagon"),
    "hold": Look("hold", "bars"),
    "met": Look("ok", "tick"),
    "missed": Look("bad", "cross"),
    "idle": Look("neutral", "ring"),
}
# The fixed order of the six stations on every line, and the letter inside each ring.
ACTIVITIES = {
    "plan": ("P", gettext_lazy("Plan")),
    "improve": ("I", gettext_lazy("Improve")),
    "engage": ("E", gettext_lazy("Engage")),
    "design": ("D", gettext_lazy("Design & transition")),
    "build": ("B", gettext_lazy("Obtain & build")),
    "deliver": ("L", gettext_lazy("Deliver & support")),
}
# The apps' own names of the activities, as they reach a template.
ACTIVITY_OF = {
    "design_transition": "design",
    "obtain_build": "build",
    "deliver_support": "deliver",
}


def _of(thing: Any, name: str, default: Any = None) -> Any:
    """Read `name` from a mapping or an object alike."""
    if isinstance(thing, dict):
        return thing.get(name, default)
    return getattr(thing, name, default)


def fill(template: str, *values: object) -> SafeString:
    """Do what `format_html` does, without its detours: for what is drawn hundreds of times on a page."""
    return SafeString(template.format(*map(_escaped, values)))


def _escaped(value: object) -> str:
    text = value if isinstance(value, str) else str(value)
    return text if isinstance(text, SafeString) else escape(text, quote=True)


# Shapes and badges ------------------------------------------------------------------------------


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str) -> SafeString:
    """Draw one icon of the sprite; the words beside it carry the meaning."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>',
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def badge(label: object, tone: str = "neutral", icon: str = "", style: str = "") -> SafeString:
    """Draw a badge of tint, shape and word; `style` is "", "plain" or "solid"."""
    return _badge(str(label), tone, icon, style)


@lru_cache(maxsize=1024)
def _badge(label: str, tone: str, icon: str, style: str) -> SafeString:
    """A list shows the same few badges in every row."""
    shape = _icon(icon) if icon else ""
    look = f" bdg-{style}" if style else ""
    return format_html('<span class="bdg tone-{}{}">{}{}</span>', tone, look, shape, label)


_icon = icon


@register.simple_tag
def priority_badge(priority: int | None) -> SafeString | str:
    """Draw a priority from 1 to 4; nothing where a record has none."""
    look = PRIORITIES.get(priority or 0)
    if look is None:
        return ""
    style = {1: "solid", 2: ""}.get(priority or 0, "plain")
    return badge(look.label, look.tone, look.icon, style)


@register.simple_tag
def phase_badge(label: object, phase: str) -> SafeString:
    """Draw a state by its own label with the shape of its phase."""
    look = PHASES.get(str(phase), PHASES["open"])
    style = "plain" if look.tone == "neutral" else ""
    return badge(label or look.label, look.tone, look.icon, style)


@register.simple_tag
def state_badge(record: Any) -> SafeString:
    """Draw the state a record is in."""
    return phase_badge(_of(record, "state_label"), _of(record, "phase", "open"))


@register.simple_tag
def health_badge(health: str) -> SafeString:
    """Draw how a live service does: working, degraded, down or maintenance."""
    look = HEALTHS[health]
    return badge(look.label, look.tone, look.icon, "solid" if health == "down" else "")


@register.simple_tag
def activity_ring(activity: str) -> SafeString:
    """Draw the ring of an activity with its letter, for a place that says the name beside it."""
    key = ACTIVITY_OF.get(activity, activity)
    return format_html(
        '<span class="ring act-{}" aria-hidden="true">{}</span>', key, ACTIVITIES[key][0]
    )


@register.simple_tag
def activity_badge(activity: str) -> SafeString:
    """Draw an activity of the value chain: ring and name."""
    key = ACTIVITY_OF.get(activity, activity)
    return format_html(
        '<span class="act">{}<span>{}</span></span>', activity_ring(key), ACTIVITIES[key][1]
    )


# Moments, people, money, text -------------------------------------------------------------------


@register.simple_tag
def when(moment: datetime | None, style: str = "relative") -> SafeString | str:
    """Say a moment: relative within seven days, the date beyond; style "absolute" says the date."""
    if moment is None:
        return ""
    full = wording.absolute(moment)
    said = full if style == "absolute" else wording.relative(moment, now=now())
    return SafeString(
        f'<time class="nowrap" datetime="{moment.isoformat()}" title="{escape(full)}">'
        f"{escape(said)}</time>"
    )


def _name_of(user: Any) -> str:
    full_name = getattr(user, "get_full_name", None)
    return (full_name() if full_name else "") or str(_of(user, "name") or user)


@register.filter
def initials(name: object) -> str:
    """Return the first letters of the first and last word of a name."""
    words = str(name).split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.simple_tag
def person(user: Any, nobody: str = "") -> SafeString:
    """Show a person by initials and name, or say that there is nobody."""
    if not user:
        return fill('<span class="muted">{}</span>', nobody or _("Nobody"))
    name = _name_of(user)
    return fill(
        '<span class="person"><span class="avatar" aria-hidden="true">{}</span><span>{}</span></span>',
        initials(name),
        name,
    )


@register.simple_tag
def money(amount: Decimal | None, currency: str = "EUR") -> str:
    """Say an amount with two decimals and its currency; nothing where there is none."""
    if amount is None:
        return ""
    return f"{formats.number_format(amount, 2, force_grouping=True)}\N{NO-BREAK SPACE}{currency}"


@register.simple_tag
def markdown(text: str | None, files: tuple[NamedFile, ...] | str = ()) -> SafeString:
    """Show what a person wrote, sanitised, with the files that came with it where it names them."""
    return format_html('<div class="text">{}</div>', to_html(text or "", tuple(files or ())))


@register.filter
def hour_span(seconds: float | None) -> str:
    """Show a span of business time in hours and minutes."""
    return "" if seconds is None else wording.hour_span(seconds)


@register.filter
def short_span(seconds: float | None) -> str:
    """Say a number of seconds in at most two units, "2 d 3 h"."""
    return "" if seconds is None else wording.short_span(seconds)


@register.filter
def field_value(record: Any, name: str) -> Any:
    """Read the attribute a list's column names; lists of unknown columns are drawn with it."""
    value = _of(record, name, "")
    if isinstance(value, datetime):
        return when(value)
    if isinstance(value, date):
        return formats.date_format(value, _("j M Y"))
    return "" if value is None else value


# Clocks -----------------------------------------------------------------------------------------


def clock_face(clock: Any) -> str:
    """Return which of the faces in CLOCKS a clock shows."""
    state, remaining = _of(clock, "state"), _of(clock, "remaining_s") or 0
    if state == "paused":
        return "hold"
    if state == "breached":
        return "missed" if _of(clock, "finished_at") else "late"
    if state == "running":
        if remaining <= 0:
            return "late"
        return "risk" if remaining <= (_of(clock, "risk_s") or 0) else "run"
    return "met" if state == "met" else "idle"


def _clock_words(face: str, remaining: float) -> str:
    return _words_of(face, wording.clock_span(remaining), remaining < 0)


@wording.kept
def _words_of(face: str, span: str, late: bool) -> str:  # noqa: FBT001 - one of few things remembered
    words = {
        "run": _("%(span)s left"),
        "risk": _("%(span)s left"),
        "late": _("%(span)s late"),
        "hold": _("Paused, %(span)s late") if late else _("Paused, %(span)s left"),
        "met": _("Met, %(span)s early"),
        "missed": _("Missed by %(span)s"),
        "idle": _("Not started"),
    }[face]
    return words % {"span": span}


def _instant(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


@register.simple_tag
def clock_badge(clock: Any) -> SafeString | str:
    """Draw a clock: shape, word and time, with what the page needs to let it tick.

    `clock` gives metric_label, state (running, paused, met, breached, idle), due_at, remaining_s
    in seconds of the calendar, is_open_now, next_change_at, risk_s and finished_at.
    """
    if not clock:
        return ""
    face = clock_face(clock)
    look = CLOCKS[face]
    remaining = _of(clock, "remaining_s") or 0
    due = _of(clock, "due_at")
    spoken = str(_of(clock, "metric_label"))
    if due:
        spoken = _spoken(spoken, _due(due))
    ticks = ""
    if face in ("run", "risk", "late"):
        ticks = (
            f' data-rem="{int(remaining)}" data-at="{now().isoformat(timespec="milliseconds")}"'
            f' data-run="{int(_of(clock, "is_open_now") is not False)}"'
            f' data-risk="{int(_of(clock, "risk_s") or 0)}"'
            f' data-next="{_instant(_of(clock, "next_change_at"))}"'
        )
    return SafeString(
        f'<span class="sla tone-{look.tone}" data-s="{face}"{ticks}>{icon(look.icon)}'
        f'<span class="hide">{escape(spoken)}: </span>'
        f'<span class="sla-text">{escape(_clock_words(face, remaining))}</span></span>'
    )


@wording.kept
def _spoken(metric: str, due: str) -> str:
    return _("%(metric)s due %(due)s") % {"metric": metric, "due": due}


def _due(moment: datetime) -> str:
    return wording.clock_time(moment, now=now())


@register.filter
def due_time(moment: datetime | None) -> str:
    """Say a due time as people do: the hour today, day and hour otherwise."""
    return _due(moment) if moment else ""


@register.filter
def clock_tone(clock: Any) -> str:
    """Return the tone a clock is drawn in."""
    return CLOCKS[clock_face(clock)].tone


@register.filter
def clock_share(clock: Any) -> int:
    """Return how much of the target is used, in percent from 0 to 100."""
    target, remaining = _of(clock, "target_s") or 0, _of(clock, "remaining_s") or 0
    return max(0, min(100, round(100 * (target - remaining) / target))) if target else 0


# Strips -------------------------------------------------------------------------------


HOP_WIDTH, HOP_HEIGHT = 100, 30


def _hops(stations: Sequence[Any]) -> list[str]:
    """Return the SVG arcs that join the visits in the order they happened."""
    order = list(ACTIVITIES)
    visits = sorted(
        (number, order.index(_activity(station)))
        for station in stations
        for number in _of(station, "visits") or ()
    )
    arcs = []
    for (_from, start), (_to, end) in pairwise(visits):
        if start == end:
            continue
        left, right = (place * HOP_WIDTH + HOP_WIDTH // 2 for place in (start, end))
        # The curve rises to half of its control point: the longer the way, the higher the arc.
        top = HOP_HEIGHT - 2 * (4 + 5 * abs(end - start))
        arcs.append(f"M{left} {HOP_HEIGHT}Q{(left + right) // 2} {top} {right} {HOP_HEIGHT}")
    return arcs


def _activity(station: Any) -> str:
    name = str(_of(station, "activity"))
    return ACTIVITY_OF.get(name, name)


#: A station has room for so many numbers.
MOST_VISITS = 3


def _visits(numbers: Sequence[int]) -> str:
    """The numbers of the visits; of many the first ones and the last, so that stations stay apart."""
    if len(numbers) <= MOST_VISITS:
        return ", ".join(map(str, numbers))
    first = ", ".join(map(str, numbers[: MOST_VISITS - 1]))
    return f"{first} … {numbers[-1]}"


@register.inclusion_tag("components/strip.html")
def strip(stations: Sequence[Any]) -> dict[str, Any]:
    """Draw where a record has been in the value chain: six fixed stations with numbered visits.

    The list is read in the order of the visits; the page puts each station at its fixed place.
    """

    def first_visit(station: Any) -> tuple[int, int]:
        visits = _of(station, "visits") or ()
        return (min(visits, default=1000), list(ACTIVITIES).index(_activity(station)))

    rows = [
        {
            "activity": _activity(station),
            "label": _of(station, "label") or ACTIVITIES[_activity(station)][1],
            "letter": _of(station, "letter") or ACTIVITIES[_activity(station)][0],
            "visits": _visits(_of(station, "visits") or ()),
            "time": wording.short_span(_of(station, "seconds"))
            if _of(station, "visits") and _of(station, "seconds") is not None
            else "",
            "current": bool(_of(station, "current")),
            "url": _of(station, "url") or "",
            "count": _of(station, "count") or 0,
        }
        for station in sorted(stations, key=first_visit)
    ]
    return {"stations": rows, "hops": _hops(stations)}
