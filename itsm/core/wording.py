"""How spans of time and moments are said to a person."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

from django.utils import formats, timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
# After this, "12 d ago" says less than the date does.
RELATIVE_FOR = timedelta(days=7)


def absolute(moment: datetime) -> str:
    """Return day and time in the reader's zone and language, "23 Nov 2026, 09:12"."""
    # Translators: a date and time in the letters of Django's `date` filter.
    letters = _("j M Y, H:i")
    minute = timezone.localtime(moment).replace(tzinfo=None, second=0, microsecond=0)
    return _in_letters(minute, letters, get_language())


@lru_cache(maxsize=4096)
def _in_letters(minute: datetime, letters: str, _language: str | None) -> str:
    """A page says many moments, and the next page says most of them again."""
    return formats.date_format(minute, letters)


def clock_time(moment: datetime, *, now: datetime) -> str:
    """Return the hour for a moment of today, and day and hour otherwise, in the reader's zone."""
    local = timezone.localtime(moment)
    minute = local.replace(tzinfo=None, second=0, microsecond=0)
    if local.date() == timezone.localtime(now).date():
        return _in_letters(minute, "H:i", get_language())
    # Translators: weekday, day, month and time in the letters of Django's `date` filter.
    return _in_letters(minute, _("D j M, H:i"), get_language())


def relative(moment: datetime, *, now: datetime) -> str:
    """Return "5 min ago" or "in 2 h" within seven days of `now`, the date and time beyond."""
    seconds = (moment - now).total_seconds()
    if abs(seconds) > RELATIVE_FOR.total_seconds():
        return absolute(moment)
    if abs(seconds) < MINUTE:
        return _("just now") if seconds <= 0 else _("in a moment")
    amount = short_span(abs(seconds), parts=1)
    return (
        _("in %(span)s") % {"span": amount} if seconds > 0 else _("%(span)s ago") % {"span": amount}
    )


def short_span(seconds: float, *, parts: int = 2) -> str:
    """Return a span in at most `parts` units: "18 min", "4 h 10 min", "2 d 3 h"."""
    minutes = int(seconds // MINUTE)
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


def clock_span(seconds: float) -> str:
    """Return a span as a clock shows it, "0:18", "6:05" or "2d 03:20"; the sign is dropped."""
    minutes = int(abs(seconds) // MINUTE)
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
