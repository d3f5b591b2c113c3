"""How long a decision may take is promised like anything else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from sla.checking import differences
from tests.factories import fresh
from tests.sla.promises import HOUR, an_agreement, the_clock
from valuechain.approvals.actions import request_approval, vote, withdraw
from valuechain.records.actions import lock_record

pytestmark = pytest.mark.django_db


@pytest.fixture
def promised(frozen):
    return an_agreement(
        kind="ola", conditions={"kinds": ["proposal"]}, targets={"any": {"approval": 4 * HOUR}}
    )


def ask(record, policy, author):
    with transaction.atomic():
        return request_approval(lock_record(record), policy, actor=author, via="html")


@pytest.mark.parametrize(
    ("answer", "state"),
    [("approve", "approved"), ("reject", "rejected"), ("changes", "changes_requested")],
)
def test_every_verdict_ends_the_clock_of_the_decision(
    promised, proposal, author, approvers, policy, frozen, answer, state
):
    approval = ask(proposal, policy({"approvers": approvers[:1]}), author)
    assert the_clock(proposal, "approval").state == "running"
    frozen.shift(timedelta(hours=1))

    vote(approval, answer, actor=approvers[0], via="html", comment="So be it.")

    assert fresh(proposal).state == state
    assert the_clock(proposal, "approval").state == "met"
    assert list(differences()) == []


def test_a_request_taken_back_is_no_decision(promised, proposal, author, approvers, policy):
    approval = ask(proposal, policy({"approvers": approvers}), author)

    withdraw(approval, actor=author, via="html", reason="Too early.")

    assert the_clock(proposal, "approval").state == "cancelled"
