"""Those who design, decide and pay, and a specification with two requirements."""

from __future__ import annotations

from typing import Any

import pytest

from itsm.accounts.models import Organisation, User
from tests.factories import Cast, a_person, at_state, fresh
from tests.preparing_design import FILLED, approvers_in
from valuechain.records.actions import perform
from valuechain.records.kinds import kinds


@pytest.fixture
def architect(organisation: Organisation) -> User:
    """Writes the specification of these tests."""
    return a_person("Alba Author", organisation, "architect")


@pytest.fixture
def reviewer(organisation: Organisation) -> User:
    return a_person("Rufus Reviewer", organisation, "architect")


@pytest.fixture
def holder(organisation: Organisation) -> User:
    return a_person("Hugo Holder", organisation, "budget_holder")


@pytest.fixture
def spec(architect: User, reviewer: User, holder: User, cast: Cast) -> Any:
    """A costed draft with two allocated requirements."""
    approvers_in(cast.organisation)
    spec = kinds["design_spec"].open(
        actor=architect, via="html", title="Berth display", organisation=cast.organisation,
        **FILLED["design_spec"],
    )  # fmt: skip
    for title in ("Show free berths", "Answer in a second"):
        requirement = at_state("requirement", "agreed", cast, title=title)
        perform(requirement, "allocate", actor=architect, via="html", data={"spec": spec.number})
    return fresh(spec)
