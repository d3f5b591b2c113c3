"""Writing calendars: hours in a draft, holidays as rows, publishing freezes both together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from itsm.accounts.trail import changing
from itsm.core import clock
from itsm.core.errors import Denied, FieldErrors, RuleViolation
from sla import shapes
from sla.holidays import Found, public_holidays, read_feed, region_code
from sla.models import Calendar, CalendarVersion, Holiday, Rollout
from sla.policies import may_set_service_levels
from sla.published import turn_page
from sla.vocabulary import RolloutMode


@transaction.atomic
def create_calendar(
    *, name: str, definition: Mapping[str, Any], actor: Any, region: str = ""
) -> CalendarVersion:
    """Create a calendar with its first draft. Holidays in the definition become rows."""
    _refuse_others(actor)
    name = name.strip()
    if not name:
        raise FieldErrors({"name": [("required", _("Give the calendar a name."))]})
    with changing(actor, "calendar", also=_hours) as change:
        try:
            with transaction.atomic():
                change.row = Calendar.objects.create(name=name, region=region.strip())
        except IntegrityError:
            raise FieldErrors(
                {"name": [("taken", _("There is a calendar of this name already."))]}
            ) from None
        return _save(CalendarVersion(calendar=change.row, number=1), definition)


@transaction.atomic
def draft_calendar(
    calendar: Calendar, definition: Mapping[str, Any], *, actor: Any
) -> CalendarVersion:
    """Replace the draft's hours; without a draft, begin one. Holidays given are added as rows."""
    _refuse_others(actor)
    locked = _locked(calendar)
    with changing(actor, "calendar", locked, verb="drafted", also=_hours):
        return _save(_draft(locked), definition)


@transaction.atomic
def publish_calendar(
    calendar: Calendar, *, actor: Any, mode: str = RolloutMode.RECOMPUTE
) -> CalendarVersion:
    """Freeze the draft with the active holidays, and let clocks that run follow.

    `mode` says how: their whole history is counted anew, or only the time from now on. Without a
    draft a new edition of the same hours takes up holidays that changed. Raises Denied and
    RuleViolation("nothing_to_publish").
    """
    _refuse_others(actor)
    if mode not in RolloutMode.values:
        raise shapes.refuse("mode", _("Use one of: %s.") % ", ".join(RolloutMode.values))
    locked = _locked(calendar)
    before = locked.versions.published().order_by("-number").first()
    draft = _draft(locked)
    if draft.definition is None:
        raise RuleViolation("nothing_to_publish", _("Write the hours first."))
    draft.definition = shapes.check_definition(
        {**draft.definition, "holidays": active_holidays(locked)}
    )
    if before is not None and before.definition == draft.definition:
        raise RuleViolation("nothing_to_publish", _("Nothing differs from what is in force."))
    with changing(actor, "calendar", locked, verb="published", also=_hours):
        draft.published_at, draft.published_by_id = clock.now(), actor.pk
        draft.save()
    turn_page()
    if before is not None:
        Rollout.objects.create(calendar_version=draft, mode=mode, at=draft.published_at)
    return draft


@transaction.atomic
def add_holiday(
    calendar: Calendar, *, day: date, actor: Any, name: str = "", starts: str = "", ends: str = ""
) -> Holiday:
    """Type in a holiday, or with `starts` and `ends` (09:00) a part of one."""
    _refuse_others(actor)
    locked = _locked(calendar)
    row = Holiday(calendar=calendar, date=day, name=name[:200], starts=starts, ends=ends)
    probe = {"tz": "UTC", "always_open": True, "holidays": [row.as_definition()]}
    shapes.check_definition(probe)
    with changing(actor, "calendar", locked, also=_hours):
        days = [Found(day, name, starts, ends)]
        _add(locked, days, Holiday.Source.TYPED, Holiday.Status.ACTIVE)
    found: Holiday = calendar.holidays.get(
        date=day, starts=starts, source=Holiday.Source.TYPED, name=name[:200]
    )
    return found


@transaction.atomic
def remove_holiday(holiday: Holiday, *, actor: Any) -> None:
    """Take a holiday away; one that came from a list is declined, so that it stays away."""
    _refuse_others(actor)
    locked = _locked(holiday.calendar)
    with changing(actor, "calendar", locked, also=_hours):
        if holiday.source == Holiday.Source.TYPED:
            holiday.delete()
        else:
            holiday.status = Holiday.Status.DECLINED
            holiday.save(update_fields=["status"])


