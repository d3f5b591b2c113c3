"""Who obtains and builds, and a specification whose approval a test can give and take."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from rest_framework.test import APIClient

from itsm.accounts.roles import Role
from itsm.core.decisions import ALLOW, deny
from itsm.core.machine import Machine, Phase, State, Transition
from tests.factories import a_person
from valuechain.records.actions import link_records, perform
from valuechain.records.kinds import Kind, kinds
from valuechain.records.models import Record
from valuechain.records.numbers import create_sequences
from valuechain.records.vocabulary import Activity


def _buildable(spec: Any) -> Any:
    if spec.state == "funded":
        return ALLOW
    return deny("It is not funded.", missing=["1,200.00 EUR of funding"], code="not_buildable")


#: A specification reduced to what the gate asks of it.
SPEC = Kind(
    name="design_spec",
    prefix="TSPEC",
    label="Specification",
    label_plural="Specifications",
    activity=Activity.DESIGN_TRANSITION,
    resource="specs",
    model=Record,
    machine=Machine(
        "design_spec",
        states=(
            State("draft", "Draft", Phase.NEW),
            State("funded", "Funded", Phase.OPEN),
            State("cancelled", "Cancelled", Phase.VOID, is_final=True),
        ),
        transitions=(
            Transition("fund", ("draft",), "funded", "Fund"),
            Transition("withdraw", ("funded",), "draft", "Withdraw"),
            Transition("cancel", ("draft", "funded"), "cancelled", "Cancel"),
        ),
    ),
    fields=("title", "organisation"),
    assurances={"buildable": _buildable},
)


@pytest.fixture
def spec_kind(monkeypatch, db):
    monkeypatch.setitem(kinds._kinds, "design_spec", SPEC)
    create_sequences()


@pytest.fixture
def builder(organisation):
    return a_person("Bea Builder", organisation, Role.BUILDER)


@pytest.fixture
def buyer(organisation):
    return a_person("Bo Buyer", organisation, Role.BUYER)


@pytest.fixture
def architect(organisation):
    return a_person("Archie Architect", organisation, Role.ARCHITECT)


@pytest.fixture
def budget_holder(organisation):
    return a_person("Bud Holder", organisation, Role.BUDGET_HOLDER)


@pytest.fixture
def api():
    """Return a function that gives somebody's REST client."""

    def client_of(person: Any) -> APIClient:
        client = APIClient()
        client.force_login(person)
        return client

    return client_of


@pytest.fixture
def component(builder, organisation):
    return a_component(builder, organisation)


@pytest.fixture
def spec(spec_kind, builder, organisation, component):
    """A draft specification that the component implements."""
    made = kinds["design_spec"].open(
        actor=builder, via="html", title="Berth display", organisation=organisation
    )
    link_records(component, made, "implements", actor=builder, via="html")
    return made


def a_component(actor, organisation, **values):
    values.setdefault("title", "Radar")
    values.setdefault("needed_at", date(2026, 4, 1))
    values.setdefault("needed_location", "Pier 4")
    return kinds["component"].open(actor=actor, via="html", organisation=organisation, **values)


def do(record, name, actor, **data):
    return perform(record, name, actor=actor, via="html", data=data).record
