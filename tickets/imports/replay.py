"""Replays the updates of an incident through the desk's own doors, at the times they happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from itsm.accounts.access import SYSTEM
from itsm.core import clock
from itsm.core.errors import Denied, RuleViolation
from tickets.actions import edit_ticket, open_ticket
from tickets.imports.directory import SOURCE, Directory
from tickets.imports.reader import Log, Refusal, Row
from tickets.imports.report import Tally
from tickets.models import Incident
from valuechain.records import events
from valuechain.records.actions import link_records, lock_record, perform
from valuechain.records.models import Link, Record
from valuechain.records.vocabulary import LinkKind, Via

#: The source names no follow-up date, our waiting states need one.
FOLLOW_UP = timedelta(days=14)
#: The verb of the event that remembers how far an incident was replayed.
REPLAYED = "import.replayed"

_WAITS = {
    "waiting_customer": "wait_for_customer",
    "waiting_supplier": "wait_for_supplier",
    "waiting_change": "wait_for_change",
}
_LIVE = ("new", "assigned", "in_progress", *_WAITS)


def route(here: str, there: str) -> tuple[str, ...] | None:
    """Name the transitions that lead an incident from one state to another, or None.

    >>> route("new", "closed")
    ('resolve', 'close')
    """
    if here == there or (here == "assigned" and there == "new"):
        return ()
    if there == "new" or here not in (*_LIVE, "resolved"):
        return None
    if there == "closed":
        return ("close",) if here == "resolved" else ("resolve", "close")
    if here == "resolved":
        return ("reopen", *(route("in_progress", there) or ()))
    if there == "in_progress":
        return ("resume",) if here in _WAITS else ("start",)
    return ("resolve",) if there == "resolved" else (_WAITS[there],)


@dataclass
class Replay:
    """One run over one log. `tally` fills while it goes."""

    log: Log
    directory: Directory
    tally: Tally = field(default_factory=Tally)

    def run(self, progress: Callable[[int, int], None]) -> Tally:
        """Replay every incident, each in a transaction of its own, in the order of the file.

        What is here already is left as it is; an incident that the file takes further is taken
        further. Whatever stops the program, running again ends the same.
        """
        found = self._already_here()
        for done, (number, rows) in enumerate(self.log.incidents.items(), start=1):
            with transaction.atomic():
                self._replay(rows, found.get(number))
            progress(done, len(self.log.incidents))
        return self.tally

    def _already_here(self) -> dict[str, Incident]:
        found = Incident.objects.filter(external_source=SOURCE, external_id__in=self.log.incidents)
        return {ticket.external_id: ticket for ticket in found}

    def _replay(self, rows: list[Row], ticket: Record | None) -> None:
        since = _replayed_up_to(ticket) if ticket is not None else -1
        fresh = [row for row in rows if row.update > since]
        outcome = "unchanged" if not fresh else "opened" if ticket is None else "continued"
        replayed = 0
        at = _latest_move(ticket) if ticket is not None and fresh else None
        for row in fresh:
            at = self._instant_of(row, at)
            try:
                with transaction.atomic(), clock.at(at):
                    ticket = _Update(self.directory, self.tally, row, at).apply(ticket)
                replayed += 1
            except RuleViolation as refusal:
                self.tally.refusals.append(
                    Refusal(row.line, _COLUMNS.get(refusal.code, "incident_state"), str(refusal))
                )
        self.tally.outcomes[outcome if ticket is not None else "refused"] += 1
        if ticket is None:
            return
        if (verdict := rows[-1].made_sla) is not None:
            self.tally.verdicts[ticket.pk] = verdict
        if fresh:
            self._remember(ticket, fresh[-1], replayed)

    def _instant_of(self, row: Row, before: datetime | None) -> datetime:
        """The row's instant, or the one before when the source's own times run backwards."""
        at = max(row.updated_at, row.opened_at)
        if before is None or at >= before:
            if at != row.updated_at:
                self.tally.notes["updates dated before their incident was opened"] += 1
            return at
        self.tally.notes["updates dated before the update they follow"] += 1
        return before

    def _remember(self, ticket: Record, last: Row, replayed: int) -> None:
        locked = lock_record(ticket)
        events.append(
            locked,
            REPLAYED,
            actor=SYSTEM,
            via=Via.COMMAND,
            data={"source": SOURCE, "up_to": last.update, "rows": replayed},
            is_internal=True,
        )


#: Where in the row to look when a rule says no; otherwise it is the state.
_COLUMNS = {"not_staff": "assigned_to"}


def _latest_move(ticket: Record) -> datetime:
    at: datetime = ticket.events.exclude(verb=REPLAYED).latest("sequence").at
    return at


def _replayed_up_to(ticket: Record) -> int:
    latest = ticket.events.filter(verb=REPLAYED).order_by("-sequence").first()
    return -1 if latest is None else int(latest.data["up_to"])


@dataclass
class _Update:
    """One row, carried out on its ticket at its instant."""

    directory: Directory
    tally: Tally
    row: Row
    at: datetime

    def apply(self, ticket: Record | None) -> Record:
        """Do whatever brings the ticket to what the row says. Returns it as it then is."""
        is_new = ticket is None
        ticket = self._open() if ticket is None else ticket
        version = ticket.version
        if ticket.state in _LIVE:
            ticket = self._move(self._describe(ticket))
        else:
            ticket = self._describe(self._move(ticket))
        linked = self._link(ticket)
        if not (is_new or linked or ticket.version != version):
            self.tally.notes["updates that changed nothing this desk keeps"] += 1
        return ticket

    @property
    def _actor(self) -> Any:
        return self.directory.person(self.row.updated_by) or SYSTEM

    def _open(self) -> Record:
        row = self.row
        with clock.at(row.opened_at):
            ticket = self._as(
                self.directory.person(row.opened_by) or SYSTEM,
                lambda actor: open_ticket(
                    kind="incident",
                    actor=actor,
                    via=Via.COMMAND,
                    at=row.opened_at,
                    received_at=row.opened_at,
                    title=_title(row),
                    description=_description(row),
                    requester=self.directory.requester(row.caller),
                    organisation=self.directory.organisation,
                    channel=row.channel,
                    impact=row.impact,
                    urgency=row.urgency,
                    team=self.directory.teams[row.team] if row.team else None,
                    owner=self.directory.person(row.owner),
                    external_source=SOURCE,
                    external_id=row.number,
                ),
            )
        self.tally.moves["opened"] += 1
        return ticket

    def _describe(self, ticket: Record) -> Record:
        """Bring words, impact, assignment and priority up to the row."""
        ticket = self._edit(ticket)
        if ticket.state not in _LIVE:
            return ticket
        assigned = self._assignment(ticket)
        if assigned:
            name = "assign" if ticket.state == "new" else "reassign"
            ticket = self._perform(ticket, name, assigned)
        if self.row.priority is not None and ticket.priority != self.row.priority:
            ticket = self._perform(
                ticket,
                "set_priority",
                {
                    "priority": self.row.priority,
                    "reason": f"The source gave it {self.row.priority_words}.",
                },
            )
        return ticket

    def _edit(self, ticket: Record) -> Record:
        row = self.row
        wanted: dict[str, Any] = {"title": _title(row), "description": _description(row)}
        wanted |= {"requester": self.directory.requester(row.caller)} if row.caller else {}
        wanted |= {"impact": row.impact} if row.impact else {}
        wanted |= {"urgency": row.urgency} if row.urgency else {}
        changes = {name: value for name, value in wanted.items() if getattr(ticket, name) != value}
        if not changes:
            return ticket
        self.tally.moves["edited"] += 1
        return self._as(
            self._actor, lambda actor: edit_ticket(ticket, changes, actor=actor, via=Via.COMMAND)
        )

    def _assignment(self, ticket: Any) -> dict[str, Any]:
        wanted: dict[str, Any] = {}
        team = self.directory.teams.get(self.row.team or "")
        owner = self.directory.person(self.row.owner)
        if team is not None and ticket.team_id != team.pk:
            wanted["team"] = team
        if owner is not None and ticket.owner_id != owner.pk:
            wanted["owner"] = owner
        return wanted

    def _move(self, ticket: Record) -> Record:
        steps = route(ticket.state, self.row.state)
        if steps is None:
            self.tally.notes[f"{self.row.state_words} after {ticket.state}: kept as it was"] += 1
            return ticket
        for name in steps:
            ticket = self._perform(ticket, name, self._answers(name))
        return ticket

    def _answers(self, name: str) -> Mapping[str, Any]:
        if name == "resolve":
            code = self.row.closed_code or "no code"
            return {
                "resolution_code": "fixed",
                "resolution": f"Resolved in the source system with {code}.",
            }
        if name == "reopen":
            return {"reason": "Reopened in the source system."}
        if name.startswith("wait_for"):
            return {"reason": self.row.state_words, "follow_up_at": self.at + FOLLOW_UP}
        return {}

    def _perform(self, ticket: Record, name: str, answers: Mapping[str, Any]) -> Record:
        resolver = self.directory.person(self.row.resolved_by) if name == "resolve" else None
        event = self._as(
            resolver or self._actor,
            lambda actor: perform(
                ticket, name, actor=actor, via=Via.COMMAND, data=answers, at=self.at
            ),
        )
        self.tally.moves[name] += 1
        moved: Record = event.record
        return moved

    def _as(self, actor: Any, do: Callable[[Any], Any]) -> Any:
        """Act as the person named, or as the program when that person may not."""
        try:
            return do(actor)
        except Denied:
            if actor is SYSTEM:
                raise
            self.tally.notes["done by the program: the person named may not"] += 1
            return do(SYSTEM)

    def _link(self, ticket: Record) -> bool:
        linked = False
        for kind, external_id, relation in self._references():
            other = self._reference(kind, external_id)
            known = Link.objects.filter(source_id=ticket.pk, target_id=other.pk, kind=relation)
            if not known.exists():
                link_records(ticket, other, relation, actor=SYSTEM, via=Via.COMMAND)
                self.tally.moves["linked"] += 1
                linked = True
        return linked

    def _references(self) -> Iterator[tuple[str, str, str]]:
        if self.row.problem:
            yield "problem", self.row.problem, LinkKind.CAUSED_BY
        if self.row.change:
            yield "change", self.row.change, LinkKind.RELATES_TO
        if self.row.caused_by:
            yield "change", self.row.caused_by, LinkKind.CAUSED_BY

    def _reference(self, kind: str, external_id: str) -> Record:
        """Find the problem or change the source names, or open it the first time it is named."""
        found = Record.objects.filter(external_source=SOURCE, external_id=external_id).first()
        if found is not None:
            return found
        opened = open_ticket(
            kind=kind,
            actor=SYSTEM,
            via=Via.COMMAND,
            at=self.at,
            title=f"{external_id} of the source system",
            requester=self.directory.person(self.row.updated_by)
            or self.directory.requester(self.row.caller),
            organisation=self.directory.organisation,
            external_source=SOURCE,
            external_id=external_id,
        )
        self.tally.moves[f"opened ({kind})"] += 1
        return opened


def _title(row: Row) -> str:
    words = [word for word in (row.symptom, row.category, row.subcategory) if word]
    return ", ".join(words) or row.number


def _description(row: Row) -> str:
    parts = {
        "Number": row.number,
        "Location": row.location,
        "Configuration item": row.configuration_item,
    }
    return "\n".join(f"{name}: {value}" for name, value in parts.items() if value)
