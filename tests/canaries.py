"""A world in which every text holds a word that says whose it is, to see where the words turn up.

A record's words are `zq0007pub` for those who may see record 7 and `zq0007int` for those who work on
it. A reader who meets a word that is not theirs has found a leak.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.files.base import ContentFile
from django.db import models

from itsm.accounts.models import Membership, Organisation, Team, User
from itsm.accounts.roles import Role
from itsm.core.machine import Ask, AskKind, Phase
from tests.factories import Cast, a_person, an_answer, fresh, opened
from valuechain.records.actions import (
    add_comment,
    attach_file,
    link_records,
    log_time,
    perform,
    sum_up,
    watch,
)
from valuechain.records.kinds import kinds
from valuechain.records.vocabulary import LinkKind, Via, Visibility

WORD = re.compile(r"zq(\d{4})(pub|int)")
PUBLIC, INTERNAL = "pub", "int"
#: Header columns that hold text but nothing anybody wrote.
_NOT_WRITTEN = {"number", "kind", "resource", "state", "phase", "channel", "event_hash",
                "external_source", "external_id", "title", "resolution_code"}  # fmt: skip


@dataclass
class Marked:
    """One record and the words in it."""

    index: int
    record: Any
    organisation: Organisation
    participants: set[int] = field(default_factory=set)

    def word(self, which: str) -> str:
        return f"zq{self.index:04d}{which}"


@dataclass(frozen=True)
class Reader:
    """Somebody who looks around, and where they work."""

    name: str
    person: User
    organisations: frozenset[int] = frozenset()
    teams: frozenset[int] = frozenset()
    is_everywhere: bool = False

    def works_on(self, marked: Marked) -> bool:
        return (
            self.is_everywhere
            or marked.organisation.pk in self.organisations
            or marked.record.team_id in self.teams
        )

    def sees(self, marked: Marked) -> bool:
        record = marked.record
        return (
            self.works_on(marked)
            or self.person.pk in marked.participants
            or record.state in record.kind_entry.public_states
        )

    def may_read(self, marked: Marked) -> set[str]:
        """Return the words of a record this reader may meet."""
        found = {marked.word(PUBLIC)} if self.sees(marked) else set()
        return found | ({marked.word(INTERNAL)} if self.works_on(marked) else set())


@dataclass
class World:
    """The organisations, who reads, and what was written."""

    readers: list[Reader]
    marked: list[Marked]

    def allowed(self, reader: Reader) -> set[str]:
        return set().union(*(reader.may_read(marked) for marked in self.marked))

    def words(self) -> set[str]:
        return {marked.word(which) for marked in self.marked for which in (PUBLIC, INTERNAL)}


def a_world(organisations: Iterable[str] = ("Amber", "Birch", "Cedar")) -> World:
    """Build organisations with three teams each, a record of every kind in each, and who reads them.

    The first organisation has every kind of reader, the others an agent and a requester.
    """
    readers: list[Reader] = []
    marked: list[Marked] = []
    for name in organisations:
        readers += _settle(name, marked)[: None if not readers else 2]
    home = marked[0].organisation
    for role in (Role.AUDITOR, Role.ADMIN):
        person = a_person(f"{role} of all", home, role, everywhere=True)
        readers.append(Reader(f"the {role}", person, is_everywhere=True))
    return World(readers, marked)


def _settle(name: str, marked: list[Marked]) -> list[Reader]:
    organisation = Organisation.objects.create(name=name)
    teams = [Team.objects.create(name=f"{name} {n}", organisation=organisation) for n in (1, 2, 3)]
    agent = a_person(f"{name} agent", organisation, Role.AGENT)
    requester = a_person(f"{name} requester", organisation, Role.REQUESTER)
    colleague = a_person(f"{name} colleague", organisation)
    member = a_person(f"{name} member", organisation)
    Membership.objects.create(user=member, team=teams[1])
    supplier = a_person(f"{name} supplier", organisation, Role.SUPPLIER_CONTACT)
    staff = [agent] + [
        a_person(f"{name} {role}", organisation, role)
        for role in (Role.TEAM_LEAD, Role.CHANGE_MANAGER, Role.PLANNER, Role.BUDGET_HOLDER)
    ]
    admin = a_person(f"{name} admin", organisation, Role.ADMIN, everywhere=True)
    for n, kind in enumerate(kinds):
        cast = Cast(
            organisation=organisation,
            desk=teams[n % 3],
            requester=requester,
            agent=agent,
            admin=admin,
            staff=(*staff, admin),
        )
        made = _write(len(marked), kind.name, cast)
        watch(made.record, person=supplier, actor=admin, via=Via.HTML)
        made.participants |= {requester.pk, supplier.pk}
        made.record = fresh(made.record)
        if made.record.requester_id != requester.pk:
            made.participants.discard(requester.pk)
        if marked and marked[-1].organisation == organisation:
            link_records(
                made.record, marked[-1].record, LinkKind.RELATES_TO, actor=admin, via="html"
            )
        marked.append(made)
    here = frozenset({organisation.pk})
    return [
        Reader(f"{name}'s agent", agent, organisations=here),
        Reader(f"{name}'s requester", requester),
        Reader(f"{name}'s colleague", colleague),
        Reader(f"{name}'s supplier", supplier),
        Reader(f"{name}'s member of a team", member, teams=frozenset({teams[1].pk})),
    ]


def _write(index: int, kind: str, cast: Cast) -> Marked:
    """Open a record with its words in every text there is, and say something on it."""
    marked = Marked(index, None, cast.organisation)
    public, internal = marked.word(PUBLIC), marked.word(INTERNAL)
    entry = kinds[kind]
    secret = _secret_columns(kind)
    texts = {
        name: internal if name in secret else public
        for name in entry.fields
        if name not in _NOT_WRITTEN and _is_text(entry.model._meta.get_field(name))
    }
    record = opened(kind, cast, title=f"{public} title", **texts)
    for visibility, word in ((Visibility.PUBLIC, public), (Visibility.INTERNAL, internal)):
        said = {"actor": cast.admin, "via": Via.HTML, "visibility": visibility}
        comment = add_comment(record, body=f"Said: {word}", **said)
        attach_file(record, file=ContentFile(word.encode(), name="x.txt"), name=f"{word}.txt",
                    comment=comment, **said)  # fmt: skip
    log_time(record, seconds=60, note=internal, actor=cast.admin, via=Via.HTML)
    sum_up(record, f"Stands so: {internal}", actor=cast.admin, via=Via.HTML)
    record = _wait(fresh(record), cast, public, internal)
    _fill_the_rest(record, secret, public, internal)
    marked.record = record
    return marked


def _wait(record: Any, cast: Cast, public: str, internal: str) -> Any:
    """Let the record wait for something, where it may: the reason is kept in several places."""
    machine = record.kind_entry.machine
    for transition in machine.leaving(record.state):
        if transition.target not in machine.states_in(Phase.WAITING):
            continue
        actor = next((p for p in cast.everybody if transition.may(p, record)), None)
        if actor is None or not transition.guard(record):
            continue
        data = {ask.name: _answer(ask, n, record, cast, public, internal)
                for n, ask in enumerate(transition.asks)}  # fmt: skip
        perform(record, transition.name, actor=actor, via=Via.HTML, data=data)
        break
    return fresh(record)


def _answer(ask: Ask, n: int, record: Any, cast: Cast, public: str, internal: str) -> Any:
    if ask.kind in (AskKind.TEXT, AskKind.LINE):
        return internal if ask.is_internal else public
    return an_answer(ask, n, record, cast)


def _fill_the_rest(record: Any, secret: set[str], public: str, internal: str) -> None:
    """Write the words into the columns only the program fills, past its doors."""
    model = record.kind_entry.model
    empty = {
        column.name: internal if column.name in secret else public
        for column in model._meta.get_fields()
        if _is_text(column) and column.name not in _NOT_WRITTEN and not getattr(record, column.name)
    }
    if empty:
        model._default_manager.filter(pk=record.pk).update(**empty)


def _is_text(column: Any) -> bool:
    return (
        type(column) in (models.CharField, models.TextField)
        and not column.choices
        and (column.max_length or 1_000) >= 60
    )


def _secret_columns(kind: str) -> set[str]:
    """Return the columns that keep answers the requester does not read."""
    asks = [ask for transition in kinds[kind].machine.transitions for ask in transition.asks]
    return {"waiting_reason"} | {ask.stores for ask in asks if ask.is_internal and ask.stores}
