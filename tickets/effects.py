"""What follows from a ticket's transitions, in the same transaction."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from itsm.core.errors import Denied, RuleViolation
from itsm.core.machine import Change, own_columns
from valuechain.records import events
from valuechain.records.actions import link_records, lock_record
from valuechain.records.models import Attachment, Comment, Participation, TimeEntry
from valuechain.records.policies import may_desk
from valuechain.records.vocabulary import LinkKind, ParticipationRole


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
    """Move the conversation, files, time and people to the ticket that stays.

    Each message remembers the ticket it was written on, so that a merge can be read back. The
    survivor keeps the earliest `received_at` of the two.
    """
    survivor = lock_record(change.answers["into"])
    if survivor.pk == ticket.pk:
        raise RuleViolation("merge_into_itself", _("Choose another ticket to stay."), field="into")
    decision = may_desk(change.actor, survivor)
    if not decision:
        raise Denied.because(decision)
    if not survivor.is_live:
        raise RuleViolation(
            "survivor_finished",
            _("%(number)s is finished; choose a ticket that is still open.")
            % {"number": survivor.number},
            field="into",
        )
    ticket.merged_into = survivor
    mine = Comment.objects.filter(record_id=ticket.pk)
    mine.filter(moved_from=None).update(moved_from_id=ticket.pk)
    mine.update(record_id=survivor.pk)
    Attachment.objects.filter(record_id=ticket.pk).update(record_id=survivor.pk)
    TimeEntry.objects.filter(record_id=ticket.pk).update(record_id=survivor.pk)
    there = {
        (person, role) for person, role in survivor.participations.values_list("person_id", "role")
    }
    for person, role in ticket.participations.values_list("person_id", "role"):
        as_role = ParticipationRole.AFFECTED.value if role == ParticipationRole.REQUESTER else role
        if (person, as_role) not in there:
            Participation.objects.create(record_id=survivor.pk, person_id=person, role=as_role)
    link_records(ticket, survivor, LinkKind.DUPLICATES, actor=change.actor, via=change.via)
    survivor.received_at = min(survivor.received_at, ticket.received_at)
    event = events.compose(
        survivor,
        "ticket.absorbed",
        actor=change.actor,
        via=change.via,
        at=change.at,
        from_state=survivor.state,
        data={"other": ticket.number, "received_at": survivor.received_at},
        is_internal=True,
    )
    survivor.version += 1
    survivor.save(update_fields=["received_at", "version", *events.AUDIT_FIELDS])
    events.publish(survivor, event)
