"""A requester who answers brings their ticket back to the desk, whatever door they came through."""

from __future__ import annotations

from typing import Any

from itsm.accounts.access import SYSTEM
from tickets.asks import TICKET_KINDS
from tickets.policies import is_within_reopen_window
from valuechain.records.actions import perform
from valuechain.records.signals import recorded

#: States a ticket leaves as soon as its requester says something.
WAITING_FOR_REQUESTER = ("waiting_customer", "needs_information")
#: States in which a requester's reply means that it is not over after all, by kind.
REOPENED_BY_REPLY = {"incident": ("resolved",), "service_request": ("fulfilled",)}


def connect() -> None:
    """Listen to what is said on tickets."""
    recorded.connect(take_up_again, dispatch_uid="tickets.take_up_again")


def take_up_again(record: Any, event: Any, **_kwargs: Any) -> None:
    """Resume a ticket that waited for its requester, and reopen one resolved too early."""
    if event.verb != "comment.reply" or record.kind not in TICKET_KINDS:
        return
    if event.data["from_staff"] or event.data["automatic"]:
        return
    # A mail may have been sent before the ticket began to wait; what it causes comes after.
    at = max(event.at, record.state_since)
    if record.state in WAITING_FOR_REQUESTER:
        perform(record, "resume", actor=SYSTEM, via=event.via, at=at)
    elif record.state in REOPENED_BY_REPLY.get(record.kind, ()) and is_within_reopen_window(
        record.specific
    ):
        perform(
            record,
            "reopen",
            actor=SYSTEM,
            via=event.via,
            at=at,
            data={"reason": "The requester replied."},
        )
