"""Telling those who are waited for, and asking one more person when the date has passed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from itsm.accounts.access import SYSTEM
from itsm.accounts.models import User
from valuechain.approvals.actions.requesting import let_see
from valuechain.approvals.actions.timing import next_nudge
from valuechain.approvals.models import Approval, Seat
from valuechain.records import events
from valuechain.records.models import Record


@transaction.atomic
def nudge(record: Record, *, via: str, at: datetime) -> int:
    """Remind and escalate what is due on a record whose row is locked. Returns how many it told."""
    due = Approval.objects.select_for_update().pending().filter(
        subject_id=record.pk, next_nudge_at__lte=at
    )  # fmt: skip
    told = 0
    for approval in due:
        is_overdue = approval.due_at is not None and approval.due_at <= at
        if is_overdue:
            _escalate(approval, record, at=at)
        approval.is_reminded = True
        # Past its date an approval has been told of twice; from then on it is on every list as late.
        approval.next_nudge_at = None if is_overdue else next_nudge(approval)
        approval.save(update_fields=["is_reminded", "next_nudge_at"])
        events.append(
            record,
            "approval.overdue" if is_overdue else "approval.reminded",
            actor=SYSTEM,
            via=via,
            at=at,
            data={"approval": approval.pk, "asked": _silent(approval)},
            is_internal=True,
        )
        told += 1
    return told


def _escalate(approval: Approval, record: Record, *, at: datetime) -> None:
    pk = approval.step["escalate_to"]
    person = User.objects.filter(pk=pk, is_active=True).first() if pk is not None else None
    if person is None or person.pk in approval.barred:
        return
    Seat.objects.get_or_create(
        approval=approval,
        step=approval.current_step,
        person=person,
        defaults={"is_escalation": True},
    )
    let_see(record, [person], at=at)


def _silent(approval: Approval) -> list[int]:
    said = approval.votes.filter(step=approval.current_step).values("approver")
    seats = approval.seats.filter(step=approval.current_step).exclude(person__in=said)
    return list(seats.values_list("person_id", flat=True))
