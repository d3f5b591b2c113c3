"""Why a clock is due when it is: in words and sums that anybody can follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from itsm.accounts.models import Organisation, User
from itsm.core import clock as time
from sla.calendars import Calendar as BusinessTime
from sla.clocks.reading import explained
from sla.clocks.sheet import ledgers_of
from sla.ledger import Kind, Reading
from sla.matching import Promise
from sla.models import CalendarVersion, Clock
from sla.published import Book, business_time, promise, subject_of
from sla.vocabulary import Turn
from valuechain.records.kinds import kinds
from valuechain.records.vocabulary import Channel, Priority


@dataclass(frozen=True)
class Stretch:
    """One line of the sum: from when to when, what it was, how much business time it used."""

    start: datetime
    end: datetime
    kind: str
    cause: str
    note: str
    actor: str
    calendar: str
    used_s: float
    sum_s: float
    expected: bool


@dataclass(frozen=True)
class Why:
    """Everything that makes a clock's deadline what it is."""

    clock: Clock
    promise: Promise
    reasons: list[str]
    calendar: CalendarVersion
    reading: Reading | None
    stretches: list[Stretch]


def why(clock: Clock, now: datetime | None = None) -> Why:
    """Explain a clock as it stands. A bounded number of queries, however long its ledger is."""
    now = now or time.now()
    lines = ledgers_of([clock])[clock.pk]
    editions = {line.calendar_version_id for line in lines}
    calendars = {
        version.pk: version
        for version in CalendarVersion.objects.filter(pk__in=editions).select_related("calendar")
    }
    names: dict[BusinessTime, str] = {business_time(pk): str(v) for pk, v in calendars.items()}
    people = dict(
        User.objects.filter(pk__in={line.actor_id for line in lines}).values_list("pk", "name")
    )
    notes = {(line.at, line.kind): line.note for line in lines if line.note}
    rules = promise(clock.agreement_version_id)
    counted = [line for line in lines if line.kind not in (Turn.MERGED, Turn.CANCELLED)]
    found = explained(lines, now) if counted else None
    stretches = [
        Stretch(
            start=row.start,
            end=row.end,
            kind=row.kind.value,
            cause=cause_in_words(row.cause),
            note=notes.get((row.start, row.kind.value), "") if row.kind is Kind.PAUSE else "",
            actor=people.get(int(row.actor), "") if row.actor else "",
            calendar=names[row.calendar],
            used_s=row.used_s,
            sum_s=row.sum_s,
            expected=row.expected,
        )
        for row in (found.rows if found else ())
    ]
    return Why(
        clock=clock,
        promise=rules,
        reasons=reasons(rules, clock.record),
        calendar=calendars[clock.calendar_version_id],
        reading=found.reading if found else None,
        stretches=stretches,
    )


def reasons(rules: Promise, record: Any) -> list[str]:
    """Say in sentences why an agreement holds for a record."""
    conditions = rules.conditions
    fits = conditions.fit(subject_of(record, Book((rules,))))
    if fits is None:
        return [_("It held for the record when the clock began, or was last changed.")]
    said: dict[str, str] = {
        "services": _("The service is %s.") % record.service if record.service_id else "",
        "teams": _("The team is %s.") % record.team if record.team_id else "",
        "channels": _("It came by %s.") % Channel(record.channel).label if record.channel else "",
        "kinds": _("It is of the kind %s.") % record.kind_label,
        "priorities": _("The priority is %s.") % Priority(record.priority).label
        if record.priority
        else "",
    }
    if "organisations" in fits:
        above = Organisation.objects.filter(
            pk=record.organisation.lineage[fits["organisations"] - 1]
        )
        said["organisations"] = _("The customer belongs to %s.") % above.get()
    found = [said[name] for name in fits]
    return found or [_("It holds for every record.")]


def cause_in_words(cause: str) -> str:
    """Say what began a stretch: a transition by its label, the rest by a sentence of its own."""
    fixed: Mapping[str, str] = {
        "comment.reply": _("Public reply"),
        "approval.requested": _("Put up for a decision"),
        "approval.decided": _("Decided"),
        "approval.withdrawn": _("The request for approval was withdrawn"),
        "ticket.absorbed": _("Merged: the demand came earlier"),
        "calendar.published": _("The calendar was changed"),
        "agreement.published": _("The agreement was changed"),
    }
    if cause in fixed:
        return fixed[cause]
    area, _dot, verb = cause.partition(".")
    if verb == "opened":
        return _("Opened")
    if verb == "edited":
        return _("Edited")
    labels = (
        {t.name: str(t.label) for t in kinds[area].machine.transitions} if area in kinds else {}
    )
    return labels.get(verb, cause)
