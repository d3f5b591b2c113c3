"""A stream visits activities in an order of its own, one of them twice, and its times add up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.doors import Machine, browser
from tests.factories import a_person, take
from valuechain.records.models import Record

pytestmark = pytest.mark.django_db


def test_work_goes_along_a_stream_in_no_fixed_order(
    frozen, cast, agent, lead, planner, requester, organisation
):
    owner = a_person("Olga Owner", organisation, "service_owner")

    # The service owner draws the stream: support, improve, plan and support once more.
    drawn = Machine(owner).post(
        "value-streams/",
        {"name": "Quiet nights", "trigger": "An alarm", "outcome": "No alarm",
         "organisation": organisation.name, "order": "free",
         "steps": [
             {"activity": "plan", "name": "Fund it"},
             {"activity": "deliver_support", "name": "Restore"},
             {"activity": "improve", "name": "Learn"},
             {"activity": "deliver_support", "name": "Prevent", "is_repeatable": True},
         ]},
    )  # fmt: skip
    assert drawn.status_code == 201, drawn.content
    stream = drawn.json()

    # The desk takes a call and begins a run with it, on the second step.
    desk = Machine(agent)
    incident = desk.post(
        "tickets/",
        {"kind": "incident", "title": "An alarm every night", "requester": requester.email,
         "organisation": organisation.name},
    ).json()["number"]  # fmt: skip
    begun = browser(agent).post(
        f"/streams/{stream['slug']}/", {"do": "run", "run-record": incident}
    )
    assert begun.status_code == 302, begun.content.decode()

    # Work is handed to the problem, to improve, and back to plan, the first step of all.
    def hand(door, resource, number, flow, **data):
        answer = door.post(f"{resource}/{number}/hand-off/", {"flow": flow, "data": data})
        assert answer.status_code == 201, answer.content
        return answer.json()["target"]["number"]

    frozen.shift(timedelta(hours=1))
    problem = hand(desk, "tickets", incident, "open_problem")
    item = hand(Machine(planner), "tickets", problem, "plan")
    improvement = hand(Machine(lead), "tickets", problem, "improve")

    run = desk.get(f"value-streams/{stream['id']}/instances/").json()["results"][0]
    taken = [(visit["step_name"], visit["record"]) for visit in run["visits"]]
    assert taken == [("Restore", incident), ("Prevent", problem), ("Fund it", item),
                     ("Learn", improvement)]  # fmt: skip
    activities = [visit["activity"] for visit in run["visits"]]
    assert activities == ["deliver_support", "deliver_support", "plan", "improve"]

    # The incident ends; the map's numbers are those of the records they list.
    record = Record.objects.get(number=incident)
    take(record, "start", cast)
    frozen.shift(timedelta(hours=3))
    take(record, "resolve", cast)
    restore = str(stream["steps"][1]["id"])
    told = Machine(owner).get(f"metrics/flow/?stream={stream['slug']}&records={restore}").json()
    group = next(one for one in told["groups"] if one["key"] == restore)
    assert [row["record"] for row in told["records"]] == [incident]
    assert group["queue"] == told["records"][0]["queue"] == 3600
    assert group["touch"] == told["records"][0]["touch"] == 3 * 3600
    page = browser(owner).get(f"/streams/{stream['slug']}/map/?record={problem}")
    assert f"The way of {problem}" in page.content.decode()
