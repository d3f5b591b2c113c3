"""A guiding principle that was weighed is shown where the decision is: a vote, a gate, a verdict."""

import pytest

from tests.doors import browser
from tests.factories import at_state, take, walk
from tests.preparing_design import approvers_in, need_behind
from valuechain.approvals.actions import vote
from valuechain.approvals.models import Approval
from valuechain.records.actions import perform

pytestmark = pytest.mark.django_db


def the_page(person, record):
    return browser(person).get(record.get_absolute_url()).content.decode()


def test_one_cited_on_a_vote_stands_on_the_decision_and_in_the_timeline(cast):
    item = at_state("portfolio_item", "under_evaluation", cast)
    approvers_in(cast.organisation)
    need_behind(item, cast)
    perform(item, "request_approval", actor=cast.admin, via="html")
    approval = Approval.objects.pending().get(subject=item)
    voter = approval.seats.first().person

    vote(approval, "approve", actor=voter, via="html", principle="keep_it_simple")

    shown = the_page(cast.admin, item)
    assert shown.count("Guiding principle: Keep it simple and practical") == 2
    assert "voted: Approve" in shown


def test_one_cited_at_the_gate_stands_in_the_timeline(cast):
    component = at_state("component", "specified", cast)

    perform(
        component, "ask_bypass", actor=cast.admin, via="html",
        data={"reason": "The old one burns.", "principle": "focus_on_value"},
    )  # fmt: skip

    assert "Guiding principle: Focus on value" in the_page(cast.admin, component)


def test_one_cited_on_the_approval_of_a_release_stands_in_the_timeline(cast):
    release = at_state("release", "ready", cast)

    perform(
        release, "approve", actor=cast.admin, via="html",
        data={"principle": "progress_iteratively"},
    )  # fmt: skip

    assert "Guiding principle: Progress iteratively with feedback" in the_page(cast.admin, release)


def test_none_is_ever_needed(cast):
    component = at_state("component", "specified", cast)

    perform(component, "ask_bypass", actor=cast.admin, via="html", data={"reason": "Fire."})

    assert "Guiding principle:" not in the_page(cast.admin, component)


def test_one_cited_on_a_verdict_stands_in_the_timeline(cast):
    need = take(at_state("need", "submitted", cast), "take", cast)

    perform(
        need, "justify", actor=cast.admin, via="html",
        data={"reason": "Ships wait.", "principle": "start_where_you_are"},
    )  # fmt: skip

    assert "Guiding principle: Start where you are" in the_page(cast.admin, need)
    assert walk(need, "qualified", cast).state == "qualified"
