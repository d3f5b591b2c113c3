"""Where time goes: waiting in the queue, worked on, waiting for somebody, and how often work came back.

Nothing here is stored. Every number is the sum of `facts` over finished records, which are read from
their events and handovers; all times are in seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from itsm.core.machine import Phase
from valuechain.records.kinds import kinds
from valuechain.records.models import Record
from valuechain.records.querysets import RecordQuerySet
from valuechain.streams.models import ValueStream, Visit

#: Whom work waits for, told from the name of the waiting state.
CUSTOMER, SUPPLIER, CHANGE, APPROVAL, OTHER = "customer", "supplier", "change", "approval", "other"
CAUSES = (CUSTOMER, SUPPLIER, CHANGE, APPROVAL, OTHER)
_WORDS = (
    (CUSTOMER, ("customer", "needs_information", "stakeholder", "requester")),
    (SUPPLIER, ("supplier", "vendor")),
    (APPROVAL, ("approval", "authorisation", "review", "proposed")),
    (CHANGE, ("change",)),
)
ACTIVITY, STEP = "activity", "step"
GROUPS = (ACTIVITY, STEP)


@dataclass(frozen=True, slots=True)
class Fact:
    """The times of one finished record in one group: `flow` is queue, touch and wait together."""

    key: str
    record: int
    number: str
    queue: float
    touch: float
    wait_by: tuple[float, ...]
    returns: int

    @property
    def wait(self) -> float:
        return sum(self.wait_by)

    @property
    def flow(self) -> float:
        return self.queue + self.touch + self.wait


@dataclass(frozen=True)
class Figures:
    """One group's numbers in a period; the sums are those of the facts behind them."""

    key: str
    label: str
    activity: str
    arrived: int = 0
    in_progress: int = 0
    oldest: float = 0.0
    facts: list[Fact] = field(default_factory=list)
    weeks: float = 1.0

    @property
    def finished(self) -> int:
        return len(self.facts)

    @property
    def queue(self) -> float:
        return sum(fact.queue for fact in self.facts)

    @property
    def touch(self) -> float:
        return sum(fact.touch for fact in self.facts)

    @property
    def wait(self) -> float:
        return sum(fact.wait for fact in self.facts)

    @property
    def wait_by(self) -> dict[str, float]:
        return {
            cause: sum(fact.wait_by[n] for fact in self.facts) for n, cause in enumerate(CAUSES)
        }

    @property
    def flow(self) -> float:
        return sum(fact.flow for fact in self.facts)

    @property
    def returns(self) -> int:
        return sum(fact.returns for fact in self.facts)

    @property
    def returned(self) -> int:
        """How many records came back at least once."""
        return sum(1 for fact in self.facts if fact.returns)

    @property
    def efficiency(self) -> float | None:
        """The share of the flow time in which somebody worked; None where nothing took time."""
        return self.touch / self.flow if self.flow else None

    @property
    def first_time_right(self) -> float | None:
        return None if not self.facts else 1 - self.returned / len(self.facts)

    @property
    def per_week(self) -> float:
        return self.finished / self.weeks

    @property
    def is_growing(self) -> bool:
        return self.arrived > self.finished

    def percentile(self, what: str, percent: int) -> float | None:
        """Return the value that so many percent of the finished records stay within."""
        values = sorted(getattr(fact, what) for fact in self.facts)
        if not values:
            return None
        return float(values[max(0, -(-len(values) * percent // 100) - 1)])


@dataclass(frozen=True)
class Flow:
    """The numbers of each group, in order, and the whole."""

    groups: list[Figures]
    total: Figures

    @property
    def bottleneck(self) -> Figures | None:
        """The group with the largest share of queue and wait among those whose queue grows."""
        slow = [group for group in self.groups if group.is_growing and group.queue + group.wait > 0]
        return max(slow, key=lambda group: group.queue + group.wait, default=None)

    def idle_share(self, group: Figures) -> float:
        """Return which part of the whole flow time lay idle in this group, from 0 to 1."""
        return (group.queue + group.wait) / self.total.flow if self.total.flow else 0.0


def measure(
    *,
    actor: Any,
    begin: datetime,
    end: datetime,
    now: datetime,
    stream: ValueStream | None = None,
    group: str = ACTIVITY,
) -> Flow:
    """Measure what was finished from `begin` up to `end`, and what is in progress now.

    Only records the actor may see count. With a stream, those that went along it; grouping by step
    needs one. Five queries, however many records there are.
    """
    seen: RecordQuerySet = Record.objects.visible_to(actor)
    scope, labels = _along(stream, seen, group) if stream is not None else _everywhere(seen)
    done = scope.filter(_done(begin, end))
    found: dict[str, list[Fact]] = {}
    for fact in facts(done, now=now):
        found.setdefault(fact.key, []).append(fact)
    arrived = _counts(scope.filter(_on("opened_at__gte", begin), _on("opened_at__lt", end)))
    live = scope.filter(_on("phase__in", _LIVE))
    in_progress, oldest = _counts(live), _oldest(live)
    weeks = max((end - begin) / timedelta(weeks=1), 1 / 7)
    groups = [
        Figures(
            key=key,
            label=label,
            activity=activity,
            arrived=arrived.get(key, 0),
            in_progress=in_progress.get(key, 0),
            oldest=(now - oldest[key]).total_seconds() if key in oldest else 0.0,
            facts=found.get(key, []),
            weeks=weeks,
        )
        for key, label, activity in labels
    ]
    total = Figures(
        key="total",
        label="",
        activity="",
        arrived=sum(one.arrived for one in groups),
        in_progress=sum(one.in_progress for one in groups),
        oldest=max((one.oldest for one in groups), default=0.0),
        facts=[fact for one in groups for fact in one.facts],
        weeks=weeks,
    )
    return Flow(groups, total)


_LIVE = [Phase.NEW.value, Phase.OPEN.value, Phase.WAITING.value]


def _along(
    stream: ValueStream, seen: RecordQuerySet, group: str
) -> tuple[Any, list[tuple[str, str, str]]]:
    """Return the stream's visits with their group as `key`, and the groups in order."""
    visits = Visit.objects.filter(
        instance__stream=stream, record__in=seen.order_by().values("pk")
    ).order_by()
    steps = list(stream.steps.all())
    if group == STEP:
        labels = [(str(step.pk), step.name, step.activity) for step in steps]
        return _Scope(visits, "record__", "step_id"), labels
    activities = {step.activity: str(step.get_activity_display()) for step in steps}
    labels = [(name, label, name) for name, label in activities.items()]
    return _Scope(visits, "record__", "step__activity"), labels


def _everywhere(seen: RecordQuerySet) -> tuple[Any, list[tuple[str, str, str]]]:
    """Return all records with their activity as `key`."""
    from valuechain.records.vocabulary import Activity

    return _Scope(seen.order_by(), "", "kind"), [
        (one.value, str(one.label), one.value) for one in Activity
    ]


@dataclass(frozen=True)
class _Scope:
    """Rows that each name a record and a group, and the way from the row to the record."""

    rows: Any
    path: str
    group: str

    def filter(self, *rules: Any) -> _Scope:
        rows = self.rows.filter(*(rule(self.path) for rule in rules))
        return _Scope(rows, self.path, self.group)

    def key(self, value: Any) -> str:
        """Return the group a row belongs to; a kind stands for its activity."""
        return kinds[value].activity if self.group == "kind" else str(value)


def _on(name: str, value: Any) -> Any:
    return lambda path: Q(**{f"{path}{name}": value})


def _done(begin: datetime, end: datetime) -> Any:
    return lambda path: Q(
        **{
            f"{path}phase": Phase.DONE.value,
            f"{path}closed_at__gte": begin,
            f"{path}closed_at__lt": end,
        }
    )


def _counts(scope: _Scope) -> dict[str, int]:
    record = f"{scope.path}pk" if scope.path else "pk"
    found: dict[str, int] = {}
    rows = scope.rows.values(scope.group).annotate(n=Count(record, distinct=True))
    for value, count in rows.values_list(scope.group, "n"):
        found[scope.key(value)] = found.get(scope.key(value), 0) + count
    return found


def _oldest(scope: _Scope) -> dict[str, datetime]:
    from django.db.models import Min

    found: dict[str, datetime] = {}
    rows = scope.rows.values(scope.group).annotate(first=Min(f"{scope.path}opened_at"))
    for value, first in rows.values_list(scope.group, "first"):
        key = scope.key(value)
        found[key] = min(first, found.get(key, first))
    return found


def cause_of(state: str) -> str:
    """Return whom work in a waiting state of this name waits for."""
    return next((cause for cause, words in _WORDS if any(w in state for w in words)), OTHER)


def _states() -> tuple[list[str], list[str], list[str], list[int]]:
    rows: list[tuple[str, str, str, int]] = [
        (kind.name, state.name, state.phase.value, CAUSES.index(cause_of(state.name)))
        for kind in kinds
        for state in kind.machine.states
    ]
    return ([r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows], [r[3] for r in rows])


def facts(scope: _Scope, *, now: datetime) -> Iterable[Fact]:
    """Read the times of every record of the scope from its events and handovers. Two queries.

    Queue: from opening until work was first taken up, or a handover accepted, whichever is later.
    Touch and wait: open and waiting phases after that. A return: a handover sent back, or a record
    that was over and came back to life. What lies between its end and its return is nobody's time.
    """
    record = f"{scope.path}pk" if scope.path else "pk"
    groups: dict[int, set[str]] = {}
    for value, pk in scope.rows.values_list(scope.group, record).distinct():
        groups.setdefault(pk, set()).add(scope.key(value))
    return facts_of(groups, now=now)


def facts_of(groups: Mapping[int, set[str]], *, now: datetime) -> Iterable[Fact]:
    """Read the times of the records named, once for each group a record belongs to. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, [list(groups), *_states(), now])
        rows = cursor.fetchall()
    for pk, number, queue, touch, *waits, returns in rows:
        for key in groups[pk]:
            yield Fact(
                key=key,
                record=pk,
                number=number,
                queue=float(queue),
                touch=float(touch),
                wait_by=tuple(float(wait) for wait in waits),
                returns=int(returns),
            )


_SPAN = "greatest(0, extract(epoch FROM until - greatest(at, started)))"
_WAITS = ",\n    ".join(
    f"coalesce(sum({_SPAN}) FILTER (WHERE phase = 'waiting' AND cause = {n}), 0)"
    for n in range(len(CAUSES))
)
# The times of a record are worked out beside its events, by windows: a join of one part of the
# statement with another would be planned as if there were a handful of rows.
_FACTS = f"""
WITH chosen AS MATERIALIZED (
    SELECT r.id, r.number, r.kind, r.closed_at,
        (SELECT max(accepted_at) FROM records_handover h WHERE h.target_id = r.id) AS taken,
        (SELECT count(returned_at) FROM records_handover h WHERE h.target_id = r.id) AS sent_back
    FROM records_record r WHERE r.id = ANY(%s)
),
word AS (
    SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::int[])
        AS word(kind, state, phase, cause)
),
move AS (
    SELECT c.id, c.number, c.sent_back, e.at, word.phase, word.cause,
        lead(e.at, 1, %s) OVER w AS until,
        lag(word.phase) OVER w AS before,
        min(e.at) OVER whole AS opened,
        greatest(
            min(e.at) OVER whole,
            min(e.at) FILTER (WHERE word.phase <> 'new') OVER whole,
            -- Left empty, `least` would take the end for the beginning.
            CASE WHEN c.taken IS NOT NULL THEN least(c.taken, c.closed_at) END
        ) AS started
    FROM chosen c
    JOIN records_event e ON e.record_id = c.id
        AND e.to_state <> '' AND e.to_state <> e.from_state
    JOIN word ON word.kind = c.kind AND word.state = e.to_state
    WINDOW w AS (PARTITION BY c.id ORDER BY e.sequence), whole AS (PARTITION BY c.id)
)
SELECT id, number,
    extract(epoch FROM started - opened),
    coalesce(sum({_SPAN}) FILTER (WHERE phase IN ('new', 'open')), 0),
    {_WAITS},
    sent_back + count(*) FILTER (
        WHERE before IN ('done', 'void') AND phase IN ('new', 'open', 'waiting')
    )
FROM move GROUP BY id, number, opened, started, sent_back ORDER BY id
"""  # noqa: S608 - the pieces are constants of this module

#: How the bottleneck is found, said wherever one is named.
RULE = _(
    "The bottleneck is where work lay idle longest, queue and wait together, among those where more "
    "arrived than was finished."
)
