"""How spans of time and moments are said to a person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache, wraps
from typing import Any, TypeVar, cast

from django.utils import formats, timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
# After this, "12 d ago" says less than the date does.
RELATIVE_FOR = timedelta(days=7)
_Say = TypeVar("_Say", bound=Callable[..., str])


def kept(say: _Say) -> _Say:
    """Remember what was said, for each language: a page says few things in hundreds of places.

    For what depends on its arguments and the language alone.
    """

    @lru_cache(maxsize=4096)
    def in_language(language: str | None, *args: Any) -> str:
        del language
        return say(*args)

    @wraps(say)
    def said(*args: Any) -> str:
        return in_language(get_language(), *args)

    return cast("_Say", said)


def absolute(moment: datetime) -> str:
    """Return day and time in the reader's zone and language, "23 Nov 2026, 09:12"."""
    return _day_and_time(_minute(timezone.localtime(moment)))


def clock_time(moment: datetime, *, now: datetime) -> str:
    """Return the hour for a moment of today, and day and hour otherwise, in the reader's zone."""
    local = timezone.localtime(moment)
    is_today = local.date() == now.astimezone(local.tzinfo).date()
    return _hour(_minute(local)) if is_today else _weekday_and_hour(_minute(local))


def _minute(local: datetime) -> datetime:
    return local.replace(tzinfo=None, second=0, microsecond=0)


@kept
def _day_and_time(minute: datetime) -> str:
    # Translators: a date and time in the letters of Django's `date` filter.
    return formats.date_format(minute, _("j M Y, H:i"))


@kept
def _hour(minute: datetime) -> str:
    return formats.date_format(minute, "H:i")


@kept
def _weekday_and_hour(minute: datetime) -> str:
    # Translators: weekday, day, month and time in the letters of Django's `date` filter.
    return formats.date_format(minute, _("D j M, H:i"))


def relative(moment: datetime, *, now: datetime) -> str:
    """Return "5 min ago" or "in 2 h" within seven days of `now`, the date and time beyond."""
    away = moment - now
    if abs(away) > RELATIVE_FOR:
        return absolute(moment)
    seconds = away.total_seconds()
    return _relative(int(abs(seconds) // MINUTE), seconds > 0)


@kept
def _relative(minutes: int, is_ahead: bool) -> str:  # noqa: FBT001 - one of few things remembered
    if not minutes:
        return _("in a moment") if is_ahead else _("just now")
    span = {"span": _short_span(minutes, 1)}
    return _("in %(span)s") % span if is_ahead else _("%(span)s ago") % span


def short_span(seconds: float, *, parts: int = 2) -> str:
    """Return a span in at most `parts` units: "18 min", "4 h 10 min", "2 d 3 h"."""
    return _short_span(int(seconds // MINUTE), parts)


@kept
def _short_span(minutes: int, parts: int) -> str:
    days, rest = divmod(minutes, DAY // MINUTE)
    hours, minutes = divmod(rest, 60)
    words = []
    if days:
        words.append(_("%(n)d d") % {"n": days})
    if hours:
        words.append(_("%(n)d h") % {"n": hours})
    if minutes and not days:
        words.append(_("%(n)d min") % {"n": minutes})
    if not words:
        words.append(_("under 1 min"))
    return " ".join(words[:parts])


def hour_span(seconds: float) -> str:
    """Return a span of business time, "30 h", "4 h 10 min": a day of it has no fixed length."""
    return _hour_span(int(seconds // MINUTE))


@kept
def _hour_span(minutes: int) -> str:
    hours, rest = divmod(minutes, HOUR // MINUTE)
    if not hours:
        return _short_span(rest, 1)
    words = [_("%(n)d h") % {"n": hours}]
    if rest:
        words.append(_("%(n)d min") % {"n": rest})
    return " ".join(words)


def clock_span(seconds: float) -> str:
    """Return a span as a clock shows it, "0:18", "6:05" or "2d 03:20"; the sign is dropped."""
    return _clock_span(int(abs(seconds) // MINUTE))


@kept
def _clock_span(minutes: int) -> str:
    days, rest = divmod(minutes, DAY // MINUTE)
    hours, minutes = divmod(rest, 60)
    if days:
        # Translators: days, hours and minutes left on a clock.
        return _("%(days)dd %(hours)02d:%(minutes)02d") % {
            "days": days,
            "hours": hours,
            "minutes": minutes,
        }
    return f"{hours}:{minutes:02d}"


def spoken_span(seconds: float) -> str:
    """Return a span in full words for a reader who hears it, "6 hours 5 minutes"."""
    minutes = int(abs(seconds) // MINUTE)
    days, rest = divmod(minutes, DAY // MINUTE)
    hours, minutes = divmod(rest, 60)
    words = []
    if days:
        words.append(ngettext("%(n)d day", "%(n)d days", days) % {"n": days})
    if hours:
        words.append(ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours})
    if minutes or not words:
        words.append(ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes})
    return " ".join(words)
