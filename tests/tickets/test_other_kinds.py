"""Requests, problems and project initiations: who decides, and what has to be there first."""

import pytest

from itsm.core.errors import Denied, FieldErrors, RuleViolation
from tests.factories import (
    a_person,
    a_ticket,
    at_state,
    fresh,
    link_a_change,
    link_planned_work,
)
from tickets.actions import edit_ticket
from valuechain.records.actions import link_records, open_record, perform


def do(record, name, actor, **data):
    return perform(record, name, actor=actor, via="html", data=data).record


class TestServiceRequest:
    @pytest.mark.parametrize("role", ["team_lead", "service_owner", "budget_holder", "admin"])
    def test_those_who_answer_for_it_approve(self, cast, organisation, role):
        request = at_state("service_request", "awaiting_approval", cast)
        person = a_person("Abel Approver", organisation, role, everywhere=role == "admin")

        assert do(request, "approve", person).state == "approved"

    @pytest.mark.parametrize("who", ["agent", "requester", "auditor", "outsider", "change_manager"])
    def test_nobody_else_approves(self, request, cast, who):
        record = at_state("service_request", "awaiting_approval", cast)

        with pytest.raises(Denied):
            do(record, "approve", request.getfixturevalue(who))

    def test_a_lead_never_approves_what_they_asked_for_or_wrote(
        self, lead, agent, requester, organisation
    ):
        asked = a_ticket("service_request", actor=lead, organisation=organisation)
        wrote = a_ticket(
            "service_request", actor=lead, requester=requester, organisation=organisation
        )

        for record in (asked, wrote):
            do(record, "request_approval", agent)
            with pytest.raises(Denied, match="Nobody decides on their own request"):
                do(record, "approve", lead)

    def test_a_rejection_tells_the_requester_why(self, cast, lead):
        request = at_state("service_request", "awaiting_approval", cast)

        with pytest.raises(FieldErrors):
            do(request, "reject", lead)
        rejected = do(request, "reject", lead, reason="Use the shared one")

        assert (rejected.state, rejected.phase) == ("rejected", "void")
        assert rejected.events.last().data["answers"] == {"reason": "Use the shared one"}

    def test_an_open_blocker_holds_fulfilment_back(self, cast, agent):
        request = at_state("service_request", "in_fulfilment", cast)
        blocker = a_ticket(actor=agent, organisation=cast.organisation)
        link_records(blocker, request, "blocks", actor=agent, via="html")

        with pytest.raises(RuleViolation) as refusal:
            do(request, "fulfil", agent, resolution="Delivered")

        assert refusal.value.missing == (blocker.number,)


class TestProblem:
    def test_a_known_error_has_a_cause_and_a_way_round(self, cast, agent):
        problem = at_state("problem", "investigating", cast)

        with pytest.raises(FieldErrors) as refusal:
            do(problem, "record_known_error", agent)
        known = do(problem, "record_known_error", agent, root_cause="Dust", workaround="Blow")

        assert set(refusal.value.errors) == {"root_cause", "workaround"}
        assert (fresh(known).root_cause, fresh(known).workaround) == ("Dust", "Blow")

    @pytest.mark.parametrize("way", ["from the change", "from the problem"])
    def test_a_fix_starts_with_a_change_linked_either_way(self, cast, agent, way):
        problem = at_state("problem", "known_error", cast)
        with pytest.raises(RuleViolation) as refusal:
            do(problem, "start_fix", agent)
        assert (refusal.value.code, refusal.value.missing) == ("not_linked", ("change",))

        if way == "from the change":
            link_a_change(problem, cast)
        else:
            change = a_ticket("change", actor=agent, organisation=cast.organisation)
            link_records(problem, change, "relates_to", actor=agent, via="html")

        assert do(problem, "start_fix", agent).state == "fix_in_progress"

    def test_a_cancelled_change_fixes_nothing(self, cast, agent):
        problem = at_state("problem", "known_error", cast)
        change = at_state("change", "cancelled", cast)
        link_records(change, problem, "derived_from", actor=agent, via="html")

        with pytest.raises(RuleViolation, match="a change"):
            do(problem, "start_fix", agent)

    def test_one_that_comes_back_is_investigated_again(self, cast, agent):
        problem = at_state("problem", "resolved", cast)

        again = do(problem, "recur", agent, reason="It smokes again")

        assert (again.state, again.reopened_count, again.resolved_at) == ("investigating", 1, None)


class TestProjectInitiation:
    def test_it_is_submitted_with_its_case_made(self, requester):
        project = a_ticket(
            "project_initiation", actor=requester, business_case="", scope=" ", sponsor=None
        )

        with pytest.raises(RuleViolation) as refusal:
            do(project, "submit", requester)

        assert refusal.value.missing == ("business_case", "scope", "sponsor")

    def test_a_planner_or_budget_holder_approves_and_never_their_own(
        self, cast, planner, agent, organisation
    ):
        project = at_state("project_initiation", "recommended", cast)
        with pytest.raises(Denied):
            do(project, "approve", agent)
        assert do(project, "approve", planner).state == "approved"

        own = a_ticket("project_initiation", actor=planner, organisation=organisation)
        do(own, "submit", planner)
        do(own, "assess", agent)
        do(own, "recommend", agent, recommendation="Do it")
        with pytest.raises(Denied, match="Nobody decides"):
            do(own, "approve", planner)

    def test_what_was_recommended_stays_as_it_was_read(self, cast, requester, planner):
        project = at_state("project_initiation", "recommended", cast)

        with pytest.raises(Denied, match="fixed"):
            edit_ticket(project, {"scope": "Two harbours"}, actor=requester, via="html")

        do(project, "return", planner, reason="Too narrow")
        assert edit_ticket(project, {"scope": "Two"}, actor=requester, via="html").scope == "Two"

    def test_conversion_names_what_is_not_linked_yet(self, cast, planner, stand_in_kinds):
        project = at_state("project_initiation", "approved", cast)
        with pytest.raises(RuleViolation) as refusal:
            do(project, "convert", planner)
        assert refusal.value.missing == ("portfolio_item", "design_spec")

        item = open_record("portfolio_item", actor=planner, via="html", title="Item",
                           organisation=cast.organisation)  # fmt: skip
        link_records(item, project, "derived_from", actor=planner, via="html")
        with pytest.raises(RuleViolation) as refusal:
            do(project, "convert", planner)
        assert refusal.value.missing == ("design_spec",)

        link_planned_work(project, cast)
        assert do(project, "convert", planner).state == "converted"

    def test_the_requester_is_told_why_it_is_not_recommended(self, cast, planner, requester):
        project = at_state("project_initiation", "under_assessment", cast)

        ended = do(project, "advise_against", planner, reason="It costs more than it brings")

        assert (ended.state, ended.phase) == ("not_recommended", "void")
        told = ended.events.readable_on(ended, requester).last()
        assert told.data["answers"]["reason"] == "It costs more than it brings"
