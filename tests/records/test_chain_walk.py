"""A chain leads to the demand and to the value, and never turns round at what many records share."""

from __future__ import annotations

from typing import Any

import pytest

from itsm.accounts.models import User
from tests.factories import a_ticket
from valuechain.records.actions import link_records
from valuechain.records.models import Record
from valuechain.records.trace import BOTH, DOWNSTREAM, UPSTREAM, trace
from valuechain.records.vocabulary import LinkKind


@pytest.fixture
def make(agent: User, requester: User) -> Any:
    return lambda: a_ticket(actor=agent, requester=requester)


@pytest.fixture
def tie(agent: User) -> Any:
    def tie(source: Record, kind: LinkKind, target: Record) -> None:
        link_records(source, target, kind, actor=agent, via="html")

    return tie


def test_what_shares_a_cause_is_not_of_the_chain(make: Any, tie: Any, agent: User) -> None:
    problem, first, second = make(), make(), make()
    tie(first, LinkKind.CAUSED_BY, problem)
    tie(second, LinkKind.CAUSED_BY, problem)

    assert set(trace(first, actor=agent).records) == {first.pk, problem.pk}
    assert set(trace(problem, actor=agent).records) == {first.pk, second.pk, problem.pk}


def test_both_ways_are_walked_to_their_ends(make: Any, tie: Any, agent: User) -> None:
    need, spec, component, release = make(), make(), make(), make()
    tie(spec, LinkKind.DERIVED_FROM, need)
    tie(component, LinkKind.IMPLEMENTS, spec)
    tie(release, LinkKind.DEPLOYS, component)

    seen = trace(component, actor=agent)

    assert seen.depth == {component.pk: 0, spec.pk: 1, release.pk: 1, need.pk: 2}
    assert set(trace(spec, actor=agent, direction=UPSTREAM).records) == {spec.pk, need.pk}
    assert set(trace(spec, actor=agent, direction=DOWNSTREAM).records) == {
        spec.pk,
        component.pk,
        release.pk,
    }


def test_money_and_supplies_are_shown_with_what_they_went_into(
    make: Any, tie: Any, agent: User
) -> None:
    need, spec, budget, other = make(), make(), make(), make()
    tie(spec, LinkKind.DERIVED_FROM, need)
    tie(spec, LinkKind.FUNDED_BY, budget)
    tie(other, LinkKind.FUNDED_BY, budget)

    assert set(trace(need, actor=agent, direction=BOTH).records) == {need.pk, spec.pk, budget.pk}


def test_a_brief_walk_finds_the_same_records(make: Any, tie: Any, agent: User) -> None:
    need, spec, component = make(), make(), make()
    tie(spec, LinkKind.DERIVED_FROM, need)
    tie(component, LinkKind.IMPLEMENTS, spec)

    for record in (need, spec, component):
        brief, whole = (trace(record, actor=agent, is_brief=short) for short in (True, False))
        assert brief.depth == whole.depth


def test_what_else_came_of_a_demand_is_told(make: Any, tie: Any, agent: User) -> None:
    incident, improvement, problem = make(), make(), make()
    tie(incident, LinkKind.EVIDENCE_FOR, improvement)
    tie(problem, LinkKind.DERIVED_FROM, incident)

    assert problem.pk in trace(improvement, actor=agent).records
    assert problem.pk not in trace(improvement, actor=agent, direction=UPSTREAM).records


def test_evidence_for_the_same_improvement_is_not_of_the_chain(
    make: Any, tie: Any, agent: User
) -> None:
    improvement, first, second = make(), make(), make()
    tie(first, LinkKind.EVIDENCE_FOR, improvement)
    tie(second, LinkKind.EVIDENCE_FOR, improvement)

    assert set(trace(first, actor=agent).records) == {first.pk, improvement.pk}
    assert len(trace(improvement, actor=agent).records) == 3
