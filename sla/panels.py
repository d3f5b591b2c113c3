"""Clocks as pages show them: the badges of a list's rows and the clocks of a record's page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext

from itsm.core import clock as time
from itsm.core.statements import Given, Statement
from itsm.core.wording import kept
from sla import wording
from sla.models import Clock
from sla.published import business_time, calendar_name, promise
from sla.vocabulary import AgreementKind, ClockState, Metric
from valuechain.records.panels import panels

#: With less than this share of its target left, or less than ten minutes, a clock is at risk.
RISK_SHARE, RISK_LEAST_S = 0.25, 600
_AGREEMENTS, _METRICS = AgreementKind.values, Metric.values
_SHOWN = (ClockState.RUNNING, ClockState.PAUSED, ClockState.MET, ClockState.BREACHED)


@Statement
def _clocks(unfinished: bool) -> Any:  # noqa: FBT001 - the shape of a statement
    rows = Clock.objects.filter(record__in=Given("records"), state__in=_SHOWN)
    return (rows.unfinished() if unfinished else rows).order_by("cycle", "pk")


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
    panels.news_words |= {"clock.breached": wording.news, "clock.escalated": wording.news}


def put_on_rows(records: Sequence[Any], actor: Any) -> None:
    """Set `clock` on each row: the one that is due first, else one that is paused. One query."""
    now = time.now()
    shown = _latest(records, actor, unfinished=True)
    for record in records:
        standing = shown.get(record.pk)
        record.clock = None
        if standing is not None:
            clock, *_past = min(standing.cycles, key=_urgency)
            record.clock = face(clock, record, now, with_reason=standing.is_worker)


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
    now = time.now()
    return {
        pk: [
            face(clock, standing.record, now, with_reason=standing.is_worker, past=past[::-1])
            for clock, *past in sorted(standing.cycles, key=_place)
        ]
        for pk, standing in _latest(records, actor, unfinished=unfinished).items()
    }


@dataclass(frozen=True, slots=True)
class _Standing:
    """The clocks of one record that the actor may see: of each its cycles, the latest first."""

    record: Any
    is_worker: bool
    cycles: list[list[Clock]]


def _latest(records: Iterable[Any], actor: Any, *, unfinished: bool) -> dict[int, _Standing]:
    by_id = {record.pk: record for record in records}
    cycles: dict[tuple[int, str, str], list[Clock]] = {}
    found: dict[int, _Standing] = {}
    for clock in _clocks(unfinished, records=tuple(by_id)):
        standing = found.get(clock.record_id)
        if standing is None:
            record = by_id[clock.record_id]
            standing = _Standing(record, actor.access.works_on(record), [])
            found[clock.record_id] = standing
        if clock.agreement_kind != AgreementKind.SLA and not standing.is_worker:
            continue
        key = (clock.record_id, clock.agreement_kind, clock.metric)
        if key not in cycles:
            cycles[key] = []
            standing.cycles.append(cycles[key])
        cycles[key].insert(0, clock)
    return {pk: standing for pk, standing in found.items() if standing.cycles}


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
        metric_label=_metric_words(clock.metric),
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


@kept
def _metric_words(metric: str) -> str:
    return str(Metric(metric).label)


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


def _place(cycles: list[Clock]) -> tuple[int, int]:
    return _AGREEMENTS.index(cycles[0].agreement_kind), _METRICS.index(cycles[0].metric)


def _urgency(cycles: list[Clock]) -> tuple[bool, float, tuple[int, int]]:
    clock = cycles[0]
    if clock.due_at is None:
        return True, clock.remaining_s or 0, _place(cycles)
    return False, clock.due_at.timestamp(), _place(cycles)
