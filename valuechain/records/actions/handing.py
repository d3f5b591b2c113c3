"""`hand_off`: the only way work crosses from one activity to another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from itsm.core import clock
from itsm.core.errors import Denied, FieldErrors, RuleViolation
from valuechain.records import events, policies
from valuechain.records.actions.editing import apply_changes, save_changes
from valuechain.records.actions.linking import link_records
from valuechain.records.actions.locking import lock_record
from valuechain.records.answers import clean_answers
from valuechain.records.flows import flows
from valuechain.records.models import Handover, Record


@transaction.atomic
def hand_off(
    record: Record,
    flow: str,
    *,
    actor: Any,
    via: str,
    data: Mapping[str, Any] | None = None,
) -> Handover:
    """Hand a record's work on through a flow, and write it down on both sides.

    The receiving app's builder opens or finds the record that takes the work over; both are linked.
    Returns the Handover; `handover.target` is that record. Raises NotOffered, Denied, RuleViolation
    or FieldErrors, and then nothing was opened.
    """
    entry = flows.find(record.kind, flow)
    source = lock_record(record)
    may = entry.permits(actor, source)
    if not may:
        raise Denied.because(may)
    holds = entry.guard(source)
    if not holds:
        raise RuleViolation(holds.code, holds.reason, missing=holds.missing)
    answers = clean_answers(entry.asks, data or {}, actor=actor)
    target = entry.build(source, actor, via, answers)
    link_records(target, source, entry.link, actor=actor, via=via)
    at = clock.now()
    taken = not entry.is_offered
    handover = Handover.objects.create(
        source=source,
        target=target,
        flow=entry.name,
        from_activity=source.activity,
        to_activity=target.activity,
        trigger=str(entry.trigger),
        input=str(entry.input),
        output=str(entry.output),
        status=Handover.Status.ACCEPTED if taken else Handover.Status.OFFERED,
        offered_at=at,
        offered_by_id=actor.pk,
        accepted_at=at if taken else None,
        accepted_by_id=actor.pk if taken else None,
    )
    _tell_both(handover, "offered", actor=actor, via=via)
    if taken:
        _tell_both(handover, "accepted", actor=actor, via=via)
    return handover


@transaction.atomic
def accept_handover(handover: Handover, *, actor: Any, via: str) -> Handover:
    """Take over work that was offered; what nobody owned is theirs who took it.

    Raises Denied or RuleViolation("handover_settled").
    """
    handover = _lock_offered(handover, actor)
    handover.status = Handover.Status.ACCEPTED
    handover.accepted_at = clock.now()
    handover.accepted_by_id = actor.pk
    handover.save(update_fields=["status", "accepted_at", "accepted_by"])
    _tell_both(handover, "accepted", actor=actor, via=via)
    _own(handover.target, actor=actor, via=via)
    return handover


def _own(record: Record, *, actor: Any, via: str) -> None:
    """Whoever takes work over that nobody owns answers for it from then on."""
    locked = lock_record(record)
    may_own = actor.pk is not None and "owner" in locked.kind_entry.fields
    if locked.owner_id is not None or not locked.is_live or not may_own:
        return
    written = apply_changes(locked, {"owner": actor})
    event = events.compose(
        locked,
        f"{locked.kind}.edited",
        actor=actor,
        via=via,
        at=clock.now(),
        from_state=locked.state,
        data={"changes": written},
        is_internal=True,
    )
    save_changes(locked, ["owner"])
    events.publish(locked, event)


@transaction.atomic
def return_handover(handover: Handover, *, reason: str, actor: Any, via: str) -> Handover:
    """Send work back with the reason. Raises Denied, FieldErrors or RuleViolation."""
    if not reason.strip():
        raise FieldErrors({"reason": [("required", _("Say why it goes back."))]})
    handover = _lock_offered(handover, actor)
    handover.status = Handover.Status.RETURNED
    handover.returned_at = clock.now()
    handover.returned_by_id = actor.pk
    handover.return_reason = reason.strip()
    handover.save(update_fields=["status", "returned_at", "returned_by", "return_reason"])
    _tell_both(handover, "returned", actor=actor, via=via, reason=reason.strip())
    return handover


def _lock_offered(handover: Handover, actor: Any) -> Handover:
    locked = Handover.objects.select_for_update(no_key=True, of=("self",)).get(pk=handover.pk)
    decision = policies.may_work(actor, locked.target)
    if not decision:
        raise Denied.because(decision)
    if locked.status != Handover.Status.OFFERED:
        raise RuleViolation(
            "handover_settled",
            _("This was %(status)s already.") % {"status": locked.get_status_display().lower()},
        )
    return locked


def _tell_both(handover: Handover, what: str, *, actor: Any, via: str, reason: str = "") -> None:
    ends = sorted(
        ((handover.source, handover.target, "out"), (handover.target, handover.source, "in")),
        key=lambda end: end[0].pk,
    )
    for record, other, direction in ends:
        events.append(
            lock_record(record),
            f"handover.{what}",
            actor=actor,
            via=via,
            data={
                "handover": handover.pk,
                "flow": handover.flow,
                "other": other.number,
                "direction": direction,
                **({"reason": reason} if reason else {}),
            },
            # It names the other record, which a reader of this one may not be able to see.
            is_internal=True,
        )
