"""An approved budget, and something to pay for."""

from __future__ import annotations

from typing import Any

import pytest

from itsm.accounts.models import Organisation, User
from tests.factories import Cast, a_person
from tests.preparing_design import a_budget, approvers_in
from valuechain.records.kinds import kinds


@pytest.fixture
def holder(organisation: Organisation) -> User:
    return a_person("Hugo Holder", organisation, "budget_holder")


@pytest.fixture
def architect(organisation: Organisation) -> User:
    return a_person("Alba Architect", organisation, "architect")


@pytest.fixture
def budget(cast: Cast) -> Any:
    """100,000.00 EUR, approved."""
    approvers_in(cast.organisation)
    return a_budget(cast)


@pytest.fixture
def spec(architect: User, organisation: Organisation) -> Any:
    return kinds["design_spec"].open(
        actor=architect, via="html", title="Berth display", organisation=organisation
    )
