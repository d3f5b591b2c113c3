"""The chain of a record: upstream to the demand it came from, downstream to the value it gave."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import connection

from valuechain.records.models import Handover, Link, Record
from valuechain.records.ties import MOST_TIES, ties_of
from valuechain.records.vocabulary import LinkKind

#: Of `source kind target`, these lead from what came later back to what it came from. `blocks` and
#: `evidence_for` lead the other way: the target comes later.
_TOWARDS_DEMAND = (
    LinkKind.DERIVED_FROM, LinkKind.FULFILS, LinkKind.SATISFIES, LinkKind.IMPLEMENTS,
    LinkKind.DEPLOYS, LinkKind.CAUSED_BY, LinkKind.CHILD_OF, LinkKind.FUNDED_BY,
    LinkKind.SUPPLIED_BY, LinkKind.DUPLICATES,
)  # fmt: skip

#: Along these one piece of work led to the next, so that what came of an earlier record is told with
#: a later one; a shared cause or shared evidence makes no such line.
_LINES = (
    LinkKind.DERIVED_FROM, LinkKind.FULFILS, LinkKind.SATISFIES, LinkKind.IMPLEMENTS,
    LinkKind.DEPLOYS, LinkKind.CHILD_OF,
)  # fmt: skip
#: What went into a record beside the demand: shown with it, whichever end one looks from.
_INPUTS = (LinkKind.FUNDED_BY, LinkKind.SUPPLIED_BY)

#: What says where a record was, and when.
_OF_A_VISIT = ("number", "kind", "resource", "received_at", "closed_at")

UPSTREAM, DOWNSTREAM, BOTH = "upstream", "downstream", "both"
MAX_DEPTH = 25
MAX_NODES = 2_000
#: A page about one record counts what is around it and need not know more.
MOST_ON_A_PAGE = 300


@dataclass(frozen=True)
class Chain:
    """The records around one record, how far each is from it, and what ties them."""

    root: Record
    records: dict[int, Record] = field(default_factory=dict)
    depth: dict[int, int] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    is_cut: bool = False

    @cached_property
    def handovers(self) -> list[Handover]:
        """The handovers between these records, oldest first. One query, when they are asked for."""
        among = Handover.objects.filter(source_id__in=self.records, target_id__in=self.records)
        return list(among.order_by("offered_at"))

    @property
    def nearest_first(self) -> list[Record]:
        return sorted(self.records.values(), key=lambda r: (self.depth[r.pk], r.pk))


def trace(
    record: Record,
    *,
    actor: Any,
    direction: str = BOTH,
    depth: int = 10,
    most: int = MAX_NODES,
    is_brief: bool = False,
) -> Chain:
    """Walk the links around a record. Three queries, however many records there are.

    Upstream and downstream are walked each for itself. `both` adds what else came of the records
    upstream, and the money and supplies that went into what came of it. It never turns round at what
    many records share: what else is evidence for the same improvement, or hangs on the same cause,
    is not of this chain.

    Only records the actor may see are shown, and only ways that lead through such records. The walk
    stops at `depth` steps and at `most` records, nearest first (`is_cut` says so). Where only the
    visits are wanted, `is_brief` leaves out people and words.
    """
    depth = min(depth, MAX_DEPTH)
    reached = _reach(record.pk, direction, depth, most) if record.is_tied else [record.pk]
    if len(reached) == 1:
        return Chain(root=record, records={record.pk: record}, depth={record.pk: 0})
    known = _read_already(record, actor, reached) if is_brief else None
    visible, links = known or _read(reached, actor, is_brief=is_brief)
    visible[record.pk] = record
    distance = _distances(record.pk, links, direction, depth)
    kept = {pk: visible[pk] for pk in distance}
    return Chain(
        root=record,
        records=kept,
        depth=distance,
        links=[link for link in links if link.source_id in kept and link.target_id in kept],
        is_cut=len(reached) >= most,
    )


def _read_already(
    record: Record, actor: Any, reached: list[int]
) -> tuple[dict[int, Record], list[Link]] | None:
    """Return what was reached from the record's own links, where that is all of it; else None."""
    ties = ties_of(record, actor=actor)
    if len(ties) > MOST_TIES:
        return None
    ends = {end.pk: end for tie in ties for end in (tie.source, tie.target)}
    return (ends, ties) if ends.keys() >= set(reached) else None


