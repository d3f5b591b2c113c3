"""Who has to agree to what, written down by an administrator."""

from __future__ import annotations

import pytest

from tests.doors import browser
from valuechain.approvals.models import ApprovalPolicy
from valuechain.approvals.resolving import policy_in_use

pytestmark = pytest.mark.django_db
NEW = "/admin/approvals/new/"


@pytest.fixture
def page(cast):
    return browser(cast.admin)


def a_step(row=1, **others):
    said = {"name": "Money", "mode": "any", "who": ["role:budget_holder"]} | others
    return {f"{row}-{name}": value for name, value in said.items()}


def a_policy(**others):
    return {"name": "Money first", "kind_names": ["design_spec"], "is_active": "on"} | others


def steps():
    return [
        (step.name, step.mode, step.count, step.has_veto, step.due_hours, step.remind_hours,
         str(step.escalate_to or ""), [str(one) for one in step.approvers.all()])
        for step in ApprovalPolicy.objects.get().steps.all()
    ]  # fmt: skip


def test_what_comes_with_the_program_is_shown_before_anybody_wrote_one(page):
    shown = page.get("/admin/approvals/").content.decode()

    assert "Specifications" in shown
    assert "as it came" in shown
    assert "Changes are authorised by change managers." in shown
    assert 'decided on where their item of the <a href="/offerings/">' in shown
    assert not ApprovalPolicy.objects.exists()


def test_a_new_policy_begins_as_what_holds_today(page):
    form = page.get(f"{NEW}?kind=design_spec").context["form"]

    assert form["kind_names"].value() == ["design_spec"]
    assert form["1-name"].value()
    assert form["1-who"].value()
    assert not form["name"].value()


def test_steps_are_kept_in_their_order_with_all_they_say(page, lead, planner, brm, desk):
    made = a_policy(
        **a_step(has_veto="on", due_hours="72", remind_hours="24", escalate_to=lead.email),
        **a_step(2, name="Both", mode="count", count="2",
                 who=["service_owner", f"team:{desk.pk}"],
                 people=f"{planner.email}, {brm.name}"),
    )  # fmt: skip

    assert page.post(NEW, made).status_code == 302
    assert policy_in_use("design_spec") == ApprovalPolicy.objects.get()
    assert steps() == [
        ("Money", "any", 1, True, 72, 24, lead.name, ["role budget_holder"]),
        ("Both", "count", 2, False, None, None, "",
         ["service_owner", f"team {desk}", f"person {planner}", f"person {brm}"]),
    ]  # fmt: skip
    listed = page.get("/admin/approvals/").content.decode()
    assert "Money first" in listed
    assert "2 of them" in listed


def test_what_is_shown_is_what_is_sent_back(page, planner):
    page.post(NEW, a_policy(**a_step(people=planner.email), **a_step(2, name="Then")))
    before = steps()
    address = f"/admin/approvals/{ApprovalPolicy.objects.get().pk}/"
    form = page.get(address).context["form"]
    sent = {bound.html_name: bound.value() for bound in form if bound.value() not in (None, False)}

    assert page.post(address, sent).status_code == 302
    assert steps() == before


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"1-name": ""}, "Name the step, or empty its row."),
        ({"1-who": []}, "Choose who is asked, or name somebody."),
        ({"1-mode": "count"}, "Say how many of them have to agree."),
        ({"1-due_hours": "4", "1-remind_hours": "4"}, "Remind before it is due."),
        ({"1-people": "Nobody At All"}, "Nobody At All"),
        ({"1-name": "", "1-who": []}, "Add at least one step."),
        ({"kind_names": []}, "Choose at least one."),
        ({"name": ""}, "Fill this in."),
    ],
)
def test_what_is_missing_is_said_where_it_is_missing(page, wrong, said):
    answer = page.post(NEW, a_policy(**a_step()) | wrong)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not ApprovalPolicy.objects.exists()


def test_a_policy_out_of_use_gives_way_to_the_one_before(page):
    page.post(NEW, a_policy(**a_step()))
    kept = ApprovalPolicy.objects.get()
    page.post(f"/admin/approvals/{kept.pk}/", a_policy(is_active="", **a_step()))

    assert policy_in_use("design_spec") is None
    assert "Not in use" in page.get("/admin/approvals/").content.decode()


def test_only_administrators_see_the_pages(cast, planner):
    for person in (cast.agent, planner, cast.requester):
        assert browser(person).get("/admin/approvals/").status_code in (403, 404)
        assert browser(person).post(NEW, a_policy(**a_step())).status_code in (403, 404)
    assert not ApprovalPolicy.objects.exists()
