"""Whom an event concerns, and why: a table of verbs first, then who stands where on the record."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Q

from itsm.accounts.models import Membership, User
from itsm.core.machine import Phase
from itsm.notifications.vocabulary import Reason
from valuechain.approvals.resolving import holders
from valuechain.records.models import Comment, Link, Participation, Record
from valuechain.records.vocabulary import LinkKind, ParticipationRole

_MENTION = re.compile(r"(?:^|(?<=[\s(]))@([\w.+-]+(?:@[\w.-]+\w)?)")
_APPROVAL = {
    "approval.requested", "approval.step_passed", "approval.reminded", "approval.overdue",
}  # fmt: skip
_ASKED = {ParticipationRole.REQUESTER, ParticipationRole.CALLER}
#: What the program saw, and whoever owns the record has to act on.
_FOR_THE_OWNER = {"mail.unreached", "need.part_late"}
MOST_MENTIONS = 20
#: States a requester is told of although nothing is over: it waits for them, or was decided on.
_TOLD = {"waiting_customer", "needs_information", "qualified", "deferred"}


def audience(record: Any, event: Any) -> dict[int, Reason]:
    """Map the people an event concerns to the reason they are told.

    Nobody is told what they did themselves, but for the receipt of what they asked by mail.
    The first reason found for somebody stands. Events that concern nobody cost no query.
    """
    found = _concerned(record, event)
    if found.get(event.actor_id) is not Reason.RECEIVED:
        found.pop(event.actor_id, None)
    return found


def _concerned(record: Any, event: Any) -> dict[int, Reason]:
    verb: str = event.verb
    if verb.startswith("comment."):
        return _of_comment(record, event)
    if verb == "approval.decided":
        # A requester is told by what it means for their request.
        authors = {record.owner_id, event.data.get("asked_by")} - {None, record.requester_id}
        return dict.fromkeys(authors, Reason.PROGRESS)
    if verb in _APPROVAL:
        return dict.fromkeys(event.data.get("asked", ()), Reason.APPROVAL)
    if verb in _FOR_THE_OWNER:
        return {record.owner_id: Reason.OWNER} if record.owner_id is not None else {}
    if verb.startswith("clock."):
        return _of_clock(record, event)
    if verb.startswith("handover."):
        return _of_handover(record, event)
    return _of_move(record, event)


def _of_comment(record: Any, event: Any) -> dict[int, Reason]:
    if event.data.get("automatic"):
        return {}
    found: dict[int, Reason] = {}
    if event.data.get("from_staff"):
        found |= dict.fromkeys(_mentioned(event), Reason.MENTIONED)
    if record.owner_id is not None:
        found.setdefault(record.owner_id, Reason.OWNER)
    if event.is_internal:
        return found
    for person_id, role in Participation.objects.filter(record_id=record.pk).values_list(
        "person_id", "role"
    ):
        asked = role in _ASKED and event.data.get("from_staff")
        reason = Reason.ANSWERED if asked else Reason.FOLLOWING
        if found.get(person_id) in {None, Reason.FOLLOWING}:
            found[person_id] = reason
    return found


def _mentioned(event: Any) -> list[int]:
    body = Comment.objects.filter(pk=event.data["comment"]).values_list("body", flat=True).first()
    words = list(dict.fromkeys(_MENTION.findall(body or "")))[:MOST_MENTIONS]
    if not words:
        return []
    wanted = Q(pk__in=[])
    for word in words:
        word = word.rstrip(".").lower()
        if "@" in word:
            wanted |= Q(email=word)
        else:
            # @ana.ruiz is the part of the address before the @, or the name with a dot for a blank.
            wanted |= Q(email__startswith=f"{word}@") | Q(name__iexact=word.replace(".", " "))
    people = User.objects.filter(wanted, is_active=True)
    # A note is for those who work on the record; nobody else is told of it.
    return [one.pk for one in people[:MOST_MENTIONS] if one.access.works_on(event.record)]


def _of_clock(record: Any, event: Any) -> dict[int, Reason]:
    told: set[int] = set()
    is_breach = event.verb == "clock.breached" and not event.data.get("told_later")
    if is_breach and record.owner_id is not None:
        told.add(record.owner_id)
    for done in event.data.get("done", ()):
        told |= set(done.get("people", ()))
    return dict.fromkeys(told, Reason.SLA)


def _of_handover(record: Any, event: Any) -> dict[int, Reason]:
    wanted = {"handover.offered": "in", "handover.returned": "out", "handover.accepted": "out"}
    if event.data.get("direction") != wanted.get(event.verb):
        return {}
    if record.owner_id is not None:
        return {record.owner_id: Reason.HANDOVER}
    if record.team_id is None:
        return {}
    leads = Membership.objects.filter(team_id=record.team_id, is_lead=True)
    return dict.fromkeys(leads.values_list("user_id", flat=True), Reason.HANDOVER)


def _of_move(record: Any, event: Any) -> dict[int, Reason]:
    found: dict[int, Reason] = {}
    if _owner_changed(record, event) and record.owner_id is not None:
        found[record.owner_id] = Reason.ASSIGNED
    if role := _whose_turn(record, event):
        turn = holders(role, record).exclude(pk=record.requester_id)
        found |= dict.fromkeys(turn.values_list("pk", flat=True), Reason.HANDOVER) | found
    if _is_step(event):
        _add_owners(found, record, event)
    if record.kind_entry.faces_requesters and record.requester_id is not None:
        reason = _to_the_requester(record, event)
        if reason is not None:
            found.setdefault(record.requester_id, reason)
    return found


def _whose_turn(record: Any, event: Any) -> str:
    """Return the role that has to act now that the record arrived where it is, or nothing."""
    arrived = _is_opening(record, event) or _is_step(event)
    return record.kind_entry.machine.state(event.to_state).turn_of if arrived else ""


def _owner_changed(record: Any, event: Any) -> bool:
    internal = event.data.get("internal", {})
    changes = (*event.data.get("changes", ()), *internal.get("changes", ()))
    return _is_opening(record, event) or any(one.get("field") == "owner" for one in changes)


def _is_opening(record: Any, event: Any) -> bool:
    return bool(event.verb == f"{record.kind}.opened")


def _is_step(event: Any) -> bool:
    return bool(event.from_state) and event.to_state != event.from_state


def _to_the_requester(record: Any, event: Any) -> Reason | None:
    if _is_opening(record, event):
        is_theirs = event.actor_id == record.requester_id and event.via != "email"
        return None if is_theirs else Reason.RECEIVED
    is_told = _is_step(event) and not event.is_internal and _is_news(record, event)
    return Reason.PROGRESS if is_told else None


def _add_owners(found: dict[int, Reason], record: Any, event: Any) -> None:
    """Tell the owner what somebody else did; when it is over, also the owners of what waits for it."""
    by_somebody = event.actor_id is not None or event.verb.endswith(".reopen")
    if record.owner_id is not None and by_somebody:
        found.setdefault(record.owner_id, Reason.OWNER)
    if record.kind_entry.machine.phase(event.to_state) not in (Phase.DONE, Phase.VOID):
        return
    if record.kind_entry.machine.phase(event.from_state) in (Phase.DONE, Phase.VOID):
        return
    led_to_it = Link.objects.filter(source_id=record.pk, kind=LinkKind.DERIVED_FROM)
    came_of_it = Link.objects.filter(target_id=record.pk, kind=LinkKind.CAUSED_BY)
    owners = Record.objects.live().filter(
        Q(pk__in=led_to_it.values("target_id")) | Q(pk__in=came_of_it.values("source_id"))
    )
    for pk in owners.exclude(owner_id=None).values_list("owner_id", flat=True):
        found.setdefault(pk, Reason.FOLLOWING)


def _is_news(record: Any, event: Any) -> bool:
    """Whether a move is one its requester waits for: over, decided on, or waiting for them."""
    phase = record.kind_entry.machine.phase(event.to_state)
    if phase in (Phase.DONE, Phase.VOID):
        return event.to_state != "closed"
    return event.to_state in _TOLD
