"""A specification is approved as it reads, by others than its author, and stays in force until the next."""

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from itsm.core.errors import Denied, RuleViolation
from itsm.notifications.models import Notification
from tests.doors import Machine, browser
from tests.factories import at_state, fresh
from tests.preparing_design import a_budget, set_money_aside
from valuechain.approvals.actions import vote
from valuechain.approvals.models import Approval
from valuechain.design_transition.models import SpecVersion
from valuechain.records.actions import edit_record, hand_off, link_records, perform
from valuechain.records.kinds import kinds

pytestmark = pytest.mark.django_db


def do(record, name, actor, **data):
    return perform(record, name, actor=actor, via="html", data=data).record


def say(spec, answer, *people, comment="Because"):
    for person in people:
        approval = Approval.objects.pending().get(subject_id=spec.pk)
        vote(approval, answer, actor=person, via="html", comment=comment)


@pytest.fixture
def approved(spec, architect, reviewer, holder):
    do(spec, "submit", architect)
    say(spec, "approve", reviewer, holder)
    return fresh(spec)


def test_review_waits_for_estimate_date_and_every_must(spec, architect, cast):
    edit_record(spec, {"estimate": None, "time_to_market": None}, actor=architect, via="html")
    must = at_state("requirement", "agreed", cast)
    link_records(spec, must, "satisfies", actor=architect, via="html")

    with pytest.raises(RuleViolation) as refused:
        do(spec, "submit", architect)

    assert refused.value.missing == ("cost estimate", "time to market", must.number)


def test_two_steps_approve_it_and_the_version_comes_into_force(approved):
    assert approved.state == "approved"
    assert approved.in_force.number == 1
    assert len(approved.in_force.content["requirements"]) == 2
    assert approved.events.filter(verb="design_spec.approve").count() == 1


def test_its_author_never_approves_it_by_any_way(spec, architect, admin):
    do(spec, "submit", architect)
    approval = Approval.objects.pending().get()

    with pytest.raises(Denied, match="Nobody approves"):
        vote(approval, "approve", actor=architect, via="api")
    for person in (architect, admin):
        with pytest.raises(Denied, match="votes decide"):
            do(spec, "approve", person)


def test_an_edit_under_review_is_a_new_version_to_vote_on(spec, architect, reviewer):
    do(spec, "submit", architect)
    say(spec, "approve", reviewer)

    spec.kind_entry.edit(spec, {"risks": "Fog."}, actor=architect, via="html")

    pending = Approval.objects.pending().get()
    assert pending.votes.count() == 0
    assert pending.subject_label == "version 2"
    assert [v.number for v in SpecVersion.objects.filter(spec=spec)] == [2, 1]


def test_a_vote_on_a_version_that_moved_is_refused_and_leads_to_what_changed(
    spec, architect, reviewer
):
    do(spec, "submit", architect)
    read = Approval.objects.pending().get()
    spec.kind_entry.edit(spec, {"risks": "Fog."}, actor=architect, via="html")

    desk = browser(reviewer)
    refused = desk.post(f"/approvals/{read.pk}/", {"answer": "approve", "comment": "Well thought"})

    said = refused.content.decode()
    put_up = Approval.objects.pending().get()
    assert refused.status_code == 422
    assert "was changed since approval was asked for" in said
    assert "version 2 waits for votes now" in said
    assert f"/specs/{spec.number}/versions/2/?diff=1&amp;only=changes" in said
    assert "Well thought" in said
    assert f'action="/approvals/{put_up.pk}/"' in said
    assert put_up.votes.count() == read.votes.count() == 0
    assert "decided already" not in said


def test_a_changed_requirement_asks_again_too(spec, architect, reviewer, admin):
    do(spec, "submit", architect)
    say(spec, "approve", reviewer)
    requirement = kinds["requirement"].model.objects.first()

    edit_record(requirement, {"target": "0.5 s"}, actor=admin, via="html")

    assert Approval.objects.pending().get().subject_label == "version 2"


def test_the_approved_version_stays_in_force_until_the_next_is_approved(
    approved, architect, reviewer, holder
):
    approved.kind_entry.edit(approved, {"estimate": "1500.00"}, actor=architect, via="html")
    assert fresh(approved).in_force.number == 1
    do(approved, "submit_revision", architect)
    assert (fresh(approved).state, fresh(approved).in_force.number) == ("approved", 1)

    say(approved, "approve", reviewer, holder)

    adopted = fresh(approved)
    assert (adopted.state, adopted.in_force.number) == ("approved", 2)


def test_a_version_turned_down_changes_nothing(approved, architect, reviewer):
    approved.kind_entry.edit(approved, {"risks": "Fog."}, actor=architect, via="html")
    do(approved, "submit_revision", architect)

    say(approved, "reject", reviewer)

    assert (fresh(approved).state, fresh(approved).in_force.number) == ("approved", 1)


def test_a_version_is_never_changed(approved):
    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
        SpecVersion.objects.filter(pk=approved.in_force.pk).update(number=7)
    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
        SpecVersion.objects.filter(pk=approved.in_force.pk)._raw_delete("default")


def test_nothing_is_built_before_it_is_approved_and_funded(spec, approved, cast, holder):
    draft = kinds["design_spec"].open(
        actor=cast.admin, via="html", title="Other", organisation=cast.organisation
    )

    unapproved = draft.kind_entry.assure("buildable", draft)
    unfunded = approved.kind_entry.assure("buildable", approved)
    set_money_aside(approved, cast)
    funded = approved.kind_entry.assure("buildable", fresh(approved))

    assert (unapproved.code, unapproved.missing) == ("not_buildable", ("approval",))
    assert unfunded.missing == ("1,200.00 EUR of funding",)
    assert funded


