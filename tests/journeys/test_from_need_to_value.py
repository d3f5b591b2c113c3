"""A stakeholder's need becomes a thing in use, and they say that it brought what they needed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from itsm.core import clock
from tests.doors import Machine, browser, is_problem
from tests.factories import a_person, at_state
from tests.preparing_design import a_budget, approvers_in
from valuechain.records.models import Record

pytestmark = pytest.mark.django_db


def _move(door, resource, number, transition, **data):
    answer = door.post(
        f"{resource}/{number}/transitions/", {"transition": transition, "data": data}
    )
    assert answer.status_code == 200, (transition, answer.content)
    return answer.json()


def _refused(door, resource, number, transition):
    return is_problem(
        door.post(f"{resource}/{number}/transitions/", {"transition": transition}), 409
    )


def _made(answer):
    assert answer.status_code == 201, answer.content
    return answer.json()


def _state(number):
    return Record.objects.get(number=number).state


def test_a_need_is_followed_to_the_value_confirmed(cast, requester, brm, organisation):
    approvers_in(organisation)
    budget = a_budget(cast)
    change = at_state("change", "authorised", cast)
    liaison = Machine(brm)
    architect, reviewer, holder, builder, manager, owner = (
        Machine(a_person(name, organisation, role))
        for name, role in (
            ("Arno", "architect"), ("Rita", "architect"), ("Hugo", "budget_holder"),
            ("Bert", "builder"), ("Rob", "release_manager"), ("Olga", "service_owner"),
        )
    )  # fmt: skip

    # The stakeholder tells their need in the portal; the liaison finds it required and justified.
    sent = browser(requester).post(
        "/portal/request/need/",
        {"title": "See the free berths", "description": "From the bridge, at night too."},
    )
    need = sent.headers["Location"].split("/")[3]
    _move(liaison, "needs", need, "take")
    _move(liaison, "needs", need, "classify", classification="required", reason="The law says so.")
    _move(liaison, "needs", need, "justify", reason="Two near misses.", evidence="Log of Monday")
    _move(liaison, "needs", need, "assess", fulfilability="as_desired", reason="By May.")
    _move(liaison, "needs", need, "qualify")

    # It is specified, approved by two others than its author, and funded.
    handed = _made(liaison.post(f"needs/{need}/hand-off/", {"flow": "specify"}))
    spec = handed["target"]["number"]
    if handed["status"] == "offered":
        assert architect.post(f"handovers/{handed['id']}/accept/").status_code == 200
    service = _made(
        owner.post("services/", {"title": "Berth display", "organisation": organisation.name})
    )["number"]
    at = f"specs/{spec}/"
    written = architect.patch(
        at,
        {"estimate": "7000.00", "time_to_market": "2030-01-31", "blueprint": "A radar.",
         "description": "A display of the free berths.", "service": service},
        If_Match=architect.get(at)["ETag"],
    )  # fmt: skip
    assert written.status_code == 200, written.content
    _move(architect, "specs", spec, "submit")
    for voter in (reviewer, holder):
        (waiting,) = voter.get(f"approvals/?waiting=me&subject={spec}").json()["results"]
        _made(voter.post(f"approvals/{waiting['id']}/vote/", {"answer": "approve"}))
    assert _state(spec) == "approved"
    _move(holder, "specs", spec, "fund", budget=budget.number)

    # A component is built: promised late, then in its place.
    needed = (clock.now() + timedelta(days=30)).date()
    given = {"title": "The radar", "sourcing": "build", "needed_at": needed.isoformat(),
             "needed_location": "Silo"}  # fmt: skip
    handed = _made(architect.post(f"{at}hand-off/", {"flow": "build", "data": given}))
    radar = handed["target"]["number"]
    assert builder.post(f"handovers/{handed['id']}/accept/").status_code == 200
    assert _state(spec) == "released_to_build"
    late = needed + timedelta(days=9)
    _move(builder, "components", radar, "source")
    _move(builder, "components", radar, "promise", promised_at=late.isoformat(), reason="Storm")
    said = browser(requester).get(f"/portal/needs/{need}/").content.decode()
    assert "The radar" in said
    assert f"{late.day} {late:%b} {late.year}" in said
    for name in ("start", "present"):
        _move(builder, "components", radar, name)
    check = _made(builder.post(f"components/{radar}/checks/", {"text": "It turns"}))
    passed = architect.post(
        f"components/{radar}/checks/{check['id']}/", {"passed": True, "evidence": "Seen"}
    )
    assert passed.status_code == 200, passed.content
    _move(architect, "components", radar, "accept")
    assert _state(spec) == "built"

    # The release waits for it, then goes live.
    release = _made(
        manager.post(
            "releases/",
            {"title": "Berths 1", "organisation": organisation.name, "service": service},
        )
    )["number"]
    for kind, target in (("deploys", radar), ("implements", change.number)):
        _made(manager.post(f"releases/{release}/links/", {"kind": kind, "target": target}))
    _move(manager, "releases", release, "build")
    _move(manager, "releases", release, "test")
    _move(manager, "releases", release, "pass_tests", test_evidence="40 of 40")
    assert _refused(manager, "releases", release, "make_ready")["missing"] == [radar]
    _move(builder, "components", radar, "place", actual_location="Silo",
         actual_at=clock.now().date().isoformat())  # fmt: skip
    _move(builder, "components", radar, "make_available")
    _move(manager, "releases", release, "make_ready")
    _move(manager, "releases", release, "approve")
    deployment = _made(
        manager.post(
            "deployments/",
            {"title": "Put it live", "release": release, "environment": "production"},
        )
    )["number"]
    for name, data in (("start", {}), ("verify", {}), ("succeed", {"verification": "It shows."})):
        _move(manager, "deployments", deployment, name, **data)

    # Everything behind it moved on by itself; only the stakeholder says whether the value came.
    assert (_state(service), _state(spec)) == ("live", "in_service")
    assert _state(need) == "fulfilled"
    own = liaison.post(f"needs/{need}/transitions/", {"transition": "confirm_value", "data": {}})
    is_problem(own, 403)
    confirmed = browser(requester).post(
        f"/portal/requests/{need}/do/confirm_value/", {"reason": "We see every berth."}
    )
    assert confirmed.status_code == 302
    assert _state(need) == "value_confirmed"
    chain = liaison.get(f"records/{need}/chain/").json()
    assert {need, spec, radar, release, deployment} <= {node["number"] for node in chain["nodes"]}
