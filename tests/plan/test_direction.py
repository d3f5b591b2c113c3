"""Visions, objectives and the portfolio: who decides, what must be there, what moves by itself."""

import pytest
from django.test import Client

from itsm.core.errors import Denied, RuleViolation
from tests.doors import Machine
from tests.factories import at_state, fresh, walk
from tests.preparing_design import need_behind
from valuechain.plan.actions import acknowledge
from valuechain.records.actions import hand_off, perform

pytestmark = pytest.mark.django_db


def test_the_next_edition_takes_the_place_of_the_published_vision(cast, planner):
    vision = at_state("vision", "published", cast)

    handover = hand_off(vision, "next_edition", actor=planner, via="html")
    following = walk(handover.target, "published", cast)

    assert (following.edition, following.successor_of) == (2, vision)
    assert fresh(vision).state == "superseded"


def test_everybody_reads_the_published_vision_and_says_so_once(cast, outsider, requester):
    vision = at_state("vision", "published", cast)

    door = Machine(outsider, "plan:read", "plan:write")
    first = door.post(f"visions/{vision.number}/acknowledge/")
    again = door.post(f"visions/{vision.number}/acknowledge/")

    assert (first.status_code, again.status_code) == (201, 201)
    assert vision.readings.count() == 1


def test_a_draft_is_seen_by_its_own_only_and_cannot_be_acknowledged(cast, outsider, planner):
    vision = at_state("vision", "draft", cast)

    assert Machine(outsider, "plan:read").get(f"visions/{vision.number}/").status_code == 404
    with pytest.raises(RuleViolation, match="Only a published vision"):
        acknowledge(vision, actor=planner)


def test_the_page_of_a_vision_counts_its_readers(cast, planner):
    vision = at_state("vision", "published", cast)
    browser = Client()
    browser.force_login(planner)

    browser.post(f"/visions/{vision.number}/acknowledge/")

    shown = browser.get(vision.get_absolute_url()).content.decode()
    assert "1 person has read it" in shown
    assert "You have read it" in shown


def test_an_objective_is_achieved_only_when_its_target_is_met(cast, planner):
    objective = at_state("objective", "on_track", cast)

    with pytest.raises(RuleViolation, match="does not reach the target"):
        perform(objective, "achieve", actor=planner, via="html", data={"actual": "3"})
    done = perform(objective, "achieve", actor=planner, via="html", data={"actual": "1.5"}).record

    assert done.state == "achieved"


def test_an_item_is_put_up_for_approval_only_with_a_justified_need(cast, planner):
    item = at_state("portfolio_item", "under_evaluation", cast)
    with pytest.raises(RuleViolation) as refused:
        perform(item, "request_approval", actor=planner, via="html")
    assert refused.value.code == "no_justified_need"

    unjustified = at_state("need", "in_triage", cast)
    from valuechain.records.actions import link_records

    link_records(item, unjustified, "derived_from", actor=planner, via="html")
    with pytest.raises(RuleViolation) as refused:
        perform(item, "request_approval", actor=planner, via="html")
    assert refused.value.missing == (unjustified.number,)


def test_nobody_approves_an_item_by_hand(cast, planner, admin):
    item = at_state("portfolio_item", "under_evaluation", cast)
    need_behind(item, cast)

    for person in (planner, admin):
        with pytest.raises(Denied, match="votes decide"):
            perform(item, "approve", actor=person, via="api")


def test_only_its_stakeholder_says_whether_the_value_came(cast, planner, admin, requester):
    item = at_state("portfolio_item", "delivered", cast)

    for person in (planner, admin):
        with pytest.raises(Denied, match="Only its stakeholder"):
            perform(item, "confirm_value", actor=person, via="html", data={"reason": "It works"})
    done = perform(
        item, "confirm_value", actor=requester, via="html", data={"reason": "No ship waits"}
    ).record

    assert done.state == "value_confirmed"
