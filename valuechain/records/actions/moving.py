"""`perform`: the writer of state, and `put_back`, which undoes what it just wrote."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from itsm.core import clock
from itsm.core.errors import Denied, NotOffered, RuleViolation
from itsm.core.machine import Change, Phase, Transition
from valuechain.records import events
from valuechain.records.actions.editing import apply_changes
from valuechain.records.actions.holding import refuse_broken
from valuechain.records.actions.locking import lock_record
from valuechain.records.answers import clean_answers, for_audit
from valuechain.records.models import Event, Record
from valuechain.records.policies import may_work

#: What leaving a state resets, and entering a waiting one sets.
_HEADER = ("state", "phase", "state_since", "closed_at", "waiting_reason", "follow_up_at")


@transaction.atomic
def perform(
    record: Record,
    name: str,
    *,
    actor: Any,
    via: str,
    data: Mapping[str, Any] | None = None,
    at: datetime | None = None,
    expected_version: int | None = None,
) -> Event:
    """Move a record through one transition, or raise saying why not. Nothing is half done.

    1. Lock the row and read it afresh.   2. Is the transition offered from this state?
    3. May this actor?   4. Does the guard hold, and do the answers?   5. Apply answers, state,
    phase and effect.   6. Write the Event.   7. Tell the listeners, in this transaction.

    `data` holds the answers to what the transition asks, typed or as strings. `at` is when it
    happened (default now). Returns the Event; `event.record` is the record as it then is. Raises
    NotOffered (409), Denied (403), RuleViolation (409), FieldErrors (400) or StaleVersion (412).
    """
    machine = record.kind_entry.machine
    machine.transition(name)
    record = lock_record(record, expected_version=expected_version)
    transition = machine.transition(name, record.state)
    if record.state not in transition.source:
        raise NotOffered(
            "not_offered",
            _("“%(label)s” is not offered while this is %(state)s.")
            % {"label": transition.label, "state": record.state_label},
            missing=[offer.name for offer in machine.offers(record, actor) if offer.decision],
        )
    may = transition.may(actor, record)
    if not may:
        raise Denied.because(may)
    holds = transition.guard(record)
    if not holds:
        raise RuleViolation(holds.code, holds.reason, missing=holds.missing)
    answers = clean_answers(transition.asks, data or {}, actor=actor)
    holds = transition.check(record, answers)
    if not holds:
        raise RuleViolation(holds.code, holds.reason, missing=holds.missing)
    return _move(record, transition, answers, actor=actor, via=via, at=at or clock.now())


def _move(
    record: Record,
    transition: Transition,
    answers: dict[str, Any],
    *,
    actor: Any,
    via: str,
    at: datetime,
) -> Event:
    before = {field.attname: getattr(record, field.attname) for field in _concrete(record)}
    from_state = record.state
    stored = {ask.stores: answers[ask.name] for ask in transition.asks
              if ask.stores and ask.name in answers}  # fmt: skip
    changes = apply_changes(record, stored)
    _enter(record, transition.target or record.state, answers, at=at)
    if transition.effect is not None:
        transition.effect(record, Change(actor=actor, via=via, at=at, answers=answers))
    refuse_broken(record)
    internal = {ask.name for ask in transition.asks if ask.is_internal}
    said = {name: for_audit(value) for name, value in answers.items()}
    event = events.compose(
        record,
        f"{record.kind}.{transition.name}",
        actor=actor,
        via=via,
        at=at,
        from_state=from_state,
        data={
            "answers": {name: value for name, value in said.items() if name not in internal},
            "internal": {
                "answers": {name: value for name, value in said.items() if name in internal},
                "changes": changes,
            },
        },
    )
    record.version += 1
    changed = [f.name for f in _concrete(record) if getattr(record, f.attname) != before[f.attname]]
    record.save(update_fields=changed)
    return events.publish(record, event)


@transaction.atomic
def put_back(
    record: Record, before: Mapping[str, Any], *, actor: Any, via: str, expected_version: int,
    verb: str = "put_back",
) -> Event:  # fmt: skip
    """Put columns of a record back to what they were before its last step, which stays in the trail.

    `before` maps column names to their values then. Only somebody who works on the record may, and
    only while nothing else has happened to it. `verb` names the undoing in the trail. Raises Denied, RuleViolation, StaleVersion.
    """
    record = lock_record(record, expected_version=expected_version)
    may = may_work(actor, record)
    if not may:
        raise Denied.because(may)
    from_state = record.state
    fields = {field.attname: field for field in _concrete(record) if field.attname in before}
    changes = []
    for name, field in fields.items():
        now = record.describe(field.name)
        setattr(record, name, field.to_python(before[name]))
        is_told = field.name not in _HEADER and field.editable
        if is_told:
            # What the relation showed is read anew.
            changes.append(
                {"field": field.name, "before": now, "after": record.describe(field.name)}
            )
    refuse_broken(record)
    event = events.compose(
        record,
        f"{record.kind}.{verb}",
        actor=actor,
        via=via,
        at=clock.now(),
        from_state=from_state,
        data={"answers": {}, "internal": {"answers": {}, "changes": changes}},
    )
    record.version += 1
    record.save(update_fields=[*(f.name for f in fields.values()), "version", *events.AUDIT_FIELDS])
    return events.publish(record, event)


def columns_of(record: Record) -> dict[str, Any]:
    """Return the values of a record that a step may change, by column, as they can be kept."""
    left_out = {"version", "updated_at", "event_count", "event_hash", "next_due_at"}
    return {
        field.attname: json.loads(json.dumps(getattr(record, field.attname), cls=DjangoJSONEncoder))
        for field in _concrete(record)
        if field.attname not in left_out and not field.primary_key
    }


def _enter(record: Record, target: str, answers: Mapping[str, Any], *, at: datetime) -> None:
    """Set the state and all that follows from it."""
    if target == record.state:
        return
    phase = record.kind_entry.machine.phase(target)
    record.state = target
    record.phase = phase.value
    record.state_since = at
    record.closed_at = at if phase in (Phase.DONE, Phase.VOID) else None
    is_waiting = phase is Phase.WAITING
    record.waiting_reason = str(answers.get("reason", ""))[:300] if is_waiting else ""
    record.follow_up_at = answers.get("follow_up_at") if is_waiting else None


def _concrete(record: Record) -> list[Any]:
    return [field for field in record._meta.concrete_fields if not field.generated]
