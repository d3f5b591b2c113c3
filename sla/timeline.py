"""Replays what happened to one record into clocks: the story in, a ledger for each clock out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from sla.calendars import BadInputError, Calendar
from sla.ledger import (
    Explanation,
    Interval,
    Kind,
    Reading,
    Terms,
    derive,
    explain,
    finished_at,
    turn,
)

FIRST_RESPONSE = "first_response"
NEXT_RESPONSE = "next_response"
RESOLUTION = "resolution"
METRICS = (FIRST_RESPONSE, NEXT_RESPONSE, RESOLUTION)
"""The metrics that a story of messages and states can drive, in the order they are shown."""

KEEP_ELAPSED = "keep_elapsed"
RESTART_ON_UPGRADE = "restart_on_upgrade"


class TimelineError(BadInputError):
    """A story that cannot be replayed."""


class EventType(StrEnum):
    """What can happen to a record that its clocks take note of."""

    CREATED = "created"
    PRIORITY = "priority"
    PENDING = "pending"
    RESUME = "resume"
    PUBLIC_REPLY_BY_AGENT = "public_reply_by_agent"
    PUBLIC_REPLY_BY_REQUESTER = "public_reply_by_requester"
    INTERNAL_NOTE = "internal_note"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    CALENDAR_CHANGE = "calendar_change"


@dataclass(frozen=True)
class Event:
    """Something that happened to a record at an instant."""

    at: datetime
    type: EventType
    priority: str = ""
    calendar: Calendar | None = None
    from_now: bool = False


@dataclass(frozen=True)
class Policy:
    """Targets in open seconds by priority and metric, and how changes and pauses are treated."""

    targets_s: Mapping[str, Mapping[str, float]]
    pausable: frozenset[str] = frozenset({RESOLUTION})
    priority_change: str = KEEP_ELAPSED
    grace_s: float = 0
    reopen_window_s: float | None = None


@dataclass
class Clock:
    """One metric of a record in one cycle: its ledger and the terms it obeys."""

    metric: str
    cycle: int
    ledger: tuple[Interval, ...] = ()
    terms: tuple[Terms, ...] = ()

    def read(self, now: datetime) -> Reading:
        """Return what the clock says at `now`."""
        return derive(self.ledger, self.terms, now)

    def explain(self, now: datetime) -> Explanation:
        """Return why the clock says so."""
        return explain(self.ledger, self.terms, now)

    @property
    def is_open(self) -> bool:
        return bool(self.ledger) and finished_at(self.ledger) is None


def replay(
    policy: Policy, calendar: Calendar, events: Iterable[Event], now: datetime
) -> list[Clock]:
    """Return the clocks of a record, cycles in order, after all that happened up to `now`.

    Events are taken in order of their instants; those at the same instant as they are listed.
    Raises TimelineError when the story does not begin with one `created` at or before `now`.
    """
    story = sorted(events, key=lambda event: event.at)
    if not story or story[0].type is not EventType.CREATED:
        raise TimelineError("the first event in time must be `created`", "events")
    if sum(event.type is EventType.CREATED for event in story) > 1:
        raise TimelineError("a record is created once", "events")
    if story[0].at > now:
        raise TimelineError("the record is created after `now`", "now")
    record = _Record(policy, ((None, calendar),))
    for event in story:
        if event.at <= now:
            record.take(event)
    return record.clocks


def readings(clocks: Iterable[Clock], now: datetime) -> dict[str, Reading]:
    """Return the reading of the latest cycle of each metric that has a target.

    A next_response that nobody waits for yet is idle.
    """
    latest = {clock.metric: clock for clock in clocks}
    return {
        metric: latest[metric].read(now)
        for metric in METRICS
        if metric in latest and latest[metric].terms
    }


@dataclass
class _Record:
    policy: Policy
    calendars: tuple[tuple[datetime | None, Calendar], ...]
    priority: str = ""
    waiting: bool = False
    answered: bool = False
    resolved_at: datetime | None = None
    clocks: list[Clock] = field(default_factory=list)

    def take(self, event: Event) -> None:
        self._TAKES[event.type](self, event)

    def _created(self, event: Event) -> None:
        self.priority = event.priority
        for metric in METRICS:
            self._new_clock(metric, event)
        self._begin(FIRST_RESPONSE, event)
        self._begin(RESOLUTION, event)

    def _priority(self, event: Event) -> None:
        self.priority = event.priority
        self._change_terms(event)

    def _calendar_change(self, event: Event) -> None:
        if event.calendar is None:
            raise TimelineError("a calendar change needs a calendar", "events")
        kept = self.calendars if event.from_now else ()
        self.calendars = (*kept, (event.at if event.from_now else None, event.calendar))
        self._change_terms(event)

    def _pending(self, event: Event) -> None:
        if self.resolved_at is None:
            self.waiting = True
            self._turn_pausable(Kind.PAUSE, event)

    def _resume(self, event: Event) -> None:
        if self.waiting:
            self.waiting = False
            self._turn_pausable(Kind.RUN, event)

    def _public_reply_by_agent(self, event: Event) -> None:
        self.answered = True
        for metric in (FIRST_RESPONSE, NEXT_RESPONSE):
            if self._latest(metric).is_open:
                self._turn(self._latest(metric), None, event)

    def _public_reply_by_requester(self, event: Event) -> None:
        if self.answered and not self._latest(NEXT_RESPONSE).is_open:
            if self._latest(NEXT_RESPONSE).ledger:
                self._new_clock(NEXT_RESPONSE, event)
            self._begin(NEXT_RESPONSE, event)

    def _internal_note(self, event: Event) -> None:
        """Take no note: an internal note moves no clock."""

    def _resolved(self, event: Event) -> None:
        if self.resolved_at is not None:
            return
        self._resume(event)
        self.resolved_at = event.at
        self._turn(self._latest(RESOLUTION), Kind.RESOLVED, event)

    def _reopened(self, event: Event) -> None:
        if self.resolved_at is None:
            return
        away = event.at - self.resolved_at
        self.resolved_at = None
        window = self.policy.reopen_window_s
        if window is not None and away > timedelta(seconds=window):
            self._new_clock(RESOLUTION, event)
            self._begin(RESOLUTION, event)
            return
        clock = self._latest(RESOLUTION)
        self._turn(clock, Kind.RUN, event)
        # What changed while the clock was finished reaches it now that it goes on.
        self._give_terms(clock, event)

    _TAKES: ClassVar[Mapping[EventType, Callable[["_Record", Event], None]]] = {
        EventType.CREATED: _created,
        EventType.PRIORITY: _priority,
        EventType.PENDING: _pending,
        EventType.RESUME: _resume,
        EventType.PUBLIC_REPLY_BY_AGENT: _public_reply_by_agent,
        EventType.PUBLIC_REPLY_BY_REQUESTER: _public_reply_by_requester,
        EventType.INTERNAL_NOTE: _internal_note,
        EventType.RESOLVED: _resolved,
        EventType.REOPENED: _reopened,
        EventType.CALENDAR_CHANGE: _calendar_change,
    }

    def _latest(self, metric: str) -> Clock:
        return [clock for clock in self.clocks if clock.metric == metric][-1]

    def _new_clock(self, metric: str, event: Event) -> None:
        cycle = 1 + sum(clock.metric == metric for clock in self.clocks)
        clock = Clock(metric, cycle)
        self._give_terms(clock, event)
        self.clocks.append(clock)

    def _begin(self, metric: str, event: Event) -> None:
        paused = self.waiting and metric in self.policy.pausable
        clock = self._latest(metric)
        # A clock that waited to begin obeys what holds when it begins; changes before are no changes.
        clock.terms = ()
        self._give_terms(clock, event)
        self._turn(clock, Kind.PAUSE if paused else Kind.RUN, event)

    def _turn(self, clock: Clock, kind: Kind | None, event: Event) -> None:
        clock.ledger = turn(clock.ledger, kind, at=event.at, cause=event.type)

    def _turn_pausable(self, kind: Kind, event: Event) -> None:
        for clock in self.clocks:
            if clock.is_open and clock.metric in self.policy.pausable:
                self._turn(clock, kind, event)

    def _change_terms(self, event: Event) -> None:
        for clock in self.clocks:
            if clock.is_open or not clock.ledger:
                self._give_terms(clock, event)

    def _give_terms(self, clock: Clock, event: Event) -> None:
        target = self.policy.targets_s[self.priority].get(clock.metric)
        if target is None:
            clock.terms = ()
            return
        old = clock.terms[-1] if clock.terms else None
        if old and (old.target_s, old.calendars) == (target, self.calendars):
            return
        upgraded = (
            old is not None
            and target < old.target_s
            and self.policy.priority_change == RESTART_ON_UPGRADE
            and clock.metric != FIRST_RESPONSE
        )
        new = Terms(
            since=event.at,
            target_s=target,
            calendars=self.calendars,
            cause=event.type,
            counts_from=event.at if upgraded else old.counts_from if old else None,
            grace_s=self.policy.grace_s,
        )
        clock.terms = (*clock.terms, new)
