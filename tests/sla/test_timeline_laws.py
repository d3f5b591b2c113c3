"""Random stories of a record, replayed by the engine and by a brute-force oracle."""

import json
from datetime import timedelta
from itertools import chain, pairwise

from hypothesis import given
from hypothesis import strategies as st

from sla.calendars import read_calendar
from sla.scenario import run_scenario, write_instant
from sla.timeline import Event, EventType, Policy, readings, replay

from . import oracle
from .calendars_at_random import STRANGE, calendars

PLAIN = [
    "pending",
    "resume",
    "public_reply_by_agent",
    "public_reply_by_requester",
    "internal_note",
    "resolved",
    "reopened",
]
CHANGES = ["priority", "calendar_change"]
TURNS = st.sampled_from(CHANGES).flatmap(
    lambda change: st.sampled_from(
        [
            ["resolved", change, "reopened"],
            ["pending", change, "resume"],
            ["pending", "resolved", "reopened"],
            ["public_reply_by_agent", "public_reply_by_requester", change],
        ]
    )
)
METRICS = ["first_response", "next_response", "resolution"]


@st.composite
def stories(draw):
    """Two calendars, a policy, and what happened to a record over three days."""
    zone, moment = draw(st.sampled_from(STRANGE))
    zone_2, _ = draw(st.sampled_from([(zone, moment), *STRANGE]))
    sheets = {"a": draw(calendars(zone, moment)), "b": draw(calendars(zone_2, moment))}
    targets = st.integers(1, 2000).map(lambda n: n * 60)
    policy = {
        "targets_s": {
            priority: draw(st.fixed_dictionaries(dict.fromkeys(METRICS, targets)))
            for priority in ("P1", "P2")
        },
        "pausable": draw(st.lists(st.sampled_from(METRICS), unique=True)),
    }
    priority = st.sampled_from(["P1", "P2"])
    begin = moment - timedelta(minutes=draw(st.integers(0, 2000)))
    events = [{"at": begin, "type": "created", "priority": draw(priority)}]
    kinds = draw(st.lists(st.one_of(st.sampled_from(PLAIN + CHANGES).map(lambda k: [k]), TURNS)))
    for kind in list(chain.from_iterable(kinds))[:10]:
        event = {
            "at": events[-1]["at"] + timedelta(minutes=draw(st.integers(0, 500))),
            "type": kind,
        }
        if kind == "priority":
            event["priority"] = draw(priority)
        if kind == "calendar_change":
            event["calendar"] = draw(st.sampled_from(["a", "b"]))
            event["mode"] = draw(st.sampled_from(["recompute", "from_now"]))
        events.append(event)
    now = draw(st.sampled_from(events))["at"] + timedelta(minutes=draw(st.integers(0, 1500)))
    case = {
        "id": "x",
        "kind": "timeline",
        "calendar": "a",
        "policy": policy,
        "events": [{**event, "at": write_instant(event["at"])} for event in events],
        "now": write_instant(now),
    }
    return {"calendars": sheets, "cases": [case]}


@given(stories())
def test_a_story_reads_as_the_wall_clock_tells_it(scenario):
    case = scenario["cases"][0]
    horizon = oracle.instant(case["now"]) + timedelta(days=5)
    story = oracle.Story(scenario["calendars"], case, horizon)

    (answer,) = run_scenario(json.dumps(scenario))

    for metric in METRICS:
        expected = story.read(metric)
        found = dict(answer[metric])
        if expected["deadline"] is None and found["deadline"] is not None:
            assert found["state"] not in ("paused", "idle")
            assert oracle.instant(found["deadline"]) > horizon
            found["deadline"] = None
        assert found == expected, metric


@given(stories())
def test_an_explanation_adds_up_to_what_the_clock_says(scenario):
    case = scenario["cases"][0]
    sheets = {name: read_calendar(raw) for name, raw in scenario["calendars"].items()}
    policy = Policy(case["policy"]["targets_s"], frozenset(case["policy"]["pausable"]))
    events = [
        Event(
            oracle.instant(event["at"]),
            EventType(event["type"]),
            event.get("priority", ""),
            sheets.get(event.get("calendar")),
            event.get("mode") == "from_now",
        )
        for event in case["events"]
    ]
    now = oracle.instant(case["now"])
    clocks = [c for c in replay(policy, sheets["a"], events, now) if c.ledger]

    for clock in clocks:
        told = clock.explain(now)
        reading = told.reading
        past = [row for row in told.rows if not row.expected]
        assert past[-1].sum_s == reading.elapsed_s
        assert sum(row.used_s for row in past) == reading.elapsed_s
        assert all(a.end == b.start for a, b in pairwise(told.rows))
        at_due = [row for row in told.rows if row.end == reading.due_at and row.kind == "run"]
        if reading.due_at and (reading.finished_at is None or reading.state == "breached"):
            assert at_due[0].sum_s == reading.target_s
    assert readings(clocks, now).keys() <= set(METRICS)
