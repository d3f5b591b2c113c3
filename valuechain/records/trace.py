"""The chain of a record: upstream to the demand it came from, downstream to the value it gave."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import connection

from valuechain.records.models import Handover, Link, Record
from valuechain.records.vocabulary import LinkKind

#: Of `source kind target`, these lead from what came later back to what it came from. `blocks` and
#: `evidence_for` lead the other way: the target comes later.
_TOWARDS_DEMAND = (
    LinkKind.DERIVED_FROM, LinkKind.FULFILS, LinkKind.SATISFIES, LinkKind.IMPLEMENTS,
    LinkKind.DEPLOYS, LinkKind.CAUSED_BY, LinkKind.CHILD_OF, LinkKind.FUNDED_BY,
    LinkKind.SUPPLIED_BY, LinkKind.DUPLICATES,
)  # fmt: skip

UPSTREAM, DOWNSTREAM, BOTH = "upstream", "downstream", "both"
MAX_DEPTH = 25
MAX_NODES = 2_000


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


def trace(record: Record, *, actor: Any, direction: str = BOTH, depth: int = 10) -> Chain:
    """Walk the links around a record. Three queries, however many records there are.

    Only records the actor may see are shown, and only ways that lead through such records. The walk
    stops at `depth` steps and at MAX_NODES records, nearest first (`is_cut` says so).
    """
    reached = _reach(record.pk, direction, min(depth, MAX_DEPTH))
    if len(reached) == 1:
        return Chain(root=record, records={record.pk: record}, depth={record.pk: 0})
    visible = {
        found.pk: found
        for found in Record.objects.visible_to(actor).filter(pk__in=reached).with_people()
    }
    visible[record.pk] = record
    links = list(Link.objects.filter(source_id__in=visible, target_id__in=visible))
    distance = _distances(record.pk, links, direction, depth)
    kept = {pk: visible[pk] for pk in distance}
    return Chain(
        root=record,
        records=kept,
        depth=distance,
        links=[link for link in links if link.source_id in kept and link.target_id in kept],
        is_cut=len(reached) >= MAX_NODES,
    )


def _reach(start: int, direction: str, depth: int) -> list[int]:
    """Return the ids within reach, nearest first, whoever may see them. One query."""
    steps = []
    if direction in (UPSTREAM, BOTH):
        steps.append(("source_id", "target_id", "= ANY(%s)"))
        steps.append(("target_id", "source_id", "<> ALL(%s)"))
    if direction in (DOWNSTREAM, BOTH):
        steps.append(("target_id", "source_id", "= ANY(%s)"))
        steps.append(("source_id", "target_id", "<> ALL(%s)"))
    backward = [kind.value for kind in _TOWARDS_DEMAND]
    edges = " UNION ALL ".join(
        f"SELECT {here} AS here, {there} AS there FROM records_link WHERE kind {test}"  # noqa: S608
        for here, there, test in steps
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH RECURSIVE walk(id, steps) AS (
                SELECT %s::bigint, 0
                UNION
                SELECT edge.there, walk.steps + 1
                FROM walk JOIN ({edges}) edge ON edge.here = walk.id
                WHERE walk.steps < %s
            )
            SELECT id FROM walk GROUP BY id ORDER BY min(steps), id LIMIT %s
            """,  # noqa: S608 - the pieces are constants of this module
            [start, *[backward] * len(steps), depth, MAX_NODES],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _distances(start: int, links: Iterable[Link], direction: str, depth: int) -> dict[int, int]:
    """Measure how far each record is, along links the actor can see."""
    beside = _neighbours(links, direction)
    found = {start: 0}
    todo = deque([start])
    while todo:
        here = todo.popleft()
        if found[here] >= depth:
            continue
        for there in sorted(beside.get(here, set()) - found.keys()):
            found[there] = found[here] + 1
            todo.append(there)
    return found


def _neighbours(links: Iterable[Link], direction: str) -> dict[int, set[int]]:
    beside: dict[int, set[int]] = {}
    for link in links:
        later, earlier = link.source_id, link.target_id
        if link.kind not in _TOWARDS_DEMAND:
            later, earlier = earlier, later
        if direction in (UPSTREAM, BOTH):
            beside.setdefault(later, set()).add(earlier)
        if direction in (DOWNSTREAM, BOTH):
            beside.setdefault(earlier, set()).add(later)
    return beside
