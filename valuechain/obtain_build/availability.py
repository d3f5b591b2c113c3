"""Whether a component is, or will be, where it is needed when it is needed.

The answer is derived from dates and places alone, so that it is never out of date.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from itsm.core import clock
from itsm.core.decisions import ALLOW, Decision, deny
from itsm.core.machine import Phase

if TYPE_CHECKING:
    from itsm.core.decisions import Sentence

IN_PLACE = ("available", "in_use")
#: With less time than this between promise and need, one bad day is enough.
SLACK = timedelta(days=3)
#: By then somebody has to have promised something.
NOTICE = timedelta(days=30)


class Word(StrEnum):
    """How a component stands; the worst of several speaks for all."""

    OK = "ok"
    AT_RISK = "at_risk"
    MISPLACED = "misplaced"
    LATE = "late"


WORDS: dict[Word, Sentence] = {
    Word.OK: gettext_lazy("On time"),
    Word.AT_RISK: gettext_lazy("At risk"),
    Word.MISPLACED: gettext_lazy("Misplaced"),
    Word.LATE: gettext_lazy("Late"),
}
#: The tone and shape each word is drawn with.
LOOKS = {
    Word.OK: ("ok", "disc-tick"),
    Word.AT_RISK: ("warn", "triangle-up"),
    Word.MISPLACED: ("warn", "half"),
    Word.LATE: ("bad", "octagon"),
}
_WORST_FIRST = (Word.LATE, Word.MISPLACED, Word.AT_RISK, Word.OK)


@dataclass(frozen=True, slots=True)
class Availability:
    """The word, the days it is or will be late, and a sentence for whoever waits."""

    word: Word
    days: int
    sentence: str

    @property
    def label(self) -> str:
        """The word as a table shows it: "9 d late" rather than "Late"."""
        if self.word is Word.LATE:
            return _("%(days)d d late") % {"days": self.days}
        return str(WORDS[self.word])

    @property
    def tone(self) -> str:
        return LOOKS[self.word][0]

    @property
    def icon(self) -> str:
        return LOOKS[self.word][1]


def availability_of(component: Any, *, today: date | None = None) -> Availability:
    """Derive how a component stands on a day (default: today, in UTC)."""
    today = today or clock.now().date()
    if component.state in IN_PLACE:
        return Availability(Word.OK, 0, _("It is in place."))
    if component.phase == Phase.VOID:
        return Availability(Word.OK, 0, _("It is not needed any more."))
    if component.needed_at is None:
        return Availability(Word.OK, 0, _("Nobody has said yet when it is needed."))
    days = _days_late(component, today)
    if days > 0:
        return Availability(Word.LATE, days, _late_words(component, days, today))
    if component.actual_location and not component.is_in_place:
        return Availability(
            Word.MISPLACED,
            0,
            _("It is in %(here)s and needed in %(there)s.")
            % {"here": component.actual_location, "there": component.needed_location or "—"},
        )
    risk = _risk(component, today)
    if risk:
        return Availability(Word.AT_RISK, 0, risk)
    return (
        Availability(
            Word.OK,
            0,
            _("It is promised in time for %(date)s.") % {"date": _said(component.needed_at)},
        )
        if component.promised_at
        else Availability(
            Word.OK, 0, _("It is needed on %(date)s.") % {"date": _said(component.needed_at)}
        )
    )


def _days_late(component: Any, today: date) -> int:
    if component.is_in_place:
        return 0
    expected = max(today, component.promised_at or today)
    days: int = (expected - component.needed_at).days
    return days


def _late_words(component: Any, days: int, today: date) -> str:
    told = {
        "days": days,
        "needed": _said(component.needed_at),
        "promised": _said(component.promised_at) if component.promised_at else "",
    }
    if component.promised_at and component.promised_at >= today:
        return (
            _("%(days)d d late: it was needed on %(needed)s and is promised for %(promised)s.")
            if component.needed_at < today
            else _("%(days)d d late: it is needed on %(needed)s and promised for %(promised)s.")
        ) % told
    return _("%(days)d d late: it was needed on %(needed)s and is not in place.") % told


def _risk(component: Any, today: date) -> str:
    promised, needed = component.promised_at, component.needed_at
    if component.is_in_place:
        return ""
    if promised is None:
        if needed - today <= NOTICE:
            return _("It is needed on %(date)s and nobody has promised a date.") % {
                "date": _said(needed)
            }
        return ""
    if promised < today:
        return _("It was promised for %(date)s and is not in place.") % {"date": _said(promised)}
    if needed - promised < SLACK:
        return _("It is promised for %(promised)s, with hardly a day to spare.") % {
            "promised": _said(promised)
        }
    return ""


def _said(day: date) -> str:
    return formats.date_format(day, "j M Y")


def worst_of(found: Iterable[Availability]) -> Availability | None:
    """Return the one that speaks for all: late before misplaced before at risk; None for none."""
    return min(found, key=lambda a: (_WORST_FIRST.index(a.word), -a.days), default=None)


# What other activities may ask by name ------------------------------------------------------------


def is_available(component: Any) -> Decision:
    """Whether it is in place; otherwise how late, at risk or misplaced it is, in words."""
    if component.state in IN_PLACE:
        return ALLOW
    stands = availability_of(component)
    return deny(
        _("%(number)s is not in place: %(how)s")
        % {"number": component.number, "how": stands.sentence},
        missing=[component.number],
        code=f"component_{stands.word.value}" if stands.word is not Word.OK else "not_available",
    )


def is_releasable(component: Any) -> Decision:
    """Whether a release need not wait for it: it is in place, or not a must."""
    return ALLOW if component.necessity != component.Necessity.MUST else is_available(component)


def is_on_time(component: Any) -> Decision:
    """Whether nothing stands against its being there when and where it is needed."""
    stands = availability_of(component)
    if stands.word is Word.OK:
        return ALLOW
    return deny(stands.sentence, missing=[component.number], code=f"component_{stands.word.value}")
