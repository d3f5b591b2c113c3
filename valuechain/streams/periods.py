"""The period that numbers are asked for: two days, both included, in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.utils.translation import gettext as _

from itsm.core import clock
from itsm.core.errors import FieldErrors

#: What is shown when nobody says: so many days up to today.
DAYS = 90
LONGEST = 3_660


@dataclass(frozen=True, slots=True)
class Period:
    """From the beginning of one day up to the end of another."""

    first: date
    last: date
    now: datetime

    @property
    def begin(self) -> datetime:
        return datetime.combine(self.first, time(), UTC)

    @property
    def end(self) -> datetime:
        return datetime.combine(self.last + timedelta(days=1), time(), UTC)


def read_period(asked: Mapping[str, str]) -> Period:
    """Read `from` and `to` (YYYY-MM-DD). Raises FieldErrors naming the one that fails."""
    now = clock.now()
    last = _day(asked, "to") or now.astimezone(UTC).date()
    first = _day(asked, "from") or last - timedelta(days=min(DAYS, (last - date.min).days))
    if first > last:
        raise FieldErrors({"from": [("order", _("The first day lies after the last."))]})
    if (last - first).days > LONGEST or last.year > 9990 or first.year < 1900:
        raise FieldErrors({"from": [("too_long", _("Ask for ten years at most."))]})
    return Period(first, last, now)


def _day(asked: Mapping[str, str], name: str) -> date | None:
    given = asked.get(name, "").strip()
    if not given:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError:
        message = _("Write a day as 2026-10-31.")
        raise FieldErrors({name: [("not_understood", message)]}) from None
