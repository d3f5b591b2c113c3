"""Builders that go through the program's own doors, and a walker that takes a record anywhere."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from itsm.accounts.models import Organisation, RoleGrant, Team, User
from itsm.core import clock
from itsm.core.machine import Ask, AskKind, Machine, Transition
from tests import preparing, preparing_design
from valuechain.records.actions import link_records, open_record, perform
from valuechain.records.kinds import kinds
from valuechain.records.models import Record
from valuechain.records.vocabulary import LinkKind, Via


@dataclass(frozen=True)
class Cast:
    """The people and places that walk a record: who asks, and who works."""

    organisation: Organisation
    desk: Team
    requester: User
    agent: User
    admin: User
    staff: tuple[User, ...]

    @property
    def everybody(self) -> tuple[User, ...]:
        return (*self.staff, self.requester)


def a_person(
    name: str,
    organisation: Organisation,
    *roles: str,
    at: Organisation | None = None,
    everywhere: bool = False,
) -> User:
    """Create a person with roles in their organisation, in another (`at`), or everywhere."""
    address = name.lower().replace(" ", ".") + "@example.org"
    person = User.objects.create_user(address, name=name, organisation=organisation)
    place = None if everywhere else at or organisation
    for role in roles:
        RoleGrant.objects.create(user=person, role=role, organisation=place)
    return person


#: What a kind is opened with beyond a title and a requester, so that no guard stops a walk for
#: want of a text.
FILLED: dict[str, dict[str, Any]] = {
    "change": {
        "plan": "Swap the disk.",
        "backout_plan": "Put the old disk back.",
        "test_plan": "Read a file.",
        "risk": "low",
    },
    "project_initiation": {"business_case": "It pays.", "scope": "One harbour."},
    **preparing.ENGAGE_FILLED,
    **preparing.IMPROVE_FILLED,
    **preparing.BUILD_FILLED,
    **preparing_design.FILLED,
}


def a_ticket(kind: str = "incident", *, actor: User, requester: User | None = None,
             title: str = "The printer is on fire", **values: Any) -> Any:  # fmt: skip
    """Open a ticket through its kind's own door, as its own kind."""
    for name, value in FILLED.get(kind, {}).items():
        values.setdefault(name, value)
    if kind == "project_initiation":
        values.setdefault("sponsor", requester or actor)
    return kinds[kind].open(
        actor=actor, via=Via.HTML, title=title, requester=requester or actor, **values
    )


def fresh(record: Record) -> Any:
    """Read the record again as its own kind."""
    return record.kind_entry.model._default_manager.get(pk=record.pk)


def at_state(kind: str, state: str, cast: Cast, **values: Any) -> Any:
    """Open a record and walk it to the state through real transitions by people who may."""
    return walk(opened(kind, cast, **values), state, cast)


def opened(kind: str, cast: Cast, **values: Any) -> Any:
    """Open a record of a kind with all it needs, in whatever state it begins."""
    if needed := NEEDED.get(kind):
        values = needed(cast) | values
    return a_ticket(kind, actor=opener(kind, cast), requester=cast.requester,
                    organisation=cast.organisation, team=cast.desk, **values)  # fmt: skip


def opener(kind: str, cast: Cast) -> User:
    """Name who opens a kind: its requester, the desk for tickets, otherwise the administrator."""
    if kinds[kind].faces_requesters:
        return cast.requester
    return cast.agent if kinds[kind].resource == "tickets" else cast.admin


def walk(record: Record, to: str, cast: Cast) -> Any:
    """Take the shortest way to a state that the record's guards leave open."""
    record = fresh(record)
    refused: set[tuple[str, str]] = set()
    while record.state != to:
        step = _next_step(record.kind_entry.machine, record.state, to, refused)
        assert step is not None, f"no way leads {record.kind} from {record.state} to {to}"
        try:
            record = take(record, step.name, cast)
        except GuardRefused:
            refused.add((record.state, step.name))
    return record


class GuardRefused(AssertionError):  # noqa: N818 - it names what happened
    """The record, as it was opened, does not go this way."""


def take(record: Record, name: str, cast: Cast) -> Any:
    """Perform one transition as the first person who may, with answers to all it asks."""
    transition = record.kind_entry.machine.transition(name, record.state)
    if prepare := PREPARATIONS.get((record.kind, name)):
        before = record.event_count
        prepare(record, cast)
        record = fresh(record)
        if record.events.filter(verb=f"{record.kind}.{name}", sequence__gt=before).exists():
            return record  # What was prepared took it along: the last vote, an accepted handover.
    if not (holds := transition.guard(record)):
        raise GuardRefused(f"{record.kind}.{name}: {holds.reason}")
    actor = next((who for who in cast.everybody if transition.may(who, record)), None)
    assert actor is not None, f"nobody may {name} a {record.kind} in {record.state}"
    data = {
        ask.name: an_answer(ask, place, record, cast) for place, ask in enumerate(transition.asks)
    }
    return perform(record, name, actor=actor, via=Via.HTML, data=data).record


