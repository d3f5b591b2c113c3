"""The blocks of My work that depend on what somebody is: desk, relations, approver, service owner."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse

from itsm.accounts.roles import DESK_ROLES, Role
from valuechain.approvals.models import Approval
from valuechain.approvals.reading import waiting_for
from valuechain.engage.vocabulary import UNDECIDED
from valuechain.improve.models import Feedback
from valuechain.records.models import Comment, Event, Record
from valuechain.records.tabs import as_far_as_counted, count_all

ROWS, CSAT_ROWS, SERVICES = 7, 5, 5
#: So many of somebody's own records are looked through for a reply.
LOOKED_AT = 100
#: Who decides on what in which state, where that is a step of its own machine.
DECIDED_BY: dict[tuple[str, str], frozenset[str]] = {
    ("change", "awaiting_authorisation"): frozenset({Role.CHANGE_MANAGER}),
    ("service_request", "awaiting_approval"): frozenset(
        {Role.TEAM_LEAD, Role.SERVICE_OWNER, Role.BUDGET_HOLDER}
    ),
    ("project_initiation", "recommended"): frozenset({Role.PLANNER, Role.BUDGET_HOLDER}),
    ("purchase_order", "submitted"): frozenset({Role.PLANNER, Role.BUDGET_HOLDER}),
    ("transition_plan", "reviewed"): frozenset(
        {Role.RELEASE_MANAGER, Role.CHANGE_MANAGER, Role.SERVICE_OWNER, Role.ARCHITECT}
    ),
}
RELATIONS = frozenset({Role.BRM, Role.PLANNER})


def blocks_for(actor: Any, request: HttpRequest) -> dict[str, Any]:
    """Return what My work shows beside clocks and states, by who the actor is."""
    access = actor.access
    found: dict[str, Any] = {"approvals": _approvals(actor), "decisions": _decisions(actor)}
    if access.holds(DESK_ROLES):
        found |= {"replies": _replies(actor), "ratings": _ratings(actor)}
    if access.holds(RELATIONS):
        found |= _needs(actor)
    if services := _services(actor):
        found["services"] = _standing(services, actor, request)
    return found


def _replies(actor: Any) -> list[Record]:
    """Tickets of the actor's where somebody else spoke last. Two queries."""
    mine = Record.objects.visible_to(actor).of_resource("tickets").live().filter(owner_id=actor.pk)
    rows = list(mine.with_people().order_by("-updated_at", "-pk")[:LOOKED_AT])
    last = Comment.objects.last_of(rows, actor)
    return [row for row in rows if last.get(row.pk) in ("in", "mail")][:ROWS]


def _ratings(actor: Any) -> list[Feedback]:
    """The latest ratings somebody wrote a word to. One query."""
    found = Feedback.objects.visible_to(actor).filter(nature=Feedback.Nature.CSAT)
    said = found.exclude(description="").select_related("about")
    return list(said.order_by("-opened_at", "-pk")[:CSAT_ROWS])


def _approvals(actor: Any) -> list[Any]:
    """What waits for the actor's vote, the nearest deadline first. One query."""
    return list(waiting_for(actor).order_by("due_at", "pk")[:ROWS])


def _decisions(actor: Any) -> list[Record]:
    """What the actor may decide on by its own machine, the longest waiting first. One query, or none.

    Nobody decides on what they asked for, wrote or own; what is voted on is listed with the votes.
    """
    rules = [
        Q(kind=kind, state=state)
        for (kind, state), roles in DECIDED_BY.items()
        if actor.access.holds(roles)
    ]
    if not rules:
        return []
    waiting = (
        Record.objects.visible_to(actor)
        .filter(reduce(or_, rules))
        .exclude(owner_id=actor.pk)
        .exclude(requester_id=actor.pk)
        .exclude(pk__in=Event.objects.filter(sequence=1, actor_id=actor.pk).values("record_id"))
        .exclude(pk__in=Approval.objects.pending().values("subject_id"))
    )
    rows = waiting.with_people().order_by("state_since", "pk")[:LOOKED_AT]
    held = [row for row in rows if actor.access.holds(DECIDED_BY[row.kind, row.state], row)]
    return held[:ROWS]


def _needs(actor: Any) -> dict[str, Any]:
    """Needs that wait for a decision, the oldest first."""
    states = [part.partition("=")[2] for part in UNDECIDED.split("&")]
    waiting = Record.objects.visible_to(actor).of_resource("needs").filter(state__in=states)
    return {
        "needs": list(waiting.with_people().order_by("received_at", "pk")[:ROWS]),
        "needs_count": waiting.count(),
        "needs_url": f"{reverse('record-list', args=['needs'])}?{UNDECIDED}",
    }


def _services(actor: Any) -> list[Record]:
    mine = Record.objects.visible_to(actor).of_kind("service").live().filter(owner_id=actor.pk)
    return list(mine.order_by("title")[:SERVICES])


def _standing(services: list[Record], actor: Any, request: HttpRequest) -> list[dict[str, Any]]:
    """For each service, how the promises on its open tickets stand now."""
    words = [("breached", "breached"), ("at_risk", "risk"), ("", "open")]
    queries = [
        urlencode({"service": service.number, "state": "open"} | ({"clock": how} if how else {}))
        for service in services
        for how, _key in words
    ]
    counted = count_all("tickets", queries, actor=actor, request=request)
    path = reverse("record-list", args=["tickets"])
    links = iter(zip(queries, counted, strict=True))
    rows = []
    for service in services:
        row: dict[str, Any] = {"service": service}
        for _how, key in words:
            query, count = next(links)
            url = f"{path}?{query}"
            row[key] = {"count": count, "words": as_far_as_counted(count), "url": url}
        rows.append(row)
    return rows
