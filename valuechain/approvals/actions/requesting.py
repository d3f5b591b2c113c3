"""Asking for approval, taking the request back, and asking again when the content changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from itsm.accounts.models import User
from itsm.core import clock
from itsm.core.errors import RuleViolation
from valuechain.approvals import counting
from valuechain.approvals.actions.timing import start_step
from valuechain.approvals.models import Approval, ApprovalPolicy, Delegation, PolicyStep, Seat
from valuechain.approvals.resolving import authors_of, people_of, policy_for
from valuechain.approvals.subjects import digest, subjects
from valuechain.approvals.vocabulary import Result
from valuechain.records import events
from valuechain.records.models import Participation, Record
from valuechain.records.vocabulary import ParticipationRole


@transaction.atomic
def request_approval(
    record: Record,
    policy: ApprovalPolicy | None = None,
    *,
    actor: Any,
    via: str,
    at: datetime | None = None,
) -> Approval:
    """Ask those a policy names to agree to a record as it reads now. Needs the record's row lock.

    Without a policy the one in use for the kind is taken. A pending request for other content is
    withdrawn; one for the same content is returned as it is. Raises
    RuleViolation("too_few_can_approve" | "no_approval_policy").
    """
    at = at or clock.now()
    policy = policy or policy_for(record)
    content = digest(record)
    pending: Approval | None = (
        Approval.objects.select_for_update().pending().filter(subject_id=record.pk).first()
    )
    if pending is not None:
        if pending.subject_hash == content and pending.policy_id == policy.pk:
            return pending
        _withdraw(pending, record, actor=actor, via=via, at=at)
    barred = sorted({*authors_of(record), *([actor.pk] if actor.pk is not None else [])})
    asked = [
        (step, [p for p in people_of(step, record) if p.pk not in barred])
        for step in policy.steps.prefetch_related("approvers")
    ]
    snapshot = {"policy": policy.name, "steps": [_as_it_is(step, who) for step, who in asked]}
    subject = subjects.get(record.kind)
    approval = Approval(
        subject_id=record.pk,
        policy=policy,
        snapshot=snapshot,
        subject_hash=content,
        subject_label=subject.label(record.specific) if subject else "",
        requested_by_id=actor.pk,
        requested_at=at,
        barred=barred,
    )
    start_step(approval, 0, at=at)
    approval.save()
    Seat.objects.bulk_create(
        Seat(approval=approval, step=place, person=person)
        for place, (_step, who) in enumerate(asked)
        for person in who
    )
    let_see(record, [person for _step, who in asked for person in who], at=at)
    events.append(
        record, "approval.requested", actor=actor, via=via, at=at,
        data={
            "approval": approval.pk,
            "policy": policy.name,
            "asked": [p.pk for p in asked[0][1]],
        },
    )  # fmt: skip
    return approval


def _as_it_is(step: PolicyStep, who: list[User]) -> dict[str, Any]:
    """Return a step in plain values, or refuse when too few people are left to pass it."""
    needed = counting.needed_of(step.mode, step.count, len(who))
    if not who or needed > len(who):
        raise RuleViolation(
            "too_few_can_approve",
            _(
                "“%(step)s” needs %(needed)d approvals, and only %(count)d people can give one:"
                " nobody approves what they asked for or wrote. Name more approvers."
            )
            % {"step": step.name, "needed": max(needed, 1), "count": len(who)},
            missing=[step.name],
        )
    return {
        "name": step.name,
        "mode": step.mode,
        "needed": needed,
        "seats": len(who),
        "has_veto": step.has_veto,
        "due_hours": step.due_hours,
        "remind_hours": step.remind_hours,
        "escalate_to": step.escalate_to_id,
    }


def let_see(record: Record, people: list[User], *, at: datetime) -> None:
    """Let approvers, and those who vote for them today, see what they decide on."""
    stand_ins = Delegation.objects.on(at).filter(giver__in=people).select_related("receiver")
    unseen = [
        person
        for person in {*people, *(d.receiver for d in stand_ins)}
        if not Record.objects.visible_to(person).filter(pk=record.pk).exists()
    ]
    Participation.objects.bulk_create(
        [
            Participation(record_id=record.pk, person=person, role=ParticipationRole.WATCHER)
            for person in unseen
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def withdraw(
    approval: Approval,
    *,
    actor: Any,
    via: str,
    at: datetime | None = None,
    reason: str = "",
    record: Record | None = None,
) -> Approval:
    """Take a request back; its votes stay on file and count for nothing.

    An effect gives the copy of the `record` it is moving, whose row is locked already.
    """
    from valuechain.records.actions import lock_record

    record = record or lock_record(approval.subject)
    locked = Approval.objects.select_for_update().get(pk=approval.pk)
    if locked.is_pending:
        _withdraw(locked, record, actor=actor, via=via, at=at or clock.now(), reason=reason)
    return locked


def _withdraw(
    approval: Approval, record: Record, *, actor: Any, via: str, at: datetime, reason: str = ""
) -> None:
    approval.result = Result.WITHDRAWN
    approval.decided_at = at
    approval.next_nudge_at = None
    approval.save(update_fields=["result", "decided_at", "next_nudge_at"])
    events.append(
        record, "approval.withdrawn", actor=actor, via=via, at=at,
        data={"approval": approval.pk, "answers": {"reason": reason} if reason else {}},
    )  # fmt: skip


def reopen(approval: Approval, *, actor: Any, via: str, at: datetime | None = None) -> Approval:
    """Ask again, under the same policy, for the content as it reads now."""
    from valuechain.records.actions import lock_record

    with transaction.atomic():
        record = lock_record(approval.subject)
        return request_approval(record, approval.policy, actor=actor, via=via, at=at)
