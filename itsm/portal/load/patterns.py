"""The lives tickets lead in the load, played through the real doors; the rest are copies of these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from itsm.accounts.access import SYSTEM
from itsm.core import clock
from itsm.portal.load.people import Population
from itsm.portal.load.words import Writer
from valuechain.records.actions import add_comment, perform
from valuechain.records.kinds import kinds
from valuechain.records.models import Record
from valuechain.records.vocabulary import Channel, Via, Visibility

COMMENTS = 6
#: What somebody says: the requester, the agent, or the agent to colleagues only.
_ASKED, _REPLIED, _NOTED = "asked", "replied", "noted"
_TALK = (_REPLIED, _ASKED, _REPLIED, _ASKED, _REPLIED, _NOTED)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A kind, the transitions before the conversation and those after it, and how usual it is."""

    kind: str
    weight: int
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    is_live: bool = False


LIVE = (
    Pattern("incident", 25, is_live=True),
    Pattern("incident", 20, ("assign",), is_live=True),
    Pattern("incident", 30, ("assign", "start"), is_live=True),
    Pattern("incident", 10, ("assign", "start"), ("wait_for_customer",), is_live=True),
    Pattern("service_request", 10, ("accept", "start"), is_live=True),
    Pattern("change", 3, ("request", "assess"), is_live=True),
    Pattern("problem", 2, ("investigate",), is_live=True),
)
DONE = (
    Pattern("incident", 60, ("assign", "start"), ("resolve", "close")),
    Pattern("incident", 3, ("assign",), ("cancel",)),
    Pattern("service_request", 28, ("accept", "start"), ("fulfil", "close")),
    Pattern("service_request", 3, ("request_approval",), ("cancel",)),
    Pattern("change", 3, ("request", "assess"), ("cancel",)),
    Pattern("problem", 2, ("investigate",), ("cancel",)),
    Pattern("project_initiation", 1, (), ("cancel",)),
)


@dataclass
class Player:
    """Plays patterns with people, words and times from one random source."""

    population: Population
    random: Random
    now: datetime
    writer: Writer

    def play(self, pattern: Pattern) -> Record:
        """Open a ticket, carry it through the pattern with six messages, and return it."""
        choice = self.random.choice
        requester = choice(self.population.requesters)
        team = choice(self.population.teams)
        owner = choice(self.population.members[team.pk])
        at = self._begin(pattern)
        with clock.at(at):
            record = kinds[pattern.kind].open(
                actor=requester if kinds[pattern.kind].faces_requesters else SYSTEM,
                via=Via.HTML,
                at=at,
                title=self.writer.title(),
                description=self.writer.message(40),
                requester=requester,
                service=choice(self.population.services),
                channel=choice([Channel.PORTAL, Channel.PORTAL, Channel.PHONE, Channel.EMAIL]),
                impact=self.random.choices([1, 2, 3, 4], [1, 4, 25, 70])[0],
                urgency=self.random.choices([1, 2, 3, 4], [5, 15, 50, 30])[0],
                team=team,
                owner=None if pattern.is_live and not pattern.before else owner,
                **_MORE.get(pattern.kind, {}),
            )
        answers = {"team": team, "owner": owner}
        for name in pattern.before:
            at = self._later(at)
            record = self._perform(record, name, owner, at, answers)
        at = self._talk(record, requester, owner, at)
        for name in pattern.after:
            at = self._later(at)
            record = self._perform(record, name, owner, at, answers)
        return record

    def _talk(self, record: Record, requester: Any, owner: Any, at: datetime) -> datetime:
        # One note in six, and two in every fifth ticket: 20 % of all messages are internal.
        lines = list(_TALK)
        if self.random.random() < COMMENTS * 0.2 - 1:
            lines[2] = _NOTED
        for said in lines:
            at = self._later(at)
            with clock.at(at):
                add_comment(
                    record,
                    body=self.writer.message(),
                    visibility=Visibility.INTERNAL if said == _NOTED else Visibility.PUBLIC,
                    actor=requester if said == _ASKED else owner,
                    via=Via.HTML,
                    at=at,
                )
        return at

    def _perform(
        self, record: Record, name: str, owner: Any, at: datetime, people: Mapping[str, Any]
    ) -> Record:
        wanted = {ask.name for ask in record.kind_entry.machine.transition(name).asks}
        answers = {
            **people,
            "reason": "As agreed.",
            "resolution": "Mended.",
            "resolution_code": "fixed",
            "follow_up_at": self.now + timedelta(days=self.random.randint(1, 20)),
        }
        with clock.at(at):
            event = perform(
                record,
                name,
                actor=owner,
                via=Via.HTML,
                at=at,
                data={key: value for key, value in answers.items() if key in wanted},
            )
        moved: Record = event.record
        return moved

    def _begin(self, pattern: Pattern) -> datetime:
        """Live tickets began within three weeks, finished ones within the last 400 days."""
        furthest, nearest = (21, 1) if pattern.is_live else (400, 15)
        days = self.random.uniform(nearest, furthest)
        day = (self.now - timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0)
        if day.weekday() > 4 and self.random.random() < 0.8:
            day -= timedelta(days=day.weekday() - 4)
        return day + timedelta(seconds=self.random.triangular(6, 19, 9) * 3600)

    def _later(self, at: datetime) -> datetime:
        return min(at + timedelta(minutes=self.random.expovariate(1 / 60)), self.now)


_MORE: dict[str, dict[str, Any]] = {
    "change": {"plan": "As usual.", "backout_plan": "Undo it.", "test_plan": "Try it.",
               "risk": "low"},
}  # fmt: skip
