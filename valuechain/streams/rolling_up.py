"""The times of all work that one portfolio item gathers: what led to it, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from itsm.core import clock
from itsm.core.machine import Phase
from valuechain.records.models import Record
from valuechain.records.panels import Card
from valuechain.records.trace import DOWNSTREAM, MOST_ON_A_PAGE, UPSTREAM, trace
from valuechain.records.vocabulary import Activity
from valuechain.streams.flow import Fact, Figures, Flow, facts_of

#: What is worked on from a beginning to an end. A budget or a service in a chain takes no time of it.
WORK = frozenset(
    {
        "change", "component", "deployment", "design_spec", "improvement", "incident", "need",
        "portfolio_item", "problem", "project_initiation", "purchase_order", "release",
        "requirement", "service_request", "supplier_request", "transition_plan", "work_order",
    }
)  # fmt: skip


def roll_up(records: Iterable[Record]) -> Flow:
    """Add up the times of records, finished or not, by the activity each belongs to. One query.

    What nobody has taken up yet has waited in the queue all the time. The sums are those of the
    records counted, as everywhere.
    """
    known = {record.pk: record for record in records if record.kind in WORK}
    found: dict[str, list[Fact]] = {}
    for fact in facts_of({pk: {one.activity} for pk, one in known.items()}, now=clock.now()):
        if known[fact.record].phase == Phase.NEW:
            fact = replace(fact, queue=fact.queue + fact.touch, touch=0.0)
        found.setdefault(fact.key, []).append(fact)
    groups = [
        Figures(key=one.value, label=str(one.label), activity=one.value, facts=found[one.value])
        for one in Activity
        if one.value in found
    ]
    whole = [fact for group in groups for fact in group.facts]
    return Flow(groups, Figures(key="total", label="", activity="", facts=whole))


def times_card(record: Record, actor: Any) -> Card | None:
    """Show on a portfolio item where the time of all that led to it and came of it went.

    What else came of the same demand is the time of other items.
    """
    if record.kind != "portfolio_item":
        return None
    around: dict[int, Record] = {}
    for direction in (UPSTREAM, DOWNSTREAM):
        chain = trace(record, actor=actor, direction=direction, most=MOST_ON_A_PAGE, is_brief=True)
        around |= chain.records
    return Card("streams/_times.html", {"flow": roll_up(around.values())})
