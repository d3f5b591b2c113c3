"""What goes wrong again and again becomes evidence by itself; nobody has to copy it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from itsm.accounts.access import SYSTEM
from itsm.core.machine import Phase
from valuechain.improve.actions import gather, open_key
from valuechain.improve.models import Improvement
from valuechain.records.actions import perform
from valuechain.records.models import Event, Record
from valuechain.records.signals import recorded

#: So many incidents on one service within this time are one thing that keeps happening.
REPEATED, REPEATED_WITHIN = 3, timedelta(days=30)
#: So many missed deadlines on one service within this time are a cluster.
BREACHES, BREACHES_WITHIN = 3, timedelta(days=7)

REOPENED = ("incident.reopen", "service_request.reopen", "problem.recur")
VALUE_MISSED = ("benefit.report_missed", "need.report_no_value", "portfolio_item.miss_value")

Cause = Improvement.Cause


def connect() -> None:
    """Listen to what happens to the records of every activity."""
    recorded.connect(gather_evidence, dispatch_uid="improve.gather_evidence")
    recorded.connect(follow_the_handover, dispatch_uid="improve.follow_the_handover")


def gather_evidence(record: Any, event: Any, **_kwargs: Any) -> None:
    """Open or enrich the one improvement that what happened belongs to."""
    if event.verb in REOPENED:
        title = _("Work that does not hold: %(where)s") % {"where": _where(record)}
        gather(Cause.REOPENED, evidence=[record], title=title, via=event.via, at=event.at)
    elif event.verb in VALUE_MISSED:
        title = _("The value did not come: %(what)s") % {"what": record.title}
        gather(Cause.MISSED_BENEFIT, evidence=[record], title=title, via=event.via, at=event.at)
    elif event.verb == "clock.breached":
        _look_for_breaches(record, event)
    elif record.kind == "incident" and _is_on_a_service_now(event):
        _look_for_repeats(record, event)


def _is_on_a_service_now(event: Any) -> bool:
    """Whether an incident was just opened, or just put on another service."""
    if event.verb == "incident.opened":
        return True
    changed = [change["field"] for change in event.data.get("changes", [])]
    return event.verb == "incident.edited" and "service" in changed


def _look_for_repeats(record: Any, event: Any) -> None:
    if record.service_id is None:
        return
    title = _("It keeps happening: %(where)s") % {"where": _where(record)}
    if _is_gathering(Cause.REPEATED, record):
        gather(Cause.REPEATED, evidence=[record], title=title, via=event.via, at=event.at)
        return
    since = _counted_from(Cause.REPEATED, record, event.at - REPEATED_WITHIN)
    alike = list(
        Record.objects.of_kind("incident")
        .filter(service_id=record.service_id, opened_at__gt=since)
        .exclude(phase=Phase.VOID)
        .order_by("-opened_at")[:20]
    )
    if len(alike) >= REPEATED:
        gather(
            Cause.REPEATED, evidence=[record, *_others(alike, record)], title=title,
            via=event.via, at=event.at,
        )  # fmt: skip


def _look_for_breaches(record: Any, event: Any) -> None:
    if record.service_id is None:
        return
    title = _("Deadlines are missed: %(where)s") % {"where": _where(record)}
    if _is_gathering(Cause.BREACHES, record):
        gather(Cause.BREACHES, evidence=[record], title=title, via=event.via, at=event.at)
        return
    since = _counted_from(Cause.BREACHES, record, event.at - BREACHES_WITHIN)
    missed = Event.objects.filter(
        verb="clock.breached", at__gt=since, record__service_id=record.service_id
    ).values("record_id")
    late = list(Record.objects.filter(pk__in=missed).order_by("-updated_at")[:20])
    if len(late) >= BREACHES:
        gather(
            Cause.BREACHES, evidence=[record, *_others(late, record)], title=title,
            via=event.via, at=event.at,
        )  # fmt: skip


def _is_gathering(cause: str, record: Record) -> bool:
    """Whether an improvement is open already: it has the earlier evidence, and needs only this."""
    return Improvement.objects.filter(open_key=open_key(cause, record)).exists()


def _counted_from(cause: str, record: Record, earliest: datetime) -> datetime:
    """Return from when on evidence counts: what a finished improvement saw does not count again."""
    last = (
        Improvement.objects.filter(cause=cause, service_id=record.service_id)
        .exclude(closed_at=None)
        .order_by("-closed_at")
        .values_list("closed_at", flat=True)
        .first()
    )
    return max(earliest, last) if last else earliest


def _others(found: list[Record], record: Record) -> list[Record]:
    """The record itself is in the caller's hands; a second copy of it would be stale."""
    return [other for other in found if other.pk != record.pk]


def _where(record: Record) -> str:
    return record.service.title if record.service else record.organisation.name


def follow_the_handover(record: Any, event: Any, **_kwargs: Any) -> None:
    """Feedback that is handed on is heard and routed."""
    if record.kind != "feedback" or event.data.get("direction") != "out":
        return
    if event.verb != "handover.accepted":
        return
    if record.state == "received":
        record = perform(record, "acknowledge", actor=SYSTEM, via=event.via, at=event.at).record
    if record.state == "acknowledged":
        perform(record, "route", actor=SYSTEM, via=event.via, at=event.at)
