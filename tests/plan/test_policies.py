"""Policies: how they come into force and change, who is let off until when, where they are applied."""

from datetime import date, timedelta

import pytest
from django.test import Client

from itsm.core import clock
from itsm.core.errors import Denied, RuleViolation
from sla.models import Agreement
from tests.doors import Machine
from tests.factories import a_person, a_ticket, at_state, fresh, take
from tests.preparing_design import all_approve, approvers_in
from valuechain.approvals.models import Approval
from valuechain.plan.models import Policy
from valuechain.records.actions import edit_record, hand_off, perform
from valuechain.records.tasks import return_from_waiting

pytestmark = pytest.mark.django_db

NEW_TEXT = "Every berth is booked two days ahead."


def the_page(person, address):
    browser = Client()
    browser.force_login(person)
    answer = browser.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def an_exception(policy, actor, **values):
    return hand_off(
        policy, "except", actor=actor, via="html",
        data={"title": "Book on the same day", "applies_to": "The pilot boat",
              "grounds": "It saves lives.", "until": "2030-01-31", **values},
    ).target.specific  # fmt: skip


def grant(exception, actor):
    return perform(
        exception, "grant", actor=actor, via="html",
        data={"reason": "Lives come first.", "follow_up_at": "2030-01-31T23:59:00Z"},
    )  # fmt: skip


def test_a_policy_needs_an_owner_a_text_and_a_day_of_review_before_it_is_put_up(cast):
    policy = a_ticket("policy", actor=cast.admin, organisation=cast.organisation,
                      text="", review_on=None)  # fmt: skip

    with pytest.raises(RuleViolation, match="Fill in first: text, owner, review by"):
        perform(policy, "submit", actor=cast.admin, via="html")


def test_what_was_approved_is_kept_as_an_edition_and_nobody_edits_it(cast):
    policy = at_state("policy", "in_force", cast)

    assert policy.edition == 1
    assert [kept.text for kept in policy.editions.all()] == [policy.text]
    with pytest.raises(Denied, match="stays as it was read"):
        edit_record(policy, {"text": NEW_TEXT}, actor=cast.admin, via="html")


def test_a_new_text_holds_only_when_the_approvers_agree(cast):
    policy = at_state("policy", "in_force", cast)
    before = policy.text

    perform(policy, "propose_change", actor=cast.admin, via="html",
            data={"next_text": NEW_TEXT, "reason": "Storms come faster."})  # fmt: skip
    waiting = fresh(policy).text
    all_approve(policy, cast)

    now = fresh(policy)
    assert (waiting, now.text, now.next_text, now.edition) == (before, NEW_TEXT, "", 2)
    assert "two days" in the_page(cast.admin, policy.get_absolute_url())


def test_a_new_text_that_is_turned_down_changes_nothing(cast):
    policy = at_state("policy", "in_force", cast)

    refused = take(policy, "turn_down_change", cast)

    assert (refused.text, refused.next_text, refused.edition) == (policy.text, "", 1)


def test_whoever_takes_a_new_text_back_withdraws_the_request(cast):
    policy = at_state("policy", "in_force", cast)

    after = take(policy, "take_back_change", cast)

    assert after.next_text == ""
    assert not Approval.objects.pending().filter(subject=policy).exists()


def test_a_new_text_is_hidden_from_those_who_only_read(cast, outsider):
    policy = at_state("policy", "in_force", cast)
    perform(policy, "propose_change", actor=cast.admin, via="html",
            data={"next_text": NEW_TEXT, "reason": "Storms come faster."})  # fmt: skip

    shown = the_page(outsider, policy.get_absolute_url())
    door = Machine(outsider, "plan:read")
    read, told, kept = (
        door.get(f"policies/{policy.number}/{part}").content.decode()
        for part in ("", "events/", "editions/")
    )

    assert policy.text in shown
    assert "two days ahead" not in shown
    assert "two days ahead" not in read
    assert "two days ahead" not in told
    assert "two days ahead" not in kept


def test_reading_a_policy_again_moves_the_day_and_takes_the_banner_away(cast, planner):
    policy = at_state("policy", "in_force", cast)
    Policy.objects.filter(pk=policy.pk).update(review_on=date(2020, 1, 31))
    overdue = the_page(planner, "/plan/")

    ahead = (clock.now() + timedelta(days=365)).date()
    perform(policy, "review", actor=planner, via="html", data={"review_on": ahead.isoformat()})

    assert "1 policy is overdue for review." in overdue
    assert "overdue for review" not in the_page(planner, "/plan/")
    with pytest.raises(RuleViolation, match="a day that lies ahead"):
        perform(policy, "review", actor=planner, via="html", data={"review_on": "2020-01-31"})


