"""Whom an event concerns, and why: a table of verbs first, then who stands where on the record."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Q

from itsm.accounts.models import Membership, User
from itsm.core.machine import Phase
from itsm.notifications.vocabulary import Reason
from valuechain.records.models import Comment, Participation
from valuechain.records.vocabulary import ParticipationRole

_MENTION = re.compile(r"(?:^|(?<=[\s(]))@([\w.+-]+(?:@[\w.-]+\w)?)")
_APPROVAL = {
    "approval.requested", "approval.step_passed", "approval.reminded", "approval.overdue",
}  # fmt: skip
_ASKED = {ParticipationRole.REQUESTER, ParticipationRole.CALLER}
MOST_MENTIONS = 20


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
    if verb in _APPROVAL:
        return dict.fromkeys(event.data.get("asked", ()), Reason.APPROVAL)
    if verb == "mail.unreached":
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
    is_opening = event.verb == f"{record.kind}.opened"
    owner_changed = is_opening or any(
        change.get("field") == "owner"
        for change in (*event.data.get("changes", ()),
                       *event.data.get("internal", {}).get("changes", ()))
    )  # fmt: skip
    if owner_changed and record.owner_id is not None:
        found[record.owner_id] = Reason.ASSIGNED
    if not record.kind_entry.faces_requesters or record.requester_id is None:
        return found
    if is_opening:
        if event.actor_id != record.requester_id or event.via == "email":
            found.setdefault(record.requester_id, Reason.RECEIVED)
        return found
    if event.from_state and event.to_state != event.from_state and not event.is_internal:
        if _is_news(record, event):
            found.setdefault(record.requester_id, Reason.PROGRESS)
        if event.verb.endswith(".reopen") and record.owner_id is not None:
            found.setdefault(record.owner_id, Reason.OWNER)
    return found


def _is_news(record: Any, event: Any) -> bool:
    """Whether a move is one its requester waits for: it is over, or it waits for them."""
    phase = record.kind_entry.machine.phase(event.to_state)
    if phase in (Phase.DONE, Phase.VOID):
        return event.to_state != "closed"
    return event.to_state in {"waiting_customer", "needs_information"}
