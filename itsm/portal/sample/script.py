"""The words the stories of the sample company are written in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from itsm.portal.sample.company import TIME_ZONE
from valuechain.records.vocabulary import Channel

H = 60
D = 24 * H


@dataclass(frozen=True, slots=True)
class Move:
    """What somebody did, so many minutes after the move before."""

    after: int
    who: str
    act: str
    args: dict[str, Any] = field(default_factory=dict)

    @property
    def speaks_of(self) -> str:
        """The key of the other story that this move needs, if any."""
        return str(self.args.get("other", "") or self.args.get("into", ""))


def say(after: int, who: str, body: str) -> Move:
    """A public message."""
    return Move(after, who, "say", {"body": body})


def call(after: int, who: str, body: str) -> Move:
    """A telephone call, logged."""
    return Move(after, who, "call", {"body": body})


def note(after: int, who: str, body: str) -> Move:
    """An internal note."""
    return Move(after, who, "note", {"body": body})


def do(after: int, who: str, name: str, **answers: Any) -> Move:
    """A transition, with the answers to what it asks."""
    return Move(after, who, "do", {"name": name, "answers": answers})


def hold(after: int, who: str, name: str, reason: str, *, days: int) -> Move:
    """A transition into waiting, to be looked at again in some days from today."""
    return Move(after, who, "hold", {"name": name, "reason": reason, "days": days})


def schedule(after: int, who: str, *, days: int, opens: str = "20:00", hours: int = 2) -> Move:
    """A change given its window: so many days from today, or before it when negative."""
    return Move(after, who, "schedule", {"days": days, "opens": opens, "hours": hours})


def link(after: int, who: str, kind: str, other: str) -> Move:
    """One end is the ticket of the story: it `kind` the ticket of another story."""
    return Move(after, who, "link", {"kind": kind, "other": other})


def merge(after: int, who: str, into: str) -> Move:
    """The ticket of the story merged into that of another."""
    return Move(after, who, "merge", {"into": into})


def watch(after: int, who: str, person: str) -> Move:
    """Somebody added as a follower."""
    return Move(after, who, "watch", {"person": person})


def spent(after: int, who: str, minutes: int, on: str = "") -> Move:
    """Working time written down."""
    return Move(after, who, "spent", {"seconds": minutes * 60, "note": on})


@dataclass(frozen=True, slots=True)
class Story:
    """One ticket's life: how it began and the moves that followed.

    It begins `days` days ago at `at` local time, or, when `days` is 0, so many `minutes` ago.
    """

    kind: str
    title: str
    requester: str
    text: str
    moves: tuple[Move, ...] = ()
    days: int = 0
    at: str = "09:00"
    minutes: int = 0
    key: str = ""
    by: str = ""
    channel: str = Channel.PORTAL
    impact: int = 4
    urgency: int = 3
    team: str = ""
    organisation: str = ""
    service: str = ""
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def lasts(self) -> timedelta:
        """From the first move to the last."""
        return timedelta(minutes=sum(move.after for move in self.moves))

    def begins(self, now: datetime) -> datetime:
        """Return the instant the demand reached us; a weekend is moved to the Friday before."""
        if not self.days:
            return now - timedelta(minutes=self.minutes)
        zone = ZoneInfo(TIME_ZONE)
        day = now.astimezone(zone).date() - timedelta(days=self.days)
        day -= timedelta(days=max(0, day.weekday() - 4))
        return datetime.combine(day, time.fromisoformat(self.at), zone)
