"""When a mail may go: not in a person's quiet hours, and the daily one at their hour."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from itsm.accounts.models import User
from itsm.notifications.models import Habits


def next_digest(person: User, habits: Habits | None, now: datetime) -> datetime:
    """Return when the person's next daily mail goes (UTC)."""
    at = habits.digest_at if habits is not None else time(8)
    return _next(at, person, now)


def not_in_quiet_hours(person: User, habits: Habits | None, now: datetime) -> datetime:
    """Return `now`, or when the person's quiet hours end (UTC). They may go past midnight."""
    if habits is None or habits.quiet_from is None or habits.quiet_to is None:
        return now
    begin, end = habits.quiet_from, habits.quiet_to
    local = now.astimezone(ZoneInfo(person.time_zone)).time()
    inside = begin <= local < end if begin <= end else local >= begin or local < end
    return _next(end, person, now) if inside else now


def _next(at: time, person: User, now: datetime) -> datetime:
    zone = ZoneInfo(person.time_zone)
    local = now.astimezone(zone)
    found = datetime.combine(local.date(), at, zone)
    if found <= local:
        found = datetime.combine(local.date() + timedelta(days=1), at, zone)
    return found.astimezone(UTC)
