"""A need moves on by itself when what it was routed to does."""

from __future__ import annotations

from typing import Any

from itsm.accounts.access import SYSTEM
from valuechain.engage import policies
from valuechain.engage.models import Need
from valuechain.engage.vocabulary import TARGETS
from valuechain.records.actions import perform
from valuechain.records.signals import recorded
from valuechain.records.vocabulary import LinkKind, ParticipationRole

_CARRIES = (LinkKind.DERIVED_FROM, LinkKind.FULFILS)


def connect() -> None:
    """Listen to handovers, links and the records needs were routed to."""
    recorded.connect(follow_the_handover, dispatch_uid="engage.follow_the_handover")
    recorded.connect(follow_the_target, dispatch_uid="engage.follow_the_target")
    recorded.connect(take_up_again, dispatch_uid="engage.take_up_again")


def follow_the_handover(record: Any, event: Any, **_kwargs: Any) -> None:
    """A qualified need is routed once it is handed on, and in fulfilment once that is accepted."""
    if record.kind != Need.KIND or event.data.get("direction") != "out":
        return
    if event.verb in ("handover.offered", "handover.accepted"):
        move_on(record.specific, event)


def follow_the_target(record: Any, event: Any, **_kwargs: Any) -> None:
    """When work begins on what a need led to, or ends, the need follows."""
    is_a_step = event.from_state and event.from_state != event.to_state
    if record.kind not in TARGETS or not is_a_step:
        return
    for need in Need.objects.filter(
        links_in__source_id=record.pk,
        links_in__kind__in=_CARRIES,
        state__in=("qualified", "routed", "in_fulfilment"),
    ).distinct():
        move_on(need, event)


def move_on(need: Any, event: Any) -> None:
    """Take each step that the need's own guards allow by now, as the program."""
    steps = (
        ("qualified", "route", policies.has_target),
        ("routed", "begin_fulfilment", policies.is_taken_up),
        ("in_fulfilment", "fulfil", policies.are_targets_done),
    )
    for state, transition, guard in steps:
        if need.state == state and guard(need):
            need = perform(need, transition, actor=SYSTEM, via=event.via, at=event.at).record


def take_up_again(record: Any, event: Any, **_kwargs: Any) -> None:
    """A need that waits for its stakeholder comes back as soon as they write."""
    if record.kind != Need.KIND or event.verb != "comment.reply":
        return
    if record.state != "needs_information" or event.data["from_staff"]:
        return
    asked = record.participations.filter(
        person_id=event.actor_id, role=ParticipationRole.REQUESTER
    ).exists()
    if asked and not event.data["automatic"]:
        perform(record, "resume", actor=SYSTEM, via=event.via, at=event.at)
