"""The seven gates hold for a machine, for a person at a form, and for two at the same instant."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from sla.models import Clock
from tests.doors import Machine, browser, is_problem
from tests.factories import a_person, a_ticket, at_state, fresh
from tests.preparing_design import a_budget, approvers_in
from tests.sla.promises import an_agreement
from tests.together import together
from valuechain.approvals.models import Approval, Vote
from valuechain.plan.models import Budget
from valuechain.records.actions import link_records, perform
from valuechain.records.kinds import kinds
from valuechain.records.models import Event
from valuechain.records.vocabulary import LinkKind, Via

pytestmark = pytest.mark.django_db
raced = pytest.mark.django_db(transaction=True)


@pytest.fixture
def builder(organisation):
    return a_person("Bert Builder", organisation, "builder")


@pytest.fixture
def architect(organisation):
    return a_person("Arno Author", organisation, "architect")


@pytest.fixture
def holder(organisation):
    return a_person("Hugo Holder", organisation, "budget_holder")


def _move(person: Any, record: Any, name: str, /, **data: Any) -> Any:
    return Machine(person).post(
        f"{record.resource}/{record.number}/transitions/", {"transition": name, "data": data}
    )


def _form(person: Any, record: Any, name: str, /, **data: Any) -> Any:
    return browser(person).post(f"/{record.resource}/{record.number}/do/{name}/", data)


def _a_component(admin: Any, organisation: Any, spec: Any) -> Any:
    component = kinds["component"].open(
        actor=admin, via=Via.HTML, title="Radar", organisation=organisation,
        needed_at=date(2030, 1, 1), needed_location="Pier 4",
    )  # fmt: skip
    link_records(component, spec, LinkKind.IMPLEMENTS, actor=admin, via=Via.HTML)
    return component


class TestBuildingWithoutAFundedSpecification:
    """Nothing is sourced before its specification is approved and the money set aside."""

    def test_by_any_door(self, cast, builder, organisation, admin):
        spec = at_state("design_spec", "approved", cast)
        component = _a_component(admin, organisation, spec)

        told = is_problem(_move(builder, component, "source"), 409)
        page = _form(builder, component, "source")

        assert told["missing"] == ["1,200.00 EUR of funding"]
        assert page.status_code == 422
        assert fresh(component).state == "specified"

    @raced
    def test_not_while_the_money_is_taken_back(self, cast, builder, organisation, admin):
        spec = at_state("design_spec", "funded", cast)
        component = _a_component(admin, organisation, spec)

        together(
            2,
            lambda n: (
                perform(component, "source", actor=builder, via=Via.API)
                if n
                else perform(spec, "cancel", actor=admin, via=Via.HTML, data={"reason": "No."})
            ),
        )

        sourced = Event.objects.filter(record=component, verb="component.source").first()
        cancelled = Event.objects.get(record=spec, verb="design_spec.cancel")
        assert sourced is None or sourced.pk < cancelled.pk


class TestApprovingOnesOwn:
    """Whoever wrote something never says yes to it."""

    def _asked(self, architect: Any, organisation: Any, admin: Any) -> Any:
        approvers_in(organisation)
        spec = kinds["design_spec"].open(
            actor=architect, via=Via.HTML, title="Berths", organisation=organisation,
            description="All of them.", blueprint="One radar.", estimate=Decimal(100),
            time_to_market=date(2030, 4, 1),
        )  # fmt: skip
        perform(spec, "submit", actor=architect, via=Via.HTML)
        return Approval.objects.pending().get(subject=spec)

    def test_by_any_door(self, architect, organisation, admin):
        approval = self._asked(architect, organisation, admin)

        told = Machine(architect).post(f"approvals/{approval.pk}/vote/", {"answer": "approve"})
        page = browser(architect).post(f"/approvals/{approval.pk}/", {"answer": "approve"})

        is_problem(told, 403)
        assert page.status_code in (403, 404, 422)
        assert not Vote.objects.filter(approval=approval).exists()

    @raced
    def test_not_many_times_at_once_either(self, architect, organisation, admin):
        approval = self._asked(architect, organisation, admin)
        door = Machine(architect)

        answers = together(
            3, lambda _n: door.post(f"approvals/{approval.pk}/vote/", {"answer": "approve"})
        )

        assert {answer.status_code for answer in answers} == {403}
        assert not Vote.objects.filter(approval=approval).exists()


class TestOverspending:
    """A budget is never promised beyond its amount."""

    def test_by_any_door(self, cast, holder, admin, organisation):
        budget = a_budget(cast)
        spec = kinds["design_spec"].open(
            actor=admin, via=Via.HTML, title="Berths", organisation=organisation
        )
        asked = {"record": spec.number, "amount": "100000.01"}

        told = is_problem(_move(holder, budget, "reserve", **asked), 409)
        page = _form(holder, budget, "reserve", **asked)

        assert told["code"] == "overspent"
        assert page.status_code == 422
        assert fresh(budget).reserved == 0

    @raced
    def test_not_by_two_at_once(self, cast, holder, admin, organisation):
        budget = a_budget(cast)
        specs = [
            kinds["design_spec"].open(
                actor=admin, via=Via.HTML, title="Berths", organisation=organisation
            )
            for _n in range(3)
        ]
        doors = [Machine(holder) for _spec in specs]
        address = f"budgets/{budget.number}/transitions/"

        answers = together(
            3,
            lambda n: doors[n].post(
                address,
                {"transition": "reserve", "data": {"record": specs[n].number, "amount": "60000"}},
            ),
        )

        assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
        assert Budget.objects.get(pk=budget.pk).reserved == Decimal(60000)


class TestClosingANeedWithoutItsStakeholder:
    """Only who had the need says whether the value came."""

    def test_by_any_door(self, cast, brm, admin):
        need = at_state("need", "fulfilled", cast)

        for person in (brm, admin):
            assert _move(person, need, "confirm_value").status_code == 403
            assert _form(person, need, "confirm_value").status_code in (403, 422)

        assert fresh(need).state == "fulfilled"

    @raced
    def test_not_beside_the_stakeholder_at_the_same_instant(self, cast, brm, requester):
        need = at_state("need", "fulfilled", cast)
        who = [brm, requester, brm]
        names = ["confirm_value", "dispute", "report_no_value"]

        together(
            3,
            lambda n: perform(
                need, names[n], actor=who[n], via=Via.API, data={"reason": "It is not there."}
            ),
        )

        assert fresh(need).state == "in_fulfilment"


class TestReleasingWithoutAComponentItMustHave:
    """A release is not ready while something it must contain is missing."""

    def _release(self, cast: Any, admin: Any, organisation: Any) -> tuple[Any, Any]:
        spec = at_state("design_spec", "funded", cast)
        component = _a_component(admin, organisation, spec)
        release = kinds["release"].open(
            actor=admin, via=Via.HTML, title="Berths 2", organisation=organisation
        )
        link_records(release, component, LinkKind.DEPLOYS, actor=admin, via=Via.HTML)
        change = at_state("change", "authorised", cast)
        link_records(release, change, LinkKind.IMPLEMENTS, actor=admin, via=Via.HTML)
        for name in ("build", "test", "pass_tests"):
            data = {"test_evidence": "40 of 40"} if name == "pass_tests" else {}
            perform(release, name, actor=admin, via=Via.HTML, data=data)
        return release, component

    def test_by_any_door(self, cast, admin, organisation):
        manager = a_person("Rob Release", organisation, "release_manager")
        release, component = self._release(cast, admin, organisation)

        told = is_problem(_move(manager, release, "make_ready"), 409)
        page = _form(manager, release, "make_ready")

        assert told["missing"] == [component.number]
        assert page.status_code == 422
        assert fresh(release).state == "testing"

    @raced
    def test_not_by_many_at_once(self, cast, admin, organisation):
        release, _component = self._release(cast, admin, organisation)

        refused = together(3, lambda _n: perform(release, "make_ready", actor=admin, via=Via.API))

        assert all(isinstance(problem, Exception) for problem in refused)
        assert fresh(release).state == "testing"


class TestStoppingAResponseClockWithoutAnswering:
    """Only words to the requester are an answer."""

    def _running(self, ticket: Any) -> bool:
        return Clock.objects.get(record=ticket, metric="first_response").state == "running"

    def _ticket(self, cast: Any) -> Any:
        an_agreement()
        return a_ticket(actor=cast.agent, requester=cast.requester,
                        organisation=cast.organisation, team=cast.desk)  # fmt: skip

    def test_by_any_door(self, cast, agent):
        ticket = self._ticket(cast)
        at = f"tickets/{ticket.number}/"
        door = Machine(agent)
        clock = Clock.objects.get(record=ticket, metric="first_response")

        door.post(f"{at}comments/", {"body": "For us only.", "visibility": "internal"})
        assert _form(agent, ticket, "start").status_code == 302
        for method in (door.patch, door.delete, door.post):
            assert method(f"clocks/{clock.pk}/").status_code == 405

        assert self._running(ticket)
        said = door.post(f"{at}comments/", {"body": "We look at it.", "visibility": "public"})
        assert said.status_code == 201, said.content
        assert not self._running(ticket)

    @raced
    def test_not_by_notes_at_the_same_instant(self, cast, agent):
        ticket = self._ticket(cast)
        doors = [Machine(agent) for _n in range(3)]

        together(
            3,
            lambda n: doors[n].post(
                f"tickets/{ticket.number}/comments/",
                {"body": f"Note {n}.", "visibility": "internal"},
            ),
        )

        assert self._running(ticket)


class TestReadingAnotherOrganisationsRecord:
    """What belongs to another organisation is not there."""

    def test_by_any_door(self, cast, agent, outsider):
        ticket = a_ticket(actor=agent, organisation=cast.organisation, title="Zanzibar berth")
        number = ticket.number
        door, page = Machine(outsider), browser(outsider)

        for path in (f"tickets/{number}/", f"records/{number}/", f"records/{number}/chain/",
                     f"tickets/{number}/events/", f"tickets/{number}/transitions/"):  # fmt: skip
            assert door.get(path).status_code == 404, path
        for path in ("search/?q=Zanzibar", "tickets/?page_size=200", "events/", "metrics/flow/"):
            assert number not in door.get(path).content.decode(), path
        for path in (f"/tickets/{number}/", f"/portal/requests/{number}/"):
            assert page.get(path).status_code in (302, 404), path
        for path in ("/search/?q=Zanzibar", "/tickets/", "/"):
            assert "Zanzibar berth" not in page.get(path).content.decode(), path
        assert _move(outsider, ticket, "start").status_code == 404
        assert _form(outsider, ticket, "start").status_code == 404

    @raced
    def test_not_while_it_moves_in_and_out(self, cast, agent, outsider):
        ticket = a_ticket(actor=agent, organisation=cast.organisation)
        door = Machine(outsider)

        seen = together(
            3,
            lambda n: (
                door.get(f"tickets/{ticket.number}/")
                if n
                else perform(ticket, "start", actor=agent, via=Via.HTML)
            ),
        )

        assert {answer.status_code for answer in seen[1:]} == {404}
