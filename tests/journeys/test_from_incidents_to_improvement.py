"""Repeated incidents lead to a problem, a change, and an improvement whose effect is measured."""

from __future__ import annotations

from datetime import timedelta

from itsm.core import clock
from tests.doors import Machine, browser
from valuechain.records.kinds import kinds
from valuechain.records.models import Record
from valuechain.records.vocabulary import Via


def test_repeated_incidents_become_an_improvement_that_is_measured(
    agent, lead, requester, change_manager, admin, organisation
):
    service = kinds["service"].open(
        actor=admin, via=Via.HTML, title="Berth display", owner=admin, organisation=organisation
    )
    desk, boss, manager = Machine(agent), Machine(lead), Machine(change_manager)

    def take(api, resource, number, name, **data):
        answer = api.post(f"{resource}/{number}/transitions/", {"transition": name, "data": data})
        assert answer.status_code == 200, (name, answer.content)
        return answer.json()

    def hand(api, resource, number, flow, **data):
        answer = api.post(f"{resource}/{number}/hand-off/", {"flow": flow, "data": data})
        assert answer.status_code == 201, answer.content
        return answer.json()["target"]["number"]

    # Three incidents on one service open one candidate, with all three as evidence.
    incidents = [
        desk.post("tickets/", {"kind": "incident", "title": f"The display is dark ({day})",
                               "requester": requester.email, "service": service.number,
                               "organisation": organisation.name}).json()["number"]
        for day in ("Mon", "Tue", "Wed")
    ]  # fmt: skip
    found = boss.get("improvements/?cause=repeated").json()["results"]
    assert len(found) == 1
    improvement = found[0]["number"]
    page = browser(lead).get(f"/improvements/{improvement}/").content.decode()
    assert all(number in page for number in incidents)

    # The cause is looked for: incident -> problem -> change.
    problem = hand(desk, "tickets", incidents[-1], "open_problem")
    take(desk, "tickets", problem, "investigate")
    take(desk, "tickets", problem, "record_known_error", root_cause="The supply overheats.",
         workaround="Switch it off for an hour.")  # fmt: skip
    change = hand(desk, "tickets", problem, "request_change", title="A cooler for the supply")
    take(desk, "tickets", problem, "start_fix")

    # The improvement is triaged, given a measure, accepted, and waits for the change.
    take(boss, "improvements", improvement, "triage", value="5", effort="2")
    at = f"improvements/{improvement}/"
    edited = boss.patch(
        at, {"measure": "Dark hours a week", "baseline": "6", "target": "1"},
        If_Match=boss.get(at).headers["ETag"],
    )  # fmt: skip
    assert edited.status_code == 200, edited.content
    take(boss, "improvements", improvement, "accept")
    take(boss, "improvements", improvement, "start")
    # Tied from the page of the improvement itself: "this record led to the change".
    tied = browser(lead).post(
        f"/improvements/{improvement}/link/", {"kind": "-derived_from", "target": change}
    )
    assert tied.status_code == 302, tied.content
    early = boss.post(f"{at}transitions/", {"transition": "measure"})
    assert early.status_code == 409
    assert early.json()["code"] == "nothing_done"

    # The change is made.
    where = f"tickets/{change}/"
    filled = desk.patch(
        where, {"plan": "Fit it.", "backout_plan": "Take it off.", "test_plan": "Feel it.",
                "risk": "low"},
        If_Match=desk.get(where).headers["ETag"],
    )  # fmt: skip
    assert filled.status_code == 200, filled.content
    take(desk, "tickets", change, "request")
    take(desk, "tickets", change, "assess")
    take(desk, "tickets", change, "submit_for_authorisation")
    take(manager, "tickets", change, "authorise")
    begin = clock.now() + timedelta(days=1)
    take(desk, "tickets", change, "schedule", window_start=begin.isoformat(),
         window_end=(begin + timedelta(hours=1)).isoformat())  # fmt: skip
    for name in ("implement", "complete", "review", "close_successful"):
        take(desk, "tickets", change, name)
    take(desk, "tickets", problem, "resolve", resolution="It stays cool.")

    # The effect is measured against the target.
    take(boss, "improvements", improvement, "measure")
    missed = boss.post(
        f"{at}transitions/",
        {"transition": "confirm_success", "data": {"after_value": "2", "after_on": "2026-12-01"}},
    )
    assert missed.json()["code"] == "target_missed"
    take(boss, "improvements", improvement, "confirm_success", after_value="0.5",
         after_on="2026-12-01")  # fmt: skip

    # The chain of the improvement leads back to what people reported.
    chain = boss.get(f"records/{improvement}/chain/").json()
    assert {*incidents, problem, change} <= {node["number"] for node in chain["nodes"]}
    assert Record.objects.get(number=improvement).state == "succeeded"
