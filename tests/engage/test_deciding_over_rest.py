"""Deciding on a need in one request: the same rule as the card, all of it or nothing."""

from __future__ import annotations

import pytest

from tests.doors import Machine, is_problem
from tests.factories import fresh
from valuechain.records.kinds import kinds
from valuechain.records.models import Event, Handover
from valuechain.records.vocabulary import Via

REQUIRED = {"classification": "required", "classification_reason": "The law says so."}
WANTED = {"classification": "want", "classification_reason": "It would be nice."}
JUSTIFIED = {"verdict": "yes", "verdict_reason": "Ships wait two hours a day."}
POSSIBLE = {"fulfilability": "as_desired", "fulfilability_note": "The radar can do it."}
ROUTED = {
    "routes": [{"flow": "plan"}, {"flow": "improve", "data": {"title": "Berths at a glance"}}],
    "route_reason": "It has to compete for money, and be measured.",
}


@pytest.fixture
def need(requester):
    return kinds["need"].open(
        actor=requester, via=Via.HTML, title="See the free berths", state="submitted",
        description="We cannot see which berth is free.",
    )  # fmt: skip


@pytest.fixture
def door(brm):
    return Machine(brm)


def decide(door, need, *, version=None, **answers):
    tag = {} if version is None else {"If_Match": f'"v{version}"'}
    return door.call("POST", f"needs/{need.number}/decide/", answers, **tag)


def test_four_answers_and_two_routes_in_one_request(door, need):
    answer = decide(door, need, version=need.version, **REQUIRED, **JUSTIFIED, **POSSIBLE, **ROUTED)

    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert body["need"]["state"] == "in_fulfilment"
    assert [one["flow"] for one in body["handovers"]] == ["plan", "improve"]
    assert body["handovers"][1]["target"]["title"] == "Berths at a glance"
    assert answer.headers["ETag"] == f'"v{fresh(need).version}"'


def test_the_same_key_decides_once(door, need):
    sent = {**REQUIRED, **JUSTIFIED, **POSSIBLE, **ROUTED}
    headers = {"If_Match": f'"v{need.version}"', "Idempotency_Key": "decide-once-1"}

    first = door.call("POST", f"needs/{need.number}/decide/", sent, **headers)
    again = door.call("POST", f"needs/{need.number}/decide/", sent, **headers)

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert Handover.objects.filter(source=need).count() == 2
    assert Event.objects.filter(record=need, verb="need.qualify").count() == 1


def test_nobody_decides_on_what_they_have_not_read(door, need):
    is_problem(decide(door, need, **REQUIRED), 428, "version_needed")
    is_problem(decide(door, need, version=need.version + 1, **REQUIRED), 412, "stale_version")
    assert fresh(need).state == "submitted"


def test_an_answer_without_its_reason_is_named_and_nothing_is_kept(door, need):
    answer = decide(
        door, need, version=need.version, classification="required", **JUSTIFIED,
        fulfilability="deferred", fulfilability_note="Next year.",
    )  # fmt: skip

    body = is_problem(answer, 400)
    found = {error["field"]: error["message"] for error in body["errors"]}
    assert found == {
        "classification_reason": "Give the reason in one line.",
        "later_until": "Say when.",
    }
    assert fresh(need).state == "submitted"


def test_a_route_without_the_answers_before_it_names_what_is_missing(door, need):
    body = is_problem(decide(door, need, version=need.version, **JUSTIFIED, **ROUTED), 400)

    assert {error["field"] for error in body["errors"]} == {"classification", "fulfilability"}
    assert fresh(need).state == "submitted"


def test_a_want_without_a_sponsor_goes_nowhere(door, need):
    body = is_problem(
        decide(door, need, version=need.version, **WANTED, **JUSTIFIED, **POSSIBLE, **ROUTED), 400
    )

    assert {error["field"] for error in body["errors"]} == {"sponsor", "trade_off"}
    assert "A want needs a sponsor" in body["errors"][0]["message"]
    assert not Handover.objects.filter(source=need).exists()


def test_a_route_that_fails_takes_the_decision_back(door, need):
    routes = {"routes": [{"flow": "plan"}, {"flow": "no_such_flow"}], "route_reason": "Both."}

    answer = decide(door, need, version=need.version, **REQUIRED, **JUSTIFIED, **POSSIBLE, **routes)

    assert answer.status_code in (400, 409)
    assert fresh(need).state == "submitted"
    assert not Handover.objects.filter(source=need).exists()


def test_what_is_not_justified_goes_nowhere(door, need):
    refused = {"verdict": "no", "verdict_reason": "Nobody waits."}

    both = decide(door, need, version=need.version, **REQUIRED, **refused, **ROUTED)
    alone = decide(door, need, version=need.version, **REQUIRED, **refused)

    assert "is not sent on" in is_problem(both, 400)["errors"][0]["message"]
    assert alone.json()["need"]["state"] == "not_justified"


def test_a_need_is_declined_or_routed_and_not_both(door, need):
    both = {"routes": [{"flow": "decline"}, {"flow": "plan"}], "route_reason": "Hm."}

    body = is_problem(
        decide(door, need, version=need.version, **REQUIRED, **JUSTIFIED, **POSSIBLE, **both), 400
    )

    assert body["errors"][0]["message"] == "A need is declined or routed, not both."


def test_an_empty_decision_is_none(door, need):
    body = is_problem(decide(door, need, version=need.version), 400)

    assert body["errors"][0]["message"] == "Answer at least one question."


def test_only_those_who_triage_decide(need, requester):
    answer = decide(Machine(requester), need, version=need.version, **REQUIRED)

    assert answer.status_code == 403
