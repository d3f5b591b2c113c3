"""What there is to know about an approval: where it stands, who is waited for, whether it holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from itsm.core import clock
from itsm.core.decisions import ALLOW, Decision, deny
from valuechain.approvals import counting
from valuechain.approvals.models import Approval, Vote
from valuechain.approvals.querysets import ApprovalQuerySet
from valuechain.approvals.subjects import digest
from valuechain.approvals.vocabulary import Result
from valuechain.records.models import Record

if TYPE_CHECKING:
    from itsm.core.decisions import Sentence


@dataclass(frozen=True)
class SeatState:
    """One approver of one step, with the vote they gave, if any."""

    person: Any
    vote: Vote | None
    is_escalation: bool = False


@dataclass(frozen=True)
class StepState:
    """Where one step stands: its rule in words, and who has said what."""

    name: str
    rule: Sentence
    seats: tuple[SeatState, ...]
    is_current: bool
    is_passed: bool
    due_at: datetime | None = None

    @property
    def approvals(self) -> int:
        return sum(1 for s in self.seats if s.vote is not None and s.vote.answer == "approve")


@dataclass(frozen=True)
class ApprovalState:
    """Where an approval stands, step by step; `is_current` says whether it is of today's content."""

    approval: Approval
    steps: tuple[StepState, ...]
    is_current: bool

    @property
    def waits_for(self) -> Sentence:
        """Say what the present step waits for; empty once decided."""
        for step in self.steps:
            if step.is_current and self.approval.is_pending:
                return f"{step.name}: {step.rule}"
        return ""

    @property
    def missing(self) -> tuple[str, ...]:
        """The names of those whose vote the present step still waits for."""
        if not self.approval.is_pending:
            return ()
        return tuple(
            str(seat.person)
            for step in self.steps
            if step.is_current
            for seat in step.seats
            if seat.vote is None
        )


def newer_than(approval: Approval) -> Approval | None:
    """Return what is put up in the place of an approval withdrawn because its record changed.

    One query for one that was withdrawn, none for others.
    """
    if approval.result != Result.WITHDRAWN:
        return None
    found: Approval | None = (
        Approval.objects.pending()
        .with_subject()
        .filter(subject_id=approval.subject_id, pk__gt=approval.pk)
        .order_by("-pk")
        .first()
    )
    return found


def latest_of(record: Record) -> Approval | None:
    """Return the newest approval of a record that was not withdrawn. One query."""
    found: Approval | None = (
        Approval.objects.filter(subject_id=record.pk)
        .exclude(result=Result.WITHDRAWN)
        .select_related("policy", "requested_by")
        .first()
    )
    return found


def state_of(record: Record) -> ApprovalState | None:
    """Say where the newest approval of a record stands, in words; None when there is none."""
    approval = latest_of(record)
    return None if approval is None else describe(approval, digest(record))


def describe(approval: Approval, content_hash: str) -> ApprovalState:
    """Say where an approval stands. Two queries."""
    votes = {
        (vote.step, vote.approver_id): vote
        for vote in approval.votes.select_related("approver", "cast_by")
    }
    seats: dict[int, list[SeatState]] = {}
    for seat in approval.seats.select_related("person"):
        said = votes.get((seat.step, seat.person_id))
        seats.setdefault(seat.step, []).append(SeatState(seat.person, said, seat.is_escalation))
    steps = []
    for place, step in enumerate(approval.snapshot["steps"]):
        is_current = approval.is_pending and place == approval.current_step
        steps.append(
            StepState(
                name=step["name"],
                rule=counting.rule_in_words(needed=step["needed"], seats=step["seats"]),
                seats=tuple(seats.get(place, ())),
                is_current=is_current,
                is_passed=place < approval.current_step or approval.result == Result.APPROVED,
                due_at=approval.due_at if is_current else None,
            )
        )
    return ApprovalState(approval, tuple(steps), approval.subject_hash == content_hash)


def is_approved(record: Record, *, content_hash: str | None = None) -> Decision:
    """Answer whether a record is approved as it reads now, or as `content_hash` says it read.

    What is missing names those whose vote is waited for.
    """
    wanted = content_hash or digest(record)
    approvals = Approval.objects.filter(subject_id=record.pk)
    if approvals.filter(result=Result.APPROVED, subject_hash=wanted).exists():
        return ALLOW
    pending = approvals.pending().first()
    if pending is not None:
        state = describe(pending, wanted)
        return deny(
            _("Approval is waited for. %(rule)s.") % {"rule": state.waits_for},
            missing=[_("vote of %(name)s") % {"name": name} for name in state.missing],
            code="not_approved",
        )
    return deny(
        _("This is not approved as it reads now. Ask for approval first."),
        missing=[_("approval")],
        code="not_approved",
    )


def waiting_for(person: Any) -> ApprovalQuerySet:
    """Return the approvals that wait for a person's vote, of their own or for somebody else."""
    return Approval.objects.waiting_for(person, now=clock.now()).with_subject()