def _next_step(
    machine: Machine, start: str, goal: str, refused: set[tuple[str, str]]
) -> Transition | None:
    seen, todo = {start}, deque([(start, None)])
    while todo:
        here, first = todo.popleft()
        for transition in machine.leaving(here):
            target = transition.target
            if target is None or target in seen or (here, transition.name) in refused:
                continue
            if target == goal:
                return first or transition
            seen.add(target)
            todo.append((target, first or transition))
    return None


def an_answer(ask: Ask, place: int, record: Record, cast: Cast) -> Any:
    """Answer a question in a way that fits; later questions get later instants."""
    if ask.kind is AskKind.RECORD:
        if not ask.required:
            return None
        if (record.kind, ask.name) in preparing_design.ANSWERS:
            return preparing_design.ANSWERS[record.kind, ask.name](record, cast)
        return another(record, cast).number
    return {
        AskKind.TEXT: "Because it is so.",
        AskKind.LINE: "In short.",
        AskKind.CHOICE: str(ask.choices[0][0]) if ask.choices else "",
        AskKind.BOOLEAN: True,
        AskKind.INTEGER: 1,
        AskKind.DECIMAL: Decimal("1.50"),
        AskKind.DATE: (clock.now() + timedelta(days=1 + place)).date(),
        AskKind.INSTANT: (clock.now() + timedelta(days=1 + place)).isoformat(),
        AskKind.PERSON: cast.agent.email,
        AskKind.TEAM: cast.desk.name,
    }[ask.kind]


def another(record: Record, cast: Cast) -> Any:
    """Open a second record of the same kind for the same requester."""
    return a_ticket(
        record.kind,
        actor=opener(record.kind, cast),
        requester=cast.requester,
        organisation=cast.organisation,
    )


def link_a_change(record: Record, cast: Cast) -> None:
    """Link a change that removes the cause."""
    change = a_ticket("change", actor=cast.agent, organisation=cast.organisation)
    link_records(change, record, LinkKind.DERIVED_FROM, actor=cast.agent, via=Via.HTML)


def link_planned_work(record: Record, cast: Cast) -> None:
    """Link a portfolio item and a design specification, of whatever kinds stand for them."""
    for kind in ("portfolio_item", "design_spec"):
        work = open_record(kind, actor=cast.admin, via=Via.HTML, title="Planned",
                           organisation=cast.organisation)  # fmt: skip
        link_records(work, record, LinkKind.DERIVED_FROM, actor=cast.agent, via=Via.HTML)


def let_another_release_overlap(release: Any, cast: Cast) -> None:
    """Plan another release of the same service for the same time."""
    was_ready = release.state == "ready"
    if was_ready:
        take(release, "return", cast)
        release = fresh(release)
    start = clock.now() + timedelta(days=3)
    window = {"window_start": start, "window_end": start + timedelta(hours=2)}
    window["service"] = opened("service", cast)
    release.kind_entry.edit(release, window, actor=cast.admin, via=Via.HTML)
    if was_ready:
        take(release, "make_ready", cast)
    opened("release", cast, title="Another", **window)


def let_a_release_have_the_service(record: Record, cast: Cast) -> None:
    """Another release wants the service of a deployment at the same time."""
    start = clock.now() + timedelta(days=2)
    window: dict[str, Any] = {"window_start": start, "window_end": start + timedelta(hours=2)}
    record.kind_entry.edit(record, window, actor=cast.admin, via=Via.HTML)
    opened("release", cast, title="Another", service=fresh(record).service, **window)


def release_with_a_change(record: Record, cast: Cast) -> None:
    """Let the tests pass, under a change that is authorised."""
    if not fresh(record).tests_passed:
        take(record, "pass_tests", cast)
        change = at_state("change", "authorised", cast)
        link_records(record, change, LinkKind.IMPLEMENTS, actor=cast.admin, via=Via.HTML)


#: What a kind cannot be opened without and that has to exist first, by kind.
NEEDED: Mapping[str, Callable[[Cast], dict[str, Any]]] = {
    "offering": lambda cast: {
        "slug": f"chair-{clock.now().timestamp()}".replace(".", "-"),
        "description": "A chair that can be adjusted.",
        "fulfilment_team": cast.desk,
    },
    "article": lambda _cast: {"description": "Turn it off and on again."},
    **preparing.IMPROVE_NEEDED,
    **preparing.BUILD_NEEDED,
    **preparing_design.NEEDED,
    "deployment": lambda cast: {
        "release": at_state("release", "building", cast),
        "service": opened("service", cast),
    },
}
#: What has to be done before a transition is possible at all, by kind and transition.
PREPARATIONS: Mapping[tuple[str, str], Callable[[Record, Cast], None]] = {
    ("problem", "start_fix"): link_a_change,
    ("project_initiation", "convert"): link_planned_work,
    **preparing.ENGAGE,
    **preparing.IMPROVE,
    **preparing.BUILD,
    **preparing_design.PREPARATIONS,
    ("release", "make_ready"): release_with_a_change,
    ("release", "accept_overlap"): let_another_release_overlap,
    ("deployment", "accept_overlap"): let_a_release_have_the_service,
}
