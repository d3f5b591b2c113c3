"""Scenario files: the exact answers, and what is said about bad input."""

import io
import json

import pytest
from django.core.management.base import CommandError

from sla.management.commands.sla_simulate import Command
from sla.scenario import ScenarioError, run_scenario

CALENDARS = {
    "office": {"tz": "Europe/Paris", "weekly": {"mon": [["09:00", "17:00"]]}},
    "broken": {"tz": "Europe/Paris", "weekly": {"mon": [["09:00", "25:00"]]}},
}
POLICY = {"targets_s": {"P1": {"first_response": 900, "resolution": 14400}}}
CREATED = {"at": "2026-11-23T09:00:00+01:00", "type": "created", "priority": "P1"}


def ask(**case):
    text = json.dumps(
        {"calendars": CALENDARS, "cases": [{"id": "q", "calendar": "office", **case}]}
    )
    (answer,) = run_scenario(text)
    return answer


def timeline(*events, **more):
    fields = {"policy": POLICY, "now": "2026-11-23T10:00:00+01:00", **more}
    return ask(kind="timeline", events=[CREATED, *events], **fields)


def test_add_answers_with_a_deadline_in_utc():
    answer = ask(kind="add", start="2026-11-23T09:00:00+01:00", target_s=3600, pauses=[])

    assert answer == {"id": "q", "deadline": "2026-11-23T09:00:00Z"}


def test_add_keeps_a_fraction_and_answers_null_while_paused():
    start = "2026-11-23T09:00:00.500+01:00"
    pause = {"from": "2026-11-23T09:10:00+01:00", "to": None}

    assert ask(kind="add", start=start, target_s=60)["deadline"] == "2026-11-23T08:01:00.5Z"
    assert ask(kind="add", start=start, target_s=3600, pauses=[pause])["deadline"] is None


def test_between_answers_whole_seconds_as_integers():
    whole = ask(kind="between", **{"from": "2026-11-23T08:00:00Z", "to": "2026-11-23T08:00:09Z"})
    part = ask(kind="between", **{"from": "2026-11-23T08:00:00Z", "to": "2026-11-23T08:00:00.5Z"})

    assert json.dumps(whole) == '{"id": "q", "elapsed_s": 9}'
    assert part["elapsed_s"] == 0.5


def test_is_open_answers_yes_or_no():
    assert ask(kind="is_open", at="2026-11-23T15:59:59Z") == {"id": "q", "open": True}
    assert ask(kind="is_open", at="2026-11-23T16:00:00Z") == {"id": "q", "open": False}


def test_timeline_answers_for_each_metric_of_the_policy():
    reply = {"at": "2026-11-23T09:20:00+01:00", "type": "public_reply_by_agent"}
    pending = {"at": "2026-11-23T09:30:00+01:00", "type": "pending"}

    assert timeline(reply, pending) == {
        "id": "q",
        "first_response": {
            "state": "breached",
            "deadline": "2026-11-23T08:15:00Z",
            "elapsed_s": 1200,
            "remaining_s": -300,
        },
        "resolution": {
            "state": "paused",
            "deadline": None,
            "elapsed_s": 1800,
            "remaining_s": 12600,
        },
    }


@pytest.mark.parametrize(
    ("case", "place"),
    [
        ({"kind": "guess"}, "kind"),
        ({}, "kind"),
        ({"kind": "is_open", "calendar": "broken"}, "calendars.broken.weekly.mon[0]"),
        ({"kind": "is_open", "calendar": "none"}, "calendar"),
        ({"kind": "is_open"}, "at"),
        ({"kind": "is_open", "at": "2026-11-23T16:00:00"}, "at"),
        ({"kind": "add", "start": "2026-11-23T16:00:00Z", "target_s": 0}, "target_s"),
        ({"kind": "add", "start": "2026-11-23T16:00:00Z"}, "target_s"),
        (
            {
                "kind": "add",
                "start": "2026-11-23T16:00:00Z",
                "target_s": 9,
                "pauses": [{"from": "x"}],
            },
            "pauses[0].from",
        ),
    ],
)
def test_a_bad_case_is_answered_with_its_reason_and_place(case, place):
    answer = ask(**case)

    assert (answer["id"], answer["valid"]) == ("q", False)
    assert answer["error"].startswith(place + ": ")


@pytest.mark.parametrize(
    ("event", "place"),
    [
        ({"type": "teleported", "at": "2026-11-23T09:00:00Z"}, "events[1].type"),
        ({"type": "pending"}, "events[1].at"),
        (
            {"type": "priority", "at": "2026-11-23T09:00:00Z", "priority": "P9"},
            "events[1].priority",
        ),
        (
            {"type": "calendar_change", "at": "2026-11-23T09:00:00Z", "calendar": "office"},
            "events[1].mode",
        ),
        (
            {"type": "calendar_change", "at": "2026-11-23T09:00:00Z", "calendar": "broken"},
            "calendars.broken.weekly.mon[0]",
        ),
    ],
)
def test_a_bad_event_is_answered_with_its_reason_and_place(event, place):
    answer = timeline(event)

    assert answer["valid"] is False
    assert answer["error"].startswith(place + ": ")


def test_a_bad_policy_is_answered_with_its_reason_and_place():
    zero = {"targets_s": {"P1": {"resolution": 0}}}

    assert timeline(policy=zero)["error"].startswith("policy.targets_s.P1.resolution: ")
    assert timeline(policy={**POLICY, "pausable": ["lunch"]})["error"].startswith(
        "policy.pausable[0]: "
    )


def test_a_broken_calendar_spoils_only_the_cases_that_use_it():
    case = {"kind": "is_open", "at": "2026-11-23T12:00:00Z"}
    cases = [{"id": n, "calendar": name, **case} for n, name in enumerate(["broken", "office"])]

    answers = list(run_scenario(json.dumps({"calendars": CALENDARS, "cases": cases})))

    assert [answer.get("valid", True) for answer in answers] == [False, True]


def test_a_case_that_is_no_object_or_has_no_id_is_answered_in_its_place():
    answers = list(run_scenario(json.dumps({"cases": [3, {"kind": "add"}]})))

    assert [answer["id"] for answer in answers] == [None, None]
    assert not any(answer["valid"] for answer in answers)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"cases": {}}', "[" * 100_000])
def test_a_file_that_is_no_scenario_is_refused_as_a_whole(text):
    with pytest.raises(ScenarioError):
        list(run_scenario(text))


def test_the_command_prints_one_line_a_case_and_notes_unknown_fields_on_the_side(tmp_path):
    case = {"kind": "is_open", "calendar": "office", "at": "2026-11-23T12:00:00Z"}
    cases = [{"id": 1, **case}, {"id": 2, "colour": "red", **case}]
    file = tmp_path / "scenario.json"
    file.write_text(json.dumps({"calendars": CALENDARS, "cases": cases}))
    out, err = io.StringIO(), io.StringIO()

    Command(stdout=out, stderr=err, no_color=True).handle(file=str(file))

    assert out.getvalue() == '{"id": 1, "open": true}\n{"id": 2, "open": true}\n'
    assert "cases[1].colour" in err.getvalue()


def test_the_command_says_so_when_the_file_is_not_there_or_not_json(tmp_path):
    file = tmp_path / "scenario.json"
    file.write_text("not json")

    with pytest.raises(CommandError, match="not JSON"):
        Command().handle(file=str(file))
    with pytest.raises(CommandError, match="cannot be read"):
        Command().handle(file=str(tmp_path / "none.json"))
