"""A need moves on by itself when what it was routed to does, and tells of what comes too late for it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from itsm.accounts.access import SYSTEM
from valuechain.engage import policies
from valuechain.engage.models import Need
from valuechain.engage.vocabulary import TARGETS
from valuechain.records import events
from valuechain.records.actions import lock_record, perform
from valuechain.records.signals import recorded
from valuechain.records.trace import UPSTREAM, trace
from valuechain.records.vocabulary import LinkKind, ParticipationRole

#: What is written on a need when a part of it comes after the day that was promised.
PART_LATE = "need.part_late"
_CARRIES = (LinkKind.DERIVED_FROM, LinkKind.FULFILS)


def connect() -> None:
    """Listen to handovers, links and the records needs were routed to."""
    recorded.connect(follow_the_handover, dispatch_uid="engage.follow_the_handover")
    recorded.connect(follow_the_target, dispatch_uid="engage.follow_the_target")
    recorded.connect(take_up_again, dispatch_uid="engage.take_up_again")
    recorded.connect(hold_against_promises, dispatch_uid="engage.hold_against_promises")


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


def hold_against_promises(record: Any, event: Any, **_kwargs: Any) -> None:
    """Tell the liaison of each need when a part of it comes after the day its stakeholder was told.

    Once for each part and day. The stakeholder reads the new day on their page; what becomes of the
    promise is the liaison's to say.
    """
    day = event.data["answers"].get("promised_at") if event.verb == "component.promise" else None
    if day is None:
        return
    chain = trace(record, actor=SYSTEM, direction=UPSTREAM, depth=4)
    needs = [one.pk for one in chain.records.values() if one.kind == Need.KIND]
    for need in Need.objects.live().filter(pk__in=needs, promised_on__lt=day).order_by("pk"):
        told = {"part": record.number, "title": record.title, "day": day,
                "promised": need.promised_on.isoformat()}  # fmt: skip
        locked = lock_record(need)
        if not locked.events.filter(verb=PART_LATE, data__contains=told).exists():
            events.append(
                locked, PART_LATE, actor=SYSTEM, via=event.via, data=told, is_internal=True,
                at=max(event.at, locked.state_since),
            )  # fmt: skip


def part_late(event: Any) -> str:
    """Say which part comes when, and what was promised."""
    told = event.data
    return _(
        "%(number)s %(title)s comes on %(day)s, after the day promised here: %(promised)s."
    ) % {
        "number": told["part"],
        "title": told["title"],
        "day": _said(told["day"]),
        "promised": _said(told["promised"]),
    }


def _said(day: str) -> str:
    return formats.date_format(date.fromisoformat(day), "j M Y")