def test_overdue_reviews_are_a_filter_of_the_list_and_of_rest(cast, planner):
    late, fine = (at_state("policy", "in_force", cast) for _place in range(2))
    Policy.objects.filter(pk=late.pk).update(review_on=date(2020, 1, 31))

    shown = the_page(planner, "/policies/?review=overdue")
    found = Machine(planner, "plan:read").get("policies/?review=overdue").json()["results"]

    assert late.number in shown
    assert fine.number not in shown
    assert [row["number"] for row in found] == [late.number]


def test_nobody_grants_the_exception_they_asked_for(cast, planner):
    policy = at_state("policy", "in_force", cast)
    exception = an_exception(policy, planner)

    with pytest.raises(Denied, match="Nobody grants the exception they asked for"):
        grant(exception, planner)

    granted = grant(exception, cast.admin).record.specific
    assert (granted.state, granted.granted_by) == ("granted", cast.admin)
    assert granted.waiting_reason == "Lives come first."


def test_an_agent_cannot_grant_an_exception(cast):
    policy = at_state("policy", "in_force", cast)
    exception = an_exception(policy, cast.admin)

    with pytest.raises(Denied, match="Only the owner of the policy or a planner"):
        grant(exception, cast.agent)


def test_an_exception_ends_by_itself_after_its_last_day(cast, planner):
    policy = at_state("policy", "in_force", cast)
    exception = an_exception(policy, planner)
    grant(exception, cast.admin)

    with clock.at(clock.now().replace(year=2030, month=1, day=31, hour=12)):
        return_from_waiting()
        on_the_last_day = fresh(exception).state
    with clock.at(clock.now().replace(year=2030, month=2, day=1, hour=12)):
        return_from_waiting()

    assert (on_the_last_day, fresh(exception).state) == ("granted", "expired")


def test_exceptions_are_asked_of_policies_in_force_only(cast, planner):
    draft = a_ticket("policy", actor=cast.admin, organisation=cast.organisation)

    answer = Machine(planner, "plan:read", "plan:write").post("policy-exceptions/", {
        "title": "Book late", "for_policy": draft.number, "applies_to": "Us", "grounds": "Why not",
        "until": "2030-01-31",
    })  # fmt: skip

    assert answer.status_code == 409
    assert "Only a policy that is in force" in answer.json()["detail"]


def test_a_policy_is_withdrawn_only_when_nobody_is_let_off_any_more(cast, planner):
    policy = at_state("policy", "in_force", cast)
    exception = an_exception(policy, planner)

    with pytest.raises(RuleViolation, match=exception.number):
        perform(policy, "withdraw", actor=planner, via="html", data={"reason": "Not needed."})


def test_where_a_policy_is_applied_is_said_on_its_page_and_over_rest(cast, planner, outsider):
    policy = at_state("policy", "in_force", cast)
    agreement = Agreement.objects.create(name="Gold for the harbour", kind="sla")
    browser = Client()
    browser.force_login(planner)

    browser.post(f"/policies/{policy.number}/uses/", {"where": f"agreement:{agreement.pk}"})
    door = Machine(planner, "plan:read", "plan:write")
    uses = door.get(f"policies/{policy.number}/uses/").json()

    assert [(use["place"], use["name"]) for use in uses] == [("agreement", "Gold for the harbour")]
    assert "Gold for the harbour" in the_page(planner, policy.get_absolute_url())
    assert "Gold for the harbour" not in the_page(outsider, policy.get_absolute_url())

    gone = door.delete(f"policies/{policy.number}/uses/{uses[0]['id']}/")
    assert gone.status_code == 204
    assert door.get(f"policies/{policy.number}/uses/").json() == []


def test_only_what_exists_can_apply_a_policy(cast, planner):
    policy = at_state("policy", "in_force", cast)

    answer = Machine(planner, "plan:read", "plan:write").post(
        f"policies/{policy.number}/uses/", {"place": "agreement", "key": "999999"}
    )

    assert answer.status_code == 400
    assert "Choose one of those" in answer.content.decode()


def test_those_who_only_work_on_it_do_not_say_where_it_is_applied(cast):
    policy = at_state("policy", "in_force", cast)
    approvers_in(cast.organisation)
    agreement = Agreement.objects.create(name="Gold for the harbour", kind="sla")
    builder = a_person("Bo Builder", cast.organisation, "builder")

    answer = Machine(builder, "plan:read", "plan:write").post(
        f"policies/{policy.number}/uses/", {"place": "agreement", "key": str(agreement.pk)}
    )

    assert answer.status_code == 403
