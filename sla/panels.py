"""Clocks as pages show them: the badges of a list's rows and the clocks of a record's page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext

from itsm.core import clock as time
from sla import wording
from sla.models import Clock
from sla.published import business_time, calendar_name, promise
from sla.vocabulary import AgreementKind, ClockState, Metric
from valuechain.records.panels import panels

#: With less than this share of its target left, or less than ten minutes, a clock is at risk.
RISK_SHARE, RISK_LEAST_S = 0.25, 600
_SHOWN = (ClockState.RUNNING, ClockState.PAUSED, ClockState.MET, ClockState.BREACHED)


@dataclass(frozen=True, slots=True)
class PastCycle:
    """A cycle of a clock that ended before the one that is shown."""

    id: int
    cycle: int
    state_label: Any
    due_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class ClockFace:
    """One clock as the badge and the box of a page draw it. Seconds are business seconds."""

    id: int
    metric: str
    metric_label: Any
    agreement_kind: str
    policy_label: str
    state: str
    due_at: datetime | None
    remaining_s: float
    target_s: int
    is_open_now: bool
    next_change_at: datetime | None
    risk_s: int
    finished_at: datetime | None
    pause_reason: str
    calendar_label: str = ""
    past: tuple[PastCycle, ...] = ()


def connect() -> None:
    """Add clocks to record pages and lists, and their words to the timeline."""
    panels.rows.append(put_on_rows)
    panels.pages.append(put_on_page)
    panels.event_words["clock.breached"] = ("sla", wording.missed)
    panels.event_words["clock.escalated"] = ("sla", wording.escalated)


def put_on_rows(records: Sequence[Any], actor: Any) -> None:
    """Set `clock` on each row: the one that is due first, else one that is paused. One query."""
    found = clocks_for(records, actor, unfinished=True)
    for record in records:
        faces = found.get(record.pk)
        record.clock = min(faces, key=_urgency) if faces else None


def put_on_page(record: Any, actor: Any) -> dict[str, Any]:
    """Return `clocks` for the page of a record. One query."""
    return {"clocks": clocks_of(record, actor)}


def clocks_of(record: Any, actor: Any) -> list[ClockFace]:
    """Return the clocks of a record that the actor may see, the latest cycle of each. One query."""
    return clocks_for([record], actor).get(record.pk, [])


def clocks_for(
    records: Iterable[Any], actor: Any, *, unfinished: bool = False
) -> dict[int, list[ClockFace]]:
    """Return the clocks of many records, already known to be visible, by their ids. One query."""
    by_id = {record.pk: record for record in records}
    rows = Clock.objects.filter(record__in=list(by_id), state__in=_SHOWN).order_by("cycle", "pk")
    if unfinished:
        rows = rows.unfinished()
    cycles: dict[tuple[int, str, str], list[Clock]] = defaultdict(list)
    for row in rows:
        cycles[row.record_id, row.agreement_kind, row.metric].append(row)
    now = time.now()
    faces: dict[int, list[ClockFace]] = defaultdict(list)
    for *past, row in cycles.values():
        record = by_id[row.record_id]
        is_worker = actor.access.works_on(record)
        if row.agreement_kind == AgreementKind.SLA or is_worker:
            faces[row.record_id].append(face(row, record, now, with_reason=is_worker, past=past))
    for shown in faces.values():
        shown.sort(key=lambda one: (list(AgreementKind).index(AgreementKind(one.agreement_kind)),
                                    list(Metric).index(Metric(one.metric))))  # fmt: skip
    return dict(faces)


def face(
    clock: Clock, record: Any, now: datetime, *, with_reason: bool, past: Sequence[Clock] = ()
) -> ClockFace:
    """Return one clock as it stands at `now`. No query once its editions are known."""
    hours = business_time(clock.calendar_version_id)
    rules = promise(clock.agreement_version_id)
    runs = clock.remaining_s is None and clock.due_at is not None
    is_paused = not runs and not clock.is_finished
    return ClockFace(
        id=clock.pk,
        metric=clock.metric,
        metric_label=Metric(clock.metric).label,
        agreement_kind=clock.agreement_kind,
        policy_label=f"{rules.name} v{rules.number}",
        state=_state(clock, now),
        due_at=clock.due_at,
        remaining_s=_remaining(clock, now),
        target_s=clock.target_s,
        is_open_now=runs and hours.is_open(now),
        next_change_at=hours.next_change(now) if runs else None,
        risk_s=max(RISK_LEAST_S, round(clock.target_s * RISK_SHARE)),
        finished_at=clock.finished_at,
        pause_reason=_why_paused(record) if is_paused and with_reason else "",
        calendar_label=calendar_name(clock.calendar_version_id),
        past=tuple(
            PastCycle(one.pk, one.cycle, ClockState(one.state).label, one.due_at, one.finished_at)
            for one in past
        ),
    )


def _why_paused(record: Any) -> str:
    """Say what a paused clock waits for, until when, and the reason that was given."""
    state = str(record.state_label)
    words = {"state": state[:1].lower() + state[1:]}
    said = gettext("Paused: %(state)s") % words
    if record.follow_up_at:
        words["day"] = date_format(localtime(record.follow_up_at), "j M")
        said = gettext("Paused: %(state)s until %(day)s") % words
    return f"{said}. {record.waiting_reason}" if record.waiting_reason else said


def _state(clock: Clock, now: datetime) -> str:
    """The state as it is now, also in the second before the sweep writes a breach down."""
    if clock.state == ClockState.RUNNING and clock.due_at is not None and now > clock.due_at:
        return ClockState.BREACHED.value
    return clock.state


def _remaining(clock: Clock, now: datetime) -> float:
    if clock.remaining_s is not None or clock.due_at is None:
        return clock.remaining_s or 0
    hours = business_time(clock.calendar_version_id)
    if now <= clock.due_at:
        return hours.elapsed(now, clock.due_at)
    return -hours.elapsed(clock.due_at, now)


def _urgency(shown: ClockFace) -> tuple[bool, float]:
    return (True, shown.remaining_s) if shown.due_at is None else (False, shown.due_at.timestamp())
