"""Votes: who may, how they count, and what a decision does."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from itsm.core import clock
from itsm.core.errors import Denied, FieldErrors, RuleViolation
from tests.factories import a_person, fresh
from tests.together import together
from valuechain.approvals.actions import delegate, nudge, request_approval, vote, withdraw
from valuechain.approvals.models import Approval, Vote
from valuechain.approvals.reading import is_approved, state_of, waiting_for
from valuechain.records.actions import edit_record, lock_record, perform

pytestmark = pytest.mark.django_db


def ask(record, policy=None, *, actor):
    with transaction.atomic():
        return request_approval(lock_record(record), policy, actor=actor, via="html")


def say(approval, answer, actor, **more):
    return vote(approval, answer, actor=actor, via="html", **more)


def test_one_of_several_is_enough_where_the_policy_says_any(proposal, author, approvers, policy):
    approval = ask(proposal, policy({"mode": "any", "approvers": approvers}), actor=author)

    assert not is_approved(proposal)
    say(approval, "approve", approvers[1])

    assert fresh(proposal).state == "approved"
    assert is_approved(proposal)


@pytest.mark.parametrize(
    ("mode", "count", "needed"), [("all", 1, 3), ("majority", 1, 2), ("count", 2, 2)]
)
def test_a_step_waits_until_enough_have_approved(
    proposal, author, approvers, policy, mode, count, needed
):
    approval = ask(
        proposal, policy({"mode": mode, "count": count, "approvers": approvers}), actor=author
    )

    for person in approvers[: needed - 1]:
        say(approval, "approve", person)
    assert fresh(proposal).state == "in_review"
    assert str(needed) in str(state_of(proposal).waits_for)

    say(approval, "approve", approvers[needed - 1])
    assert fresh(proposal).state == "approved"


def test_steps_are_asked_one_after_the_other(proposal, author, approvers, policy):
    first, second, _third = approvers
    approval = ask(proposal, policy({"approvers": [first]}, {"approvers": [second]}), actor=author)

    with pytest.raises(Denied, match="not asked in this step"):
        say(approval, "approve", second)
    assert list(waiting_for(second)) == []
    say(approval, "approve", first)

    assert list(waiting_for(second)) == [approval]
    say(approval, "approve", second)
    assert fresh(proposal).state == "approved"


def test_a_rejection_is_a_veto_where_the_policy_says_so(proposal, author, approvers, policy):
    approval = ask(
        proposal,
        policy({"mode": "majority", "has_veto": True, "approvers": approvers}),
        actor=author,
    )

    say(approval, "reject", approvers[0], comment="Too dear")

    rejected = fresh(proposal)
    assert rejected.state == "rejected"
    assert rejected.events.get(verb="proposal.reject").data["answers"]["reason"] == "Too dear"


def test_without_a_veto_the_round_ends_when_too_few_are_left(proposal, author, approvers, policy):
    approval = ask(
        proposal,
        policy({"mode": "majority", "has_veto": False, "approvers": approvers}),
        actor=author,
    )

    say(approval, "reject", approvers[0], comment="No")
    assert fresh(proposal).state == "in_review"
    say(approval, "reject", approvers[1], comment="No")

    assert fresh(proposal).state == "rejected"


def test_asking_for_changes_ends_the_round_with_the_reason(proposal, author, approvers, policy):
    approval = ask(proposal, policy({"approvers": approvers}), actor=author)

    with pytest.raises(FieldErrors):
        say(approval, "changes", approvers[0], comment="  ")
    say(approval, "changes", approvers[0], comment="Say what it costs")

    assert fresh(proposal).state == "changes_requested"
    with pytest.raises(RuleViolation, match="decided already"):
        say(approval, "approve", approvers[1])


def test_nobody_approves_their_own(proposal, author, approvers, policy):
    everybody = policy({"mode": "all", "approvers": [author, approvers[0]]})
    approval = ask(proposal, everybody, actor=approvers[1])

    for own in (author, approvers[1]):
        with pytest.raises(Denied, match="Nobody approves"):
            say(approval, "approve", own)
    assert [seat.person for seat in approval.seats.all()] == [approvers[0]]


def test_the_database_refuses_ones_own_vote_too(proposal, author, approvers, policy):
    approval = ask(proposal, policy({"approvers": approvers}), actor=author)

    with pytest.raises(IntegrityError, match="Nobody approves"), transaction.atomic():
        Vote.objects.create(
            approval=approval, step=0, approver=approvers[0], cast_by=author, answer="approve",
            via="html", at=clock.now(),
        )  # fmt: skip


def test_a_vote_is_never_changed_or_taken_away(proposal, author, approvers, policy):
    approval = ask(proposal, policy({"approvers": approvers}), actor=author)
    given = say(approval, "approve", approvers[0])

    for change in (lambda: Vote.objects.update(answer="reject"), given.delete):
        with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
            change()
    with pytest.raises(Denied, match="voted on this step already"):
        say(approval, "approve", approvers[0])


def test_too_few_approvers_are_told_of_at_once(proposal, author, approvers, policy):
    with pytest.raises(RuleViolation, match="needs 3 approvals") as refused:
        ask(
            proposal,
            policy({"mode": "count", "count": 3, "approvers": approvers[:2]}),
            actor=author,
        )

    assert refused.value.missing == ("Round 1",)
    assert not Approval.objects.exists()


def test_editing_what_was_asked_about_asks_again(proposal, author, approvers, policy):
    approval = ask(proposal, policy({"approvers": approvers}), actor=author)
    say(approval, "approve", approvers[0])

    edit_record(proposal, {"title": "Two new ferries"}, actor=author, via="html")

    again = Approval.objects.pending().get()
    approval.refresh_from_db()
    assert approval.result == "withdrawn"
    assert again.subject_hash != approval.subject_hash
    assert list(again.votes.all()) == []
    with pytest.raises(RuleViolation):
        say(approval, "approve", approvers[1])


def test_an_approval_counts_for_what_was_read_only(proposal, author, approvers, policy):
    approval = ask(proposal, policy({"mode": "any", "approvers": approvers}), actor=author)
    say(approval, "approve", approvers[0])
    assert is_approved(proposal)

    edit_record(proposal, {"title": "Another ferry"}, actor=author, via="html")

    assert not is_approved(fresh(proposal))
    assert is_approved(fresh(proposal), content_hash=approval.subject_hash)


def test_what_is_dropped_is_waited_for_no_more(proposal, author, approvers, policy, agent):
    approval = ask(proposal, policy({"approvers": approvers}), actor=author)

    perform(proposal, "drop", actor=agent, via="html", data={"reason": "No harbour"})

    approval.refresh_from_db()
    assert approval.result == "withdrawn"
    assert list(waiting_for(approvers[0])) == []


def test_a_request_can_be_taken_back(proposal, author, approvers, policy):
    approval = ask(proposal, policy({"approvers": approvers}), actor=author)

    withdraw(approval, actor=author, via="html", reason="Not yet")

    assert not Approval.objects.pending().exists()
    assert fresh(proposal).state == "in_review"


def test_the_policy_that_comes_along_asks_those_who_hold_the_role_there(
    proposal, author, approvers, other_organisation
):
    a_person("Pam Elsewhere", other_organisation, "planner")

    approval = ask(proposal, actor=author)

    assert {seat.person for seat in approval.seats.all()} == set(approvers)


class TestDelegation:
    def test_a_stand_in_votes_for_somebody_within_the_dates(
        self, proposal, author, approvers, policy, outsider
    ):
        today = clock.now().date()
        approval = ask(proposal, policy({"approvers": approvers[:1]}), actor=author)
        with pytest.raises(Denied):
            say(approval, "approve", outsider)

        delegate(actor=approvers[0], receiver=outsider, starts_on=today, ends_on=today)

        assert list(waiting_for(outsider)) == [approval]
        assert list(Approval.objects.visible_to(outsider)) == [approval]
        given = say(approval, "approve", outsider)
        assert (given.approver, given.cast_by) == (approvers[0], outsider)
        assert fresh(proposal).state == "approved"

    def test_outside_the_dates_nothing_is_delegated(
        self, proposal, author, approvers, policy, outsider
    ):
        tomorrow = clock.now().date() + timedelta(days=1)
        approval = ask(proposal, policy({"approvers": approvers[:1]}), actor=author)

        delegate(actor=approvers[0], receiver=outsider, starts_on=tomorrow, ends_on=tomorrow)

        with pytest.raises(Denied):
            say(approval, "approve", outsider)

    def test_the_author_never_votes_for_somebody_else(self, proposal, author, approvers, policy):
        today = clock.now().date()
        approval = ask(proposal, policy({"approvers": approvers[:1]}), actor=author)

        delegate(actor=approvers[0], receiver=author, starts_on=today, ends_on=today)

        assert list(waiting_for(author)) == []
        with pytest.raises(Denied, match="Nobody approves"):
            say(approval, "approve", author)

    def test_one_person_never_has_two_votes_in_a_step(self, proposal, author, approvers, policy):
        today = clock.now().date()
        approval = ask(proposal, policy({"mode": "all", "approvers": approvers[:2]}), actor=author)
        delegate(actor=approvers[0], receiver=approvers[1], starts_on=today, ends_on=today)
        say(approval, "approve", approvers[1])

        with pytest.raises(Denied, match="voted on this step already"):
            say(approval, "approve", approvers[1])


def test_a_late_step_is_reminded_of_then_escalated(
    proposal, author, approvers, policy, lead, frozen
):
    approval = ask(
        proposal,
        policy(
            {"approvers": approvers[:1], "remind_hours": 24, "due_hours": 48, "escalate_to": lead}
        ),
        actor=author,
    )

    def pass_hours(hours):
        frozen.shift(timedelta(hours=hours))
        with transaction.atomic():
            return nudge(lock_record(proposal), via="worker", at=clock.now())

    assert pass_hours(23) == 0
    assert pass_hours(1) == 1
    assert pass_hours(1) == 0
    assert list(waiting_for(lead)) == []
    assert pass_hours(23) == 1
    assert pass_hours(100) == 0

    verbs = list(proposal.events.values_list("verb", flat=True))
    assert verbs[-2:] == ["approval.reminded", "approval.overdue"]
    assert list(waiting_for(lead)) == [approval]
    say(approval, "approve", lead)
    assert fresh(proposal).state == "approved"


@pytest.mark.django_db(transaction=True)
def test_two_votes_at_once_decide_once(organisation, admin):
    author = a_person("Arno Author", organisation, "architect")
    voters = [a_person(f"Voter {n}", organisation, "planner") for n in "abcd"]
    from valuechain.records.actions import open_record

    record = open_record("proposal", actor=author, via="html", title="X", organisation=organisation)
    approval = ask(record, actor=author)

    answers = together(4, lambda n: say(approval, "approve", voters[n]))

    assert sum(isinstance(a, Vote) for a in answers) == 1
    assert all(isinstance(a, Vote | RuleViolation) for a in answers)
    verbs = list(record.events.values_list("verb", flat=True))
    assert verbs.count("approval.decided") == verbs.count("proposal.approve") == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM approvals_vote")
        assert cursor.fetchone() == (1,)
