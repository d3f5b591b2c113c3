"""Draws the machines and flows of the registry for the documentation, so that it cannot be wrong."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from django.utils import translation

from itsm.core.machine import Machine, State
from valuechain.records.flows import flows
from valuechain.records.kinds import Kind, kinds
from valuechain.records.vocabulary import Activity

HEADING = """# Machines and flows

How every kind of record moves, and how work crosses from one activity to another. Drawn from the
registry by `python3 manage.py draw_machines`; edit the tables it reads, not this page.
"""


def draw() -> str:
    """Return the page in English: the flows between activities, then each kind's machine."""
    with translation.override("en"):
        return "\n".join([HEADING, *_flows(), *_machines()])


def _flows() -> Iterator[str]:
    yield "## Flows between activities\n"
    drawn = sorted(
        {
            (kinds[source].activity, kinds[flow.to].activity, source, flow.to, flow.name)
            for flow in flows
            for source in flow.sources
        }
    )
    yield "```mermaid\nflowchart LR"
    for activity in Activity:
        yield f'    {activity.value}["{activity.label}"]'
    for (start, end), crossing in groupby(drawn, key=lambda row: row[:2]):
        count = len({name for *_ends, name in crossing})
        yield f"    {start} -->|{count}| {end}"
    yield "```\n"
    yield "| From | To | Flow | Work | Becomes | Must be accepted |"
    yield "|---|---|---|---|---|---|"
    for start, end, source, to, name in drawn:
        offered = "yes" if flows.find(source, name).is_offered else "no"
        yield (
            f"| {Activity(start).label} | {Activity(end).label} | `{name}` "
            f"| {kinds[source].label} | {kinds[to].label} | {offered} |"
        )
    yield ""


def _machines() -> Iterator[str]:
    for activity in Activity:
        of = sorted(kinds.of_activity(activity), key=lambda kind: kind.name)
        if of:
            yield f"## {activity.label}\n"
        for kind in of:
            yield from _machine(kind)


def _machine(kind: Kind) -> Iterator[str]:
    machine = kind.machine
    yield f"### {kind.label}\n"
    yield f"`{kind.name}`, numbered {kind.prefix}-1001 and on, at `/{kind.resource}/`.\n"
    yield "```mermaid\nstateDiagram-v2"
    for state in machine.states:
        yield f"    state {_quoted(state)} as {state.name}"
    for start in machine.starts:
        yield f"    [*] --> {start}"
    for source, target, names in _arrows(machine):
        yield f"    {source} --> {target}: {', '.join(names)}"
    for state in machine.states:
        if state.is_final:
            yield f"    {state.name} --> [*]"
    yield "```\n"
    if stays := [t.name for t in machine.transitions if t.target is None]:
        yield f"Without leaving the state: {', '.join(stays)}.\n"


def _quoted(state: State) -> str:
    return f'"{state.label} ({state.phase.value})"'


def _arrows(machine: Machine) -> Iterator[tuple[str, str, list[str]]]:
    """Yield each pair of states once, with the verbs that lead from one to the other."""
    verbs: dict[tuple[str, str], list[str]] = {}
    for transition in machine.transitions:
        for source in transition.source:
            if transition.target is not None:
                verbs.setdefault((source, transition.target), []).append(transition.name)
    for (source, target), names in verbs.items():
        yield source, target, list(dict.fromkeys(names))
