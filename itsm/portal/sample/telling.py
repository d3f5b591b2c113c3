"""Plays the stories through the program's own doors, in the order in which they happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from itsm.accounts.models import Organisation, Team, User
from itsm.core import clock
from itsm.portal.sample.company import TIME_ZONE
from itsm.portal.sample.script import Move, Story
from valuechain.records.actions import (
    add_comment,
    link_records,
    log_time,
    perform,
    watch,
)
from valuechain.records.kinds import kinds
from valuechain.records.models import Comment, Record
from valuechain.records.vocabulary import Via, Visibility


@dataclass
class Teller:
    """Knows the people by their keys and the tickets opened so far by their stories'."""

    people: Mapping[str, User]
    organisations: Mapping[str, Organisation]
    teams: Mapping[str, Team]
    now: datetime
    told: dict[str, Record] = field(default_factory=dict)
    services: dict[str, Record] = field(default_factory=dict)

    def tell(self, stories: Iterable[Story]) -> None:
        """Play every move of every story by time, so that numbers and events ascend with it."""
        for at, name, story, move in script(stories, self.now):
            with clock.at(at):
                if move is None:
                    self.told[name] = self._open(story, at)
                else:
                    self._play(self.told[name], move, at)

    def _open(self, story: Story, at: datetime) -> Record:
        requester = self.people[story.requester]
        values = {
            name: self.people[value] if name == "sponsor" else value
            for name, value in story.values.items()
        }
        if story.service:
            values["service"] = self.services.get(story.service)
        if story.team:
            values["team"] = self.teams[story.team]
        return kinds[story.kind].open(
            actor=self.people[story.by or story.requester],
            via=_DOORS.get(story.channel, Via.HTML),
            title=story.title,
            description=story.text,
            requester=requester,
            organisation=self.organisations.get(story.organisation, requester.organisation),
            channel=story.channel,
            impact=story.impact,
            urgency=story.urgency,
            received_at=at,
            at=at,
            **values,
        )

    def _play(self, record: Record, move: Move, at: datetime) -> None:
        _ACTS[move.act](self, record, self.people[move.who], at, **move.args)

    def _say(self, record: Record, actor: User, at: datetime, *, body: str) -> None:
        add_comment(record, body=body, visibility=Visibility.PUBLIC, actor=actor, via=Via.HTML,
                    at=at)  # fmt: skip

    def _call(self, record: Record, actor: User, at: datetime, *, body: str) -> None:
        add_comment(record, body=body, visibility=Visibility.PUBLIC, form=Comment.Form.CALL,
                    actor=actor, via=Via.HTML, at=at)  # fmt: skip

    def _note(self, record: Record, actor: User, at: datetime, *, body: str) -> None:
        add_comment(record, body=body, visibility=Visibility.INTERNAL, actor=actor, via=Via.HTML,
                    at=at)  # fmt: skip

    def _do(
        self, record: Record, actor: User, at: datetime, *, name: str, answers: dict[str, Any]
    ) -> None:
        if isinstance(days := answers.get("follow_up_at"), int):
            answers = {**answers, "follow_up_at": self._in_days(days)}
        if owner := answers.get("owner"):
            answers = {**answers, "owner": self.people[owner]}
        perform(record, name, actor=actor, via=Via.HTML, data=answers, at=at)

    def _hold(
        self, record: Record, actor: User, at: datetime, *, name: str, reason: str, days: int
    ) -> None:
        # The past of a story may lie behind the follow-up; it counts from today, so that a ticket
        # still waits when somebody looks at it.
        answers = {"reason": reason, "follow_up_at": self._in_days(days)}
        perform(record, name, actor=actor, via=Via.HTML, data=answers, at=at)

    def _schedule(
        self, record: Record, actor: User, at: datetime, *, days: int, opens: str, hours: int
    ) -> None:
        start = self._in_days(days, opens)
        answers = {"window_start": start, "window_end": start + timedelta(hours=hours)}
        perform(record, "schedule", actor=actor, via=Via.HTML, data=answers, at=at)

    def _link(self, record: Record, actor: User, _at: datetime, *, kind: str, other: str) -> None:
        link_records(record, self.told[other], kind, actor=actor, via=Via.HTML)

    def _merge(self, record: Record, actor: User, at: datetime, *, into: str) -> None:
        perform(record, "merge", actor=actor, via=Via.HTML, data={"into": self.told[into]}, at=at)

    def _watch(self, record: Record, actor: User, _at: datetime, *, person: str) -> None:
        watch(record, person=self.people[person], actor=actor, via=Via.HTML)

    def _spent(self, record: Record, actor: User, at: datetime, *, seconds: int, note: str) -> None:
        log_time(record, seconds=seconds, note=note, actor=actor, via=Via.HTML, at=at)

    def _in_days(self, days: int, at: str = "09:00") -> datetime:
        zone = ZoneInfo(TIME_ZONE)
        day = self.now.astimezone(zone).date() + timedelta(days=days)
        return datetime.combine(day, time.fromisoformat(at), zone)


def script(
    stories: Iterable[Story], now: datetime
) -> Iterator[tuple[datetime, str, Story, Move | None]]:
    """Yield every beginning and every move in the order of time, with the story's name.

    Stories that begin on a weekend are moved before it, so on some days of the week one would speak
    of another that has not begun: such a move waits for it, and what follows waits as well.
    """
    stories = list(stories)
    begins = {story.key: story.begins(now) for story in stories if story.key}
    lines: list[tuple[datetime, int, int, Story, Move | None]] = []
    for place, story in enumerate(stories):
        at = story.begins(now)
        lines.append((at, place, 0, story, None))
        for step, move in enumerate(story.moves, 1):
            at += timedelta(minutes=move.after)
            if move.speaks_of:
                at = max(at, begins[move.speaks_of] + timedelta(minutes=1))
            lines.append((at, place, step, story, move))
    for at, place, _step, story, later in sorted(lines, key=lambda line: line[:3]):
        yield at, story.key or f"story {place}", story, later


_DOORS = {"email": Via.EMAIL, "monitoring": Via.API, "api": Via.API}
_ACTS: dict[str, Callable[..., None]] = {
    "say": Teller._say,  # noqa: SLF001 - the table of this class's own moves
    "call": Teller._call,  # noqa: SLF001
    "note": Teller._note,  # noqa: SLF001
    "do": Teller._do,  # noqa: SLF001
    "hold": Teller._hold,  # noqa: SLF001
    "schedule": Teller._schedule,  # noqa: SLF001
    "link": Teller._link,  # noqa: SLF001
    "merge": Teller._merge,  # noqa: SLF001
    "watch": Teller._watch,  # noqa: SLF001
    "spent": Teller._spent,  # noqa: SLF001
}