@transaction.atomic
def load_public_holidays(
    calendar: Calendar, *, region: str, years: Iterable[int], actor: Any
) -> int:
    """Add a region's public holidays (AT, DE-BY) as rows. Returns how many are new."""
    _refuse_others(actor)
    locked = _locked(calendar)
    found = public_holidays(region, years)
    with changing(actor, "calendar", locked, also=_hours):
        locked.region = region_code(region)
        locked.save(update_fields=["region"])
        return _add(locked, found, Holiday.Source.PUBLIC, Holiday.Status.ACTIVE)


@transaction.atomic
def import_feed(calendar: Calendar, *, text: bytes, origin: str, actor: Any) -> int:
    """Read an iCalendar file; what is new in it waits for review. Returns how many wait now."""
    _refuse_others(actor)
    locked = _locked(calendar)
    found = read_feed(text, zone=_zone(locked))
    with changing(actor, "calendar", locked, also=_hours):
        locked.feed = origin[:200]
        locked.save(update_fields=["feed"])
        return _add(locked, found, Holiday.Source.FEED, Holiday.Status.AWAITING_REVIEW)


@transaction.atomic
def review_holidays(
    calendar: Calendar, *, accept: Iterable[int], decline: Iterable[int], actor: Any
) -> int:
    """Take up or turn down imported days by id. Returns how many were decided."""
    _refuse_others(actor)
    locked = _locked(calendar)
    waiting = locked.holidays.filter(status=Holiday.Status.AWAITING_REVIEW)
    with changing(actor, "calendar", locked, also=_hours):
        taken = waiting.filter(pk__in=set(accept)).update(status=Holiday.Status.ACTIVE)
        return taken + waiting.filter(pk__in=set(decline)).update(status=Holiday.Status.DECLINED)


def active_holidays(calendar: Calendar) -> list[Any]:
    """The holidays in force, each once, as a definition writes them."""
    found: list[Any] = []
    for row in calendar.holidays.filter(status=Holiday.Status.ACTIVE):
        written = row.as_definition()
        if written not in found:
            found.append(written)
    return found


def _hours(calendar: Calendar) -> dict[str, Any]:
    """Return the newest edition and the days off as they stand, for the trail."""
    newest = calendar.versions.order_by("-number").first()
    days = calendar.holidays.exclude(status=Holiday.Status.DECLINED)
    said = {f"days_{status}": [str(day) for day in days if day.status == status]
            for status in (Holiday.Status.ACTIVE, Holiday.Status.AWAITING_REVIEW)}  # fmt: skip
    if newest is None:
        return said
    return {**said, "hours": newest.definition, "edition": newest.number,
            "is_published": newest.is_published}  # fmt: skip


def _draft(calendar: Calendar) -> CalendarVersion:
    newest = calendar.versions.order_by("-number").first()
    if newest is None:
        return CalendarVersion(calendar=calendar, number=1, definition=None)
    if not newest.is_published:
        return newest
    return CalendarVersion(
        calendar=calendar, number=newest.number + 1, definition=newest.definition
    )


def _save(draft: CalendarVersion, definition: Mapping[str, Any]) -> CalendarVersion:
    raw = shapes.check_definition(definition)
    for entry in raw.pop("holidays", []):
        partial = entry if isinstance(entry, dict) else {"date": entry}
        found = Found(
            date.fromisoformat(partial["date"]),
            partial.get("name", ""),
            partial.get("from", ""),
            partial.get("to", ""),
        )
        _add(draft.calendar, [found], Holiday.Source.TYPED, Holiday.Status.ACTIVE)
    draft.definition = raw
    draft.save()
    return draft


def _add(calendar: Calendar, found: Iterable[Found], source: str, status: str) -> int:
    rows = [
        Holiday(
            calendar=calendar,
            date=day.date,
            name=day.name[:200],
            starts=day.starts,
            ends=day.ends,
            source=source,
            status=status,
            uid=day.uid[:255],
        )
        for day in found
    ]
    before = calendar.holidays.count()
    Holiday.objects.bulk_create(rows, ignore_conflicts=True)
    return calendar.holidays.count() - before


def _zone(calendar: Calendar) -> str:
    newest = calendar.versions.order_by("-number").first()
    return str(newest.definition.get("tz", "UTC")) if newest is not None else "UTC"


def _locked(calendar: Calendar) -> Calendar:
    """Lock a calendar for writing, and count that it changes."""
    locked: Calendar = Calendar.objects.select_for_update(no_key=True).get(pk=calendar.pk)
    locked.version += 1
    locked.save(update_fields=["version"])
    return locked


def _refuse_others(actor: Any) -> None:
    decision = may_set_service_levels(actor)
    if not decision:
        raise Denied.because(decision)
