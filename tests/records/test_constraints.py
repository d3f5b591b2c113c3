"""What a table demands of its values is said in words, at every door."""

import pytest

from itsm.core.errors import RuleViolation
from tests.factories import a_ticket
from tickets.actions import edit_ticket


def test_a_broken_range_is_refused_when_opened(agent, requester):
    with pytest.raises(RuleViolation, match="high estimate") as refusal:
        a_ticket("project_initiation", actor=agent, requester=requester, cost_low=2, cost_high=1)

    assert refusal.value.code == "project_cost_range"


def test_a_broken_range_is_refused_when_edited(agent, requester):
    project = a_ticket("project_initiation", actor=agent, requester=requester, cost_low=2)

    with pytest.raises(RuleViolation, match="high estimate"):
        edit_ticket(project, {"cost_high": 1}, actor=agent, via="html")

    assert edit_ticket(project, {"cost_high": 3}, actor=agent, via="html").cost_high == 3
