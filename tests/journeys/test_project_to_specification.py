"""A project that was approved becomes a portfolio item and a specification, over REST alone."""

import pytest

from tests.doors import Machine
from tests.factories import a_person, at_state
from tests.preparing_design import a_budget, approvers_in
from valuechain.approvals.models import Approval

pytestmark = pytest.mark.django_db


def test_from_the_business_case_to_an_approved_and_funded_blueprint(cast, organisation):
    approvers_in(organisation)
    budget = a_budget(cast)
    planner, architect, reviewer, holder = (
        Machine(a_person(name, organisation, role))
        for name, role in (
            ("Petra", "planner"), ("Arno", "architect"), ("Rita", "architect"),
            ("Hugo", "budget_holder"),
        )
    )  # fmt: skip
    project = at_state("project_initiation", "approved", cast)

    def move(door, resource, number, transition, **data):
        answer = door.post(
            f"{resource}/{number}/transitions/", {"transition": transition, "data": data}
        )
        assert answer.status_code == 200, answer.content
        return answer.json()

    def say_yes(door, number):
        waiting = door.get(f"approvals/?waiting=me&subject={number}").json()["results"]
        answer = door.post(f"approvals/{waiting[0]['id']}/vote/", {"answer": "approve"})
        assert answer.status_code == 201, answer.content

    early = planner.post(
        f"tickets/{project.number}/transitions/", {"transition": "convert", "data": {}}
    )
    assert early.status_code == 409
    assert early.json()["missing"] == ["portfolio_item", "design_spec"]

    item = planner.post(f"tickets/{project.number}/hand-off/", {"flow": "plan"}).json()["target"]
    spec = architect.post(
        f"portfolio-items/{item['number']}/hand-off/", {"flow": "specify"}
    ).json()["target"]
    assert move(planner, "tickets", project.number, "convert")["state"] == "converted"

    read = architect.get(f"specs/{spec['number']}/")
    written = architect.patch(
        f"specs/{spec['number']}/",
        {"estimate": "7000.00", "time_to_market": "2030-01-31", "blueprint": "A bridge."},
        If_Match=read["ETag"],
    )
    assert written.status_code == 200, written.content
    move(architect, "specs", spec["number"], "submit")
    own = Approval.objects.pending().get(subject__number=spec["number"])
    assert architect.post(f"approvals/{own.pk}/vote/", {"answer": "approve"}).status_code == 403
    say_yes(reviewer, spec["number"])
    say_yes(holder, spec["number"])

    unpaid = holder.post(f"specs/{spec['number']}/transitions/", {"transition": "fund", "data": {}})
    assert unpaid.json()["missing"] == ["7,000.00 EUR of funding"]
    done = move(holder, "specs", spec["number"], "fund", budget=budget.number)

    assert done["state"] == "funded"
    chain = architect.get(f"records/{spec['number']}/chain/").json()
    assert {project.number, item["number"], spec["number"], budget.number} <= {
        node["number"] for node in chain["nodes"]
    }
