"""A kind of record that is approved, and the people who approve it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from itsm.accounts.models import Organisation, User
from itsm.core.machine import Ask, Machine, Phase, State, Transition
from tests.factories import a_person
from valuechain.approvals.actions import keep_policy
from valuechain.approvals.policies import may_follow_votes
from valuechain.approvals.subjects import USUAL_MOVES, PolicyDraft, StepDraft, Subject, subjects
from valuechain.records.actions import open_record
from valuechain.records.kinds import Kind, kinds
from valuechain.records.models import Record
from valuechain.records.numbers import create_sequences
from valuechain.records.vocabulary import Activity

REASON = (Ask("reason", "Reason"),)

PROPOSAL = Kind(
    name="proposal",
    prefix="PROP",
    label="Proposal",
    label_plural="Proposals",
    activity=Activity.PLAN,
    resource="proposals",
    model=Record,
    machine=Machine(
        "proposal",
        states=(
            State("in_review", "In review", Phase.OPEN),
            State("changes_requested", "Changes requested", Phase.OPEN),
            State("approved", "Approved", Phase.DONE, is_final=True),
            State("rejected", "Rejected", Phase.VOID, is_final=True),
        ),
        transitions=(
            Transition("approve", ("in_review",), "approved", "Approve", may=may_follow_votes),
            Transition("request_changes", ("in_review",), "changes_requested", "Ask for changes",
                       asks=REASON, may=may_follow_votes),
            Transition("reject", ("in_review",), "rejected", "Reject", asks=REASON,
                       may=may_follow_votes),
            Transition("drop", ("in_review", "changes_requested"), "rejected", "Drop", asks=REASON),
        ),
    ),
    fields=("title", "description", "requester", "organisation"),
)  # fmt: skip


@pytest.fixture(autouse=True)
def proposals(db: None) -> Iterator[None]:
    """Register proposals for the length of a test."""
    kinds.register(PROPOSAL)
    create_sequences()
    subjects.register(
        Subject(
            kind="proposal",
            moves=USUAL_MOVES,
            states=("in_review",),
            policy=PolicyDraft("Proposals", (StepDraft("Planners", ("planner",)),)),
        )
    )
    yield
    kinds._kinds.pop("proposal")
    subjects._subjects.pop("proposal")


@pytest.fixture
def author(organisation: Organisation) -> User:
    return a_person("Arno Author", organisation, "architect")


@pytest.fixture
def approvers(organisation: Organisation) -> list[User]:
    """Three people whom policies name."""
    return [
        a_person(name, organisation, "planner") for name in ("Paul One", "Petra Two", "Pia Three")
    ]


@pytest.fixture
def proposal(author: User, organisation: Organisation) -> Any:
    return open_record(
        "proposal", actor=author, via="html", title="A new ferry", organisation=organisation
    )


@pytest.fixture
def policy(admin: User) -> Any:
    """Write a policy whose steps ask the people named."""

    def write(*steps: dict[str, Any], name: str = "Two rounds") -> Any:
        written = [
            {"name": f"Round {place}", **step,
             "approvers": [{"source": "person", "person": person} for person in step["approvers"]]}
            for place, step in enumerate(steps, start=1)
        ]  # fmt: skip
        return keep_policy(None, actor=admin, name=name, kind_names=["proposal"], steps=written)

    return write
