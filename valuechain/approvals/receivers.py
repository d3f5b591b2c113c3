"""What a decision does to its subject, and what a change of the subject does to a request."""

from __future__ import annotations

from typing import Any

from itsm.accounts.access import SYSTEM
from valuechain.approvals.actions import reopen, withdraw
from valuechain.approvals.models import Approval
from valuechain.approvals.subjects import digest, subjects
from valuechain.records.actions import perform
from valuechain.records.signals import recorded


def connect() -> None:
    """Listen to what happens to records."""
    recorded.connect(follow, dispatch_uid="approvals.follow")


def follow(record: Any, event: Any, **_kwargs: Any) -> None:
    """Move a subject when its approval is decided; ask again or withdraw when it moves itself."""
    subject = subjects.get(record.kind)
    if subject is None:
        return
    if event.verb == "approval.decided":
        _decide(record, event, subject)
    elif event.verb == f"{record.kind}.edited":
        _ask_again(record, event)
    elif event.from_state in subject.states and event.to_state not in subject.states:
        for approval in Approval.objects.pending().filter(subject_id=record.pk):
            withdraw(approval, actor=SYSTEM, via=event.via, at=event.at)


def _decide(record: Any, event: Any, subject: Any) -> None:
    machine = record.kind_entry.machine
    for name in subject.moves.get(event.data["result"], ()):
        transition = machine.transition(name, record.state)
        if record.state in transition.source:
            asks = {ask.name for ask in transition.asks}
            data = {"reason": event.data["reason"]} if "reason" in asks else {}
            perform(record, name, actor=SYSTEM, via=event.via, at=event.at, data=data)
            return


def _ask_again(record: Any, event: Any) -> None:
    pending = Approval.objects.pending().filter(subject_id=record.pk).first()
    if pending is not None and pending.subject_hash != digest(record):
        reopen(pending, actor=event.actor or SYSTEM, via=event.via, at=event.at)