def test_a_dearer_version_has_to_be_funded_before_anybody_builds_on(
    approved, architect, reviewer, holder, cast
):
    set_money_aside(approved, cast)
    approved.kind_entry.edit(approved, {"estimate": "2000.00"}, actor=architect, via="html")
    do(approved, "submit_revision", architect)
    assert approved.kind_entry.assure("buildable", fresh(approved))

    say(approved, "approve", reviewer, holder)

    answer = approved.kind_entry.assure("buildable", fresh(approved))
    assert answer.missing == ("800.00 EUR of funding",)


def test_who_holds_a_budget_is_told_that_it_waits_for_money(approved, holder):
    told = Notification.objects.filter(person=holder, event__verb="design_spec.approve")

    assert [one.reason for one in told] == ["handover"]


def test_who_funds_it_sees_how_much_is_missing_and_which_budgets_have_it(approved, cast, holder):
    budget = a_budget(cast)
    shown = browser(holder).get(f"{approved.get_absolute_url()}do/fund/").content.decode()

    assert "1,200.00 EUR of funding is missing." in shown
    assert f"{budget.number} {budget.title}: 100,000.00" in shown


def test_funding_sets_the_missing_money_aside_in_the_budget_named(approved, cast, holder):
    budget = a_budget(cast)
    with pytest.raises(RuleViolation, match=r"1,200\.00 EUR of funding is missing"):
        do(approved, "fund", holder)

    funded = do(approved, "fund", holder, budget=budget.number)

    assert funded.state == "funded"
    assert str(fresh(budget).reserved) == "1200.00"


def test_rest_says_what_changed_and_what_is_not_covered(approved, architect, cast, outsider):
    approved.kind_entry.edit(approved, {"estimate": "1500.00"}, actor=architect, via="html")
    do(approved, "submit_revision", architect)
    door = Machine(architect, "design:read")

    changes = door.get(f"specs/{approved.number}/versions/2/changes/").json()
    coverage = door.get(f"specs/{approved.number}/coverage/").json()

    assert changes["fields"] == [{"field": "estimate", "before": "1200.00", "after": "1500.00"}]
    assert len(coverage["requirements_without_need"]) == 2
    elsewhere = Machine(outsider, "design:read")
    for path in ("", "versions/", "versions/2/changes/", "coverage/"):
        assert elsewhere.get(f"specs/{approved.number}/{path}").status_code == 404


def test_the_page_shows_requirements_money_and_versions(approved, architect, outsider):
    approved.kind_entry.edit(
        approved, {"blueprint": "Two radars, one screen."}, actor=architect, via="html"
    )
    do(approved, "submit_revision", architect)
    browser = Client()
    browser.force_login(architect)

    page = browser.get(approved.get_absolute_url()).content.decode()
    diff = browser.get(f"/specs/{approved.number}/versions/2/?diff=1").content.decode()

    assert "No need behind this" in page
    assert "1,200.00" in page
    assert "Version 1 is in force" in page
    assert "<del>" in diff
    assert "Two" in diff
    browser.force_login(outsider)
    assert browser.get(f"/specs/{approved.number}/versions/2/").status_code == 404


def test_a_dropped_requirement_is_told_to_whose_need_it_was(cast, architect, admin):
    from valuechain.records.actions import link_records

    need = at_state("need", "qualified", cast)
    requirement = at_state("requirement", "agreed", cast, title="Blink")
    link_records(requirement, need, "derived_from", actor=admin, via="html")

    do(requirement, "drop", admin, reason="Nobody looks up.")

    told = need.comments.get(visibility="public", is_automatic=True)
    assert "Blink" in told.body
    assert "Nobody looks up." in told.body


def test_its_author_is_told_that_it_was_decided_on(spec, architect, reviewer, holder):
    do(spec, "submit", architect)
    say(spec, "approve", reviewer)
    told = Notification.objects.filter(person=architect, record_id=spec.pk, reason="progress")
    assert not told.exists()

    say(spec, "approve", holder)

    assert told.count() == 1


def test_a_requirement_starts_from_the_need_behind_it(spec, architect, requester, brm):
    ours = browser(architect)
    there = f"/specs/{spec.number}/hand-off/require/"
    assert ours.get(there).headers["Location"] == f"/specs/{spec.number}/#requirements"
    need = kinds["need"].open(
        actor=requester, via="html", title="See the berths", description="All of them."
    )
    link_records(spec, need, "fulfils", actor=architect, via="html")

    assert ours.get(there).headers["Location"] == f"/needs/{need.number}/hand-off/require/"
    body = ours.get(f"/specs/{spec.number}/").content.decode()
    assert f"State a requirement of {need.number}" in body
    assert browser(requester).get(there).status_code in (302, 404)


def test_a_release_is_asked_for_by_those_who_design_and_by_nobody_else(spec, architect, holder):
    offered = f"/specs/{spec.number}/hand-off/release/"
    assert offered in browser(architect).get(f"/specs/{spec.number}/").content.decode()
    assert offered not in browser(holder).get(f"/specs/{spec.number}/").content.decode()

    with pytest.raises(Denied) as refused:
        hand_off(spec, "release", actor=holder, via="html")
    assert "release manager" in str(refused.value.message)
    made = hand_off(spec, "release", actor=architect, via="html").target
    assert made.kind == "release"


def test_a_release_asks_for_the_change_it_goes_live_under(spec, architect, change_manager):
    release = hand_off(spec, "release", actor=architect, via="html").target

    change = hand_off(
        fresh(release), "request_change", actor=change_manager, via="html",
        data={"title": "Put the display live"},
    ).target  # fmt: skip

    assert change.links_out.get(kind="implements").target_id == release.pk
    page = browser(change_manager).get(f"/releases/{release.number}/").content.decode()
    assert "Link the change it goes live under" not in page
