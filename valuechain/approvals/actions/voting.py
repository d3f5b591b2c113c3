"""Saying yes, no, or not like this; and drawing the sum when the last needed vote is in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from itsm.core import clock
from itsm.core.errors import Denied, FieldErrors, RuleViolation
from valuechain.approvals import counting
from valuechain.approvals.actions.timing import start_step
from valuechain.approvals.models import Approval, Seat, Vote
from valuechain.approvals.policies import may_vote
from valuechain.approvals.reading import newer_than
from valuechain.approvals.subjects import digest
from valuechain.approvals.vocabulary import Answer, Result
from valuechain.records import events
from valuechain.records.actions import lock_record
from valuechain.records.models import Record
from valuechain.records.vocabulary import Principle


def _changed(record: Record) -> RuleViolation:
    return RuleViolation(
        "content_changed",
        _("%(number)s was changed since approval was asked for. Read it again, then vote.")
        % {"number": record.number},
    )


@transaction.atomic
def vote(
    approval: Approval,
    answer: str,
    *,
    actor: Any,
    via: str,
    comment: str = "",
    conditions: str = "",
    principle: str = "",
    at: datetime | None = None,
) -> Vote:
    """Give one approver's answer, and draw the sum.

    1. Lock the subject, then the approval.   2. Is it still open, and of the content that was read?
    3. May this person, for themselves or for somebody they stand in for?   4. Write the vote.
    5. Count; the last vote needed decides, exactly once, and the subject moves in this transaction.
    Raises FieldErrors, Denied, or RuleViolation("approval_over" | "content_changed").
    """
    at = at or clock.now()
    comment = comment.strip()
    _refuse_bad(answer, comment, principle)
    record = lock_record(approval.subject)
    locked = Approval.objects.select_for_update().get(pk=approval.pk)
    if newer_than(locked) is not None:
        raise _changed(record)
    if not locked.is_pending:
        raise RuleViolation(
            "approval_over",
            _("This was decided already: %(result)s.")
            % {"result": locked.get_result_display().lower()},
        )
    if locked.subject_hash != digest(record):
        raise _changed(record)
    decision = may_vote(actor, locked, now=at)
    seat = decision.seat
    if seat is None:
        raise Denied.because(decision)
    given = Vote.objects.create(
        approval=locked,
        step=locked.current_step,
        approver_id=seat.person_id,
        cast_by_id=actor.pk,
        answer=answer,
        comment=comment,
        conditions=conditions.strip(),
        principle=principle,
        via=via,
        at=at,
    )
    _write_down(record, locked, given, seat, actor=actor, via=via, at=at)
    _draw_the_sum(record, locked, given, actor=actor, via=via, at=at)
    return given


def _refuse_bad(answer: str, comment: str, principle: str) -> None:
    errors: dict[str, list[tuple[str, Any]]] = {}
    if answer not in Answer.values:
        words = ", ".join(Answer.values)
        errors["answer"] = [("not_understood", _("Choose one of: %(words)s.") % {"words": words})]
    elif answer != Answer.APPROVE and not comment:
        errors["comment"] = [("required", _("Say why, so that the author can act on it."))]
    if principle and principle not in Principle.values:
        words = ", ".join(Principle.values)
        errors["principle"] = [
            ("not_understood", _("Choose one of: %(words)s.") % {"words": words})
        ]
    if errors:
        raise FieldErrors(errors)


def _write_down(
    record: Record, approval: Approval, given: Vote, seat: Seat, *, actor: Any, via: str,
    at: datetime,
) -> None:  # fmt: skip
    events.append(
        record, "approval.voted", actor=actor, via=via, at=at,
        data={
            "approval": approval.pk,
            "answer": given.answer,
            "on_behalf_of": seat.person_id if given.is_delegated else None,
            "principle": given.principle,
            "answers": {"reason": given.comment} if given.comment else {},
        },
    )  # fmt: skip


def _draw_the_sum(
    record: Record, approval: Approval, last: Vote, *, actor: Any, via: str, at: datetime
) -> None:
    """Pass the step, end the round, or go on waiting."""
    step = approval.step
    answers = approval.votes.filter(step=approval.current_step).values_list("answer", flat=True)
    result = counting.outcome(
        answers, seats=step["seats"], needed=step["needed"], has_veto=step["has_veto"]
    )
    if result is Result.PENDING:
        return
    if result is Result.APPROVED and approval.current_step + 1 < len(approval.snapshot["steps"]):
        start_step(approval, approval.current_step + 1, at=at)
        approval.save(
            update_fields=["current_step", "step_since", "due_at", "next_nudge_at", "is_reminded"]
        )
        asked = approval.seats.filter(step=approval.current_step)
        events.append(
            record, "approval.step_passed", actor=actor, via=via, at=at,
            data={
                "approval": approval.pk,
                "step": approval.step["name"],
                "asked": list(asked.values_list("person_id", flat=True)),
            },
        )  # fmt: skip
        return
    approval.result = result
    approval.decided_at = at
    approval.next_nudge_at = None
    approval.save(update_fields=["result", "decided_at", "next_nudge_at"])
    events.append(
        record, "approval.decided", actor=actor, via=via, at=at,
        data={
            "approval": approval.pk,
            "policy": approval.snapshot["policy"],
            "asked_by": approval.requested_by_id,
            "result": result.value,
            "hash": approval.subject_hash,
            "reason": last.comment,
        },
    )  # fmt: skip
