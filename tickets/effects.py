"""What follows from a ticket's transitions, in the same transaction."""

from __future__ import annotations

from typing import Any

from itsm.core.machine import Change, own_columns
from tickets.actions.converting import reopened_as
from tickets.actions.merging import move_all, refuse_survivor
from valuechain.records import events
from valuechain.records.actions import link_records, lock_record
from valuechain.records.vocabulary import LinkKind


@own_columns
def take(ticket: Any, change: Change) -> None:
    """Whoever starts work on a ticket nobody owns becomes its owner."""
    if ticket.owner_id is None and change.actor.pk is not None:
        ticket.owner_id = change.actor.pk


@own_columns
def resolved(ticket: Any, change: Change) -> None:
    """Note when the ticket was resolved; the reopen window counts from here."""
    ticket.resolved_at = change.at


@own_columns
def reopened(ticket: Any, _change: Change) -> None:
    """Count that the resolution did not hold."""
    ticket.resolved_at = None
    ticket.reopened_count += 1


def major(ticket: Any, _change: Change) -> None:
    """Flag the incident as major."""
    ticket.is_major = True


def not_major(ticket: Any, _change: Change) -> None:
    """Take the major flag off again."""
    ticket.is_major = False


def authorised(change_ticket: Any, change: Change) -> None:
    """Note who said that the change may happen."""
    change_ticket.authorised_by_id = change.actor.pk


def authorisation_withdrawn(change_ticket: Any, _change: Change) -> None:
    """An authorisation given for another plan counts no more."""
    change_ticket.authorised_by = None


def unscheduled(change_ticket: Any, _change: Change) -> None:
    """Free the window; overlaps accepted for it say nothing about the next one."""
    change_ticket.window_start = change_ticket.window_end = None
    change_ticket.conflicts_accepted = ""


def merged(ticket: Any, change: Change) -> None:
    """Move the conversation, files, time, people and parts to the ticket that stays.

    What was moved is kept in the trail of the survivor, so that the two can be split back. The
    survivor keeps the earliest `received_at` of the two.
    """
    survivor = lock_record(change.answers["into"])
    refuse_survivor(ticket, survivor, actor=change.actor)
    _absorb(ticket, survivor, change, link=(ticket, survivor, LinkKind.DUPLICATES))


def converted(ticket: Any, change: Change) -> None:
    """Open the same demand as another kind of ticket and let everything go on there.

    The conversation stays one, the demand keeps the instant at which it reached us, and both numbers
    lead to each other.
    """
    made = reopened_as(ticket, change.answers["kind"], actor=change.actor, via=change.via)
    survivor = lock_record(made)
    _absorb(ticket, survivor, change, link=(survivor, ticket, LinkKind.DERIVED_FROM))


def _absorb(ticket: Any, survivor: Any, change: Change, *, link: tuple[Any, Any, LinkKind]) -> None:
    """Move everything of a ticket to the one that stays in its place, and keep what was moved."""
    ticket.merged_into = survivor
    moved = move_all(ticket, survivor, actor=change.actor, via=change.via)
    link_records(*link, actor=change.actor, via=change.via)
    survivor.received_at = min(survivor.received_at, ticket.received_at)
    event = events.compose(
        survivor,
        "ticket.absorbed",
        actor=change.actor,
        via=change.via,
        at=change.at,
        from_state=survivor.state,
        data={"other": ticket.number, "received_at": survivor.received_at, "moved": moved},
        is_internal=True,
    )
    survivor.version += 1
    survivor.save(update_fields=["received_at", "version", *events.AUDIT_FIELDS])
    events.publish(survivor, event)