def _read(
    reached: list[int], actor: Any, *, is_brief: bool
) -> tuple[dict[int, Record], list[Link]]:
    """Read the records reached that the actor may see, and the links among them. Two queries."""
    found = Record.objects.visible_to(actor).filter(pk__in=reached).order_by()
    found = found.only(*_OF_A_VISIT) if is_brief else found.with_people()
    visible = {record.pk: record for record in found}
    return visible, list(Link.objects.filter(source_id__in=visible, target_id__in=visible))


def _headings(direction: str) -> list[str]:
    return [UPSTREAM, DOWNSTREAM] if direction == BOTH else [direction]


#: From a record and a heading to the next. A LATERAL join, so that each step asks the indexes of
#: links for the few of one record, however many links there are.
_WALK = """
    WITH RECURSIVE walk(id, heading, steps) AS (
        SELECT %(start)s::bigint, h, 0 FROM unnest(%(headings)s::text[]) h
        UNION
        SELECT edge.there, edge.heading, walk.steps + 1
        FROM walk CROSS JOIN LATERAL (
            SELECT target_id AS there, 'upstream' AS heading FROM records_link
             WHERE source_id = walk.id AND kind = ANY(%(back)s) AND walk.heading = 'upstream'
            UNION ALL SELECT source_id, 'upstream' FROM records_link
             WHERE target_id = walk.id AND kind <> ALL(%(back)s) AND walk.heading = 'upstream'
            UNION ALL SELECT source_id, 'downstream' FROM records_link
             WHERE target_id = walk.id AND kind = ANY(%(back)s) AND walk.heading = 'downstream'
            UNION ALL SELECT target_id, 'downstream' FROM records_link
             WHERE source_id = walk.id AND kind <> ALL(%(back)s) AND walk.heading = 'downstream'
            UNION ALL SELECT source_id, 'onwards' FROM records_link
             WHERE target_id = walk.id AND kind = ANY(%(lines)s)
               AND walk.heading IN ('upstream', 'onwards')
            UNION ALL SELECT target_id, 'end' FROM records_link
             WHERE source_id = walk.id AND kind = ANY(%(inputs)s)
               AND walk.heading IN ('downstream', 'onwards')
        ) edge
        WHERE walk.steps < %(depth)s
    )
    SELECT id FROM walk GROUP BY id ORDER BY min(steps), id LIMIT %(most)s
"""


def _reach(start: int, direction: str, depth: int, most: int) -> list[int]:
    """Return the ids within reach, nearest first, whoever may see them. One query."""
    asked: dict[str, Any] = {
        "start": start,
        "headings": _headings(direction),
        "back": [kind.value for kind in _TOWARDS_DEMAND],
        "lines": [kind.value for kind in _LINES] if direction == BOTH else [],
        "inputs": [kind.value for kind in _INPUTS] if direction == BOTH else [],
        "depth": depth,
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WALK, asked)
        return [pk for (pk,) in cursor.fetchall()]


def _distances(start: int, links: Iterable[Link], direction: str, depth: int) -> dict[int, int]:
    """Measure how far each record is, along links the actor can see. The walk above, in Python."""
    steps = _steps(links, is_both=direction == BOTH)
    found = dict.fromkeys(((start, heading) for heading in _headings(direction)), 0)
    todo = deque(found)
    while todo:
        here = todo.popleft()
        if found[here] >= depth:
            continue
        for there in sorted(steps.get(here, set()) - found.keys()):
            found[there] = found[here] + 1
            todo.append(there)
    nearest: dict[int, int] = {}
    for (pk, _heading), distance in found.items():
        nearest[pk] = min(distance, nearest.get(pk, distance))
    return nearest


def _steps(links: Iterable[Link], *, is_both: bool) -> dict[tuple[int, str], set[tuple[int, str]]]:
    """From each record and heading, where a step leads."""
    steps: dict[tuple[int, str], set[tuple[int, str]]] = {}
    for link in links:
        later, earlier = link.source_id, link.target_id
        if link.kind not in _TOWARDS_DEMAND:
            later, earlier = earlier, later
        steps.setdefault((later, UPSTREAM), set()).add((earlier, UPSTREAM))
        steps.setdefault((earlier, DOWNSTREAM), set()).add((later, DOWNSTREAM))
        if is_both and link.kind in _LINES:
            for heading in (UPSTREAM, "onwards"):
                steps.setdefault((link.target_id, heading), set()).add((link.source_id, "onwards"))
        if is_both and link.kind in _INPUTS:
            for heading in (DOWNSTREAM, "onwards"):
                steps.setdefault((link.source_id, heading), set()).add((link.target_id, "end"))
    return steps
