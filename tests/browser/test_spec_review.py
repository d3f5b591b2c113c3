"""Reviewing a specification in a real browser: from the notification to the vote, the changes seen."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.factories import a_person, at_state, fresh
from tests.preparing_design import FILLED, approvers_in
from valuechain.approvals.actions import vote
from valuechain.approvals.models import Approval
from valuechain.design_transition.actions import add_remark
from valuechain.records.actions import perform
from valuechain.records.kinds import kinds

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EVERY_LOOK = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 375)]


@pytest.fixture
def reviewer(organisation):
    return a_person("Rufus Reviewer", organisation, "architect")


@pytest.fixture
def spec(organisation, cast, reviewer):
    """A specification whose second version waits for votes; the first was sent back."""
    author = a_person("Alba Author", organisation, "architect")
    a_person("Hugo Holder", organisation, "budget_holder")
    approvers_in(cast.organisation)
    made = kinds["design_spec"].open(
        actor=author, via="html", title="Berth display", organisation=cast.organisation,
        **FILLED["design_spec"],
    )  # fmt: skip
    requirement = at_state("requirement", "agreed", cast, title="Show free berths")
    perform(requirement, "allocate", actor=author, via="html", data={"spec": made.number})
    perform(made, "submit", actor=author, via="html", data={})
    approval = Approval.objects.pending().get(subject_id=made.pk)
    vote(approval, "changes", actor=reviewer, via="html", comment="Which radar?")
    kinds["design_spec"].edit(
        made, {"blueprint": "The old radar, one large screen.", "estimate": 1500},
        actor=author, via="html",
    )  # fmt: skip
    add_remark(made, part="blueprint", body="Is the mast high enough?", actor=reviewer, via="html")
    perform(made, "submit", actor=author, via="html", data={})
    return fresh(made)


def test_a_version_is_approved_from_its_notification_in_six_actions(as_person, reviewer, spec):
    page = as_person(reviewer, "/me/notifications/")
    pages, actions = [page.url], 0

    def act(target):
        nonlocal actions
        with page.expect_navigation():
            target.click()
        actions += 1
        if page.url.split("#")[0] != pages[-1]:
            pages.append(page.url.split("#")[0])

    act(page.get_by_role("link", name=spec.number))
    act(page.get_by_role("link", name="2 changes since version 1"))
    changed = page.locator("#change-blueprint")
    assert changed.locator("del").first.inner_text().startswith("removed:")
    assert "old" in changed.locator("ins").all_inner_texts()[0]
    expect(page.locator("#change-estimate")).to_contain_text("+300")
    act(page.get_by_role("link", name="Approve"))
    expect(page.get_by_role("radio", name="Approve")).to_be_checked()
    act(page.get_by_role("button", name="Vote"))

    assert len(pages) - 1 <= 4, pages
    assert actions <= 6
    cast_vote = Approval.objects.pending().get(subject_id=spec.pk).votes.get()
    assert (cast_vote.answer, cast_vote.approver_id) == ("approve", reviewer.pk)
    assert page.complaints == []


def test_a_version_is_approved_from_its_notification_by_keyboard(at_work, reviewer, spec):
    worker = at_work(reviewer, "/me/notifications/")

    for name in (spec.number, "2 changes since version 1"):
        worker.go_to(worker.page.get_by_role("link", name=name))
        with worker.page.expect_navigation():
            worker.decide("Enter")
    worker.see(worker.page.locator("#change-blueprint ins"))
    worker.go_to(worker.page.get_by_role("link", name="Approve"))
    worker.decide("Enter")
    worker.see(worker.page.get_by_role("radio", name="Approve"))
    worker.go_to(worker.page.get_by_role("button", name="Vote"))
    with worker.page.expect_navigation():
        worker.decide("Enter")

    cast_vote = Approval.objects.pending().get(subject_id=spec.pk).votes.get()
    assert (cast_vote.answer, cast_vote.approver_id) == ("approve", reviewer.pk)
    assert worker.counted("pointers") == 0


def test_n_comments_on_the_part_at_hand_and_the_contents_say_where_that_is(
    as_person, reviewer, spec
):
    page = as_person(reviewer, f"/specs/{spec.number}/", width=1600)
    contents = page.get_by_role("navigation", name="Contents")
    here = contents.locator("[aria-current=location]")
    expect(here).to_have_text("Summary")

    contents.get_by_role("link", name="Blueprint").click()
    contents.locator("[aria-current=location]", has_text="Blueprint").wait_for()
    assert contents.bounding_box()["y"] >= 0, "the contents stay in sight"
    contents.get_by_role("link", name="Time to market").click()
    contents.locator("[aria-current=location]", has_text="Time to market").wait_for()
    page.locator("body").press("n")
    assert page.evaluate("document.activeElement.closest('section').id") == "time"
    page.keyboard.type("Too late for the regatta.")
    page.locator("#time").get_by_role("button", name="Comment on Time to market").click()

    page.wait_for_url("**#about-time")
    expect(page.locator("#time")).to_contain_text("Too late for the regatta.")
    assert page.complaints == []


def test_keys_walk_from_change_to_change(as_person, reviewer, spec):
    page = as_person(reviewer, f"/specs/{spec.number}/versions/2/?diff=1")
    focused = "document.activeElement.id"

    visited = []
    for key in ("]", "]", "[", "["):
        page.keyboard.press(key)
        visited.append(page.evaluate(focused))

    assert visited == ["change-blueprint", "change-estimate", "change-blueprint", "change-estimate"]


def test_no_single_key_approves(as_person, reviewer, spec):
    page = as_person(reviewer, f"/specs/{spec.number}/")

    page.keyboard.press("a")
    page.wait_for_url(f"**/specs/{spec.number}/")
    page.keyboard.press("Shift+a")
    page.wait_for_url("**/approvals/**")

    assert not Approval.objects.pending().get(subject_id=spec.pk).votes.exists()


def test_without_scripts_the_changes_are_reached_and_the_vote_is_cast(as_person, reviewer, spec):
    page = as_person(reviewer, "/me/notifications/", java_script_enabled=False)

    page.get_by_role("link", name=spec.number).first.click()
    page.get_by_role("link", name="2 changes since version 1").first.click()
    page.get_by_role("link", name="Blueprint").first.click()
    page.wait_for_url("**#change-blueprint")
    page.get_by_role("link", name="Approve").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Vote").click()

    assert Approval.objects.pending().get(subject_id=spec.pk).votes.exists()


@pytest.mark.parametrize(("scheme", "width"), EVERY_LOOK)
def test_the_pages_are_readable_by_all(as_person, audit, sideways, reviewer, spec, scheme, width):
    for address in ("", "versions/2/?diff=1", "versions/2/?diff=1&only=changes&view=beside"):
        page = as_person(reviewer, f"/specs/{spec.number}/{address}", scheme=scheme, width=width)
        page.evaluate(
            "document.querySelectorAll('.talk details').forEach(one => { one.open = true })"
        )

        assert audit(page) == []
        assert sideways(page) <= 0
        assert page.complaints == []
