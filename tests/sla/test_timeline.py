"""What each event does to each clock, in stories with a round-the-clock calendar in UTC."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sla.calendars import AROUND_THE_CLOCK, read_calendar
from sla.ledger import Kind, State, derive, reached_at
from sla.timeline import Event, EventType, Policy, TimelineError, readings, replay

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
TARGETS = {
    "P1": {"first_response": 900, "resolution": 3600},
    "P3": {"first_response": 3600, "next_response": 1800, "resolution": 4 * 3600},
    "P5": {"first_response": 7200},
}
POLICY = Policy(TARGETS)
OFFICE = read_calendar({"tz": "UTC", "weekly": {"mon": [["09:00", "12:00"]]}})


def minutes(n):
    return START + timedelta(minutes=n)


def event(n, kind, **more):
    return Event(minutes(n), EventType(kind), **more)


def created(priority="P3"):
    return event(0, "created", priority=priority)


def read(metric, now, *events, policy=POLICY, calendar=AROUND_THE_CLOCK):
    clocks = replay(policy, calendar, [created(), *events], minutes(now))
    return readings(clocks, minutes(now))[metric]


def test_finished_at_the_deadline_is_met_and_a_microsecond_later_breached():
    in_time = replace(event(60, "public_reply_by_agent"))
    late = replace(in_time, at=in_time.at + timedelta(microseconds=1))

    assert read("first_response", 90, in_time).state is State.MET
    assert read("first_response", 90, late).state is State.BREACHED


def test_open_is_breached_only_after_the_deadline():
    assert read("first_response", 60).state is State.RUNNING
    assert read("first_response", 61).state is State.BREACHED
    assert read("first_response", 61).remaining_s == -60


@pytest.mark.parametrize("kind", ["internal_note", "resolved", "pending", "resume", "reopened"])
def test_only_a_public_reply_by_an_agent_stops_first_response(kind):
    assert read("first_response", 61, event(5, kind)).state is State.BREACHED


def test_a_pause_takes_the_deadline_away_and_resume_gives_it_back_later():
    pending, resume = event(60, "pending"), event(100, "resume")

    paused = read("resolution", 90, pending, resume)
    running = read("resolution", 110, pending, resume)

    assert (paused.state, paused.due_at, paused.remaining_s) == (State.PAUSED, None, 3 * 3600)
    assert (running.state, running.due_at) == (State.RUNNING, minutes(280))


def test_a_pause_after_the_deadline_leaves_the_clock_breached():
    reading = read("resolution", 500, event(300, "pending"))

    assert (reading.state, reading.due_at) == (State.BREACHED, minutes(240))
    assert reading.elapsed_s == 300 * 60


def test_a_clock_solved_while_paused_shows_the_deadline_it_would_have_had():
    reading = read("resolution", 500, event(60, "pending"), event(100, "resolved"))

    assert (reading.state, reading.due_at) == (State.MET, minutes(280))
    assert reading.elapsed_s == 3600


def test_the_time_between_resolved_and_reopened_does_not_count():
    story = event(60, "resolved"), event(160, "reopened")

    assert read("resolution", 100, *story).state is State.MET
    assert read("resolution", 200, *story).due_at == minutes(340)
    assert read("resolution", 200, *story).elapsed_s == 100 * 60


def test_after_the_reopen_window_a_second_cycle_begins_and_the_first_verdict_stays():
    policy = replace(POLICY, reopen_window_s=3600)
    story = [created(), event(300, "resolved"), event(400, "reopened")]

    clocks = [
        clock
        for clock in replay(policy, AROUND_THE_CLOCK, story, minutes(410))
        if clock.metric == "resolution"
    ]

    assert [clock.cycle for clock in clocks] == [1, 2]
    assert clocks[0].read(minutes(410)).state is State.BREACHED
    assert clocks[1].read(minutes(410)).due_at == minutes(640)


def test_a_priority_change_keeps_what_elapsed_and_the_pauses():
    story = event(10, "pending"), event(40, "resume"), event(50, "priority", priority="P1")

    assert read("resolution", 60, *story).due_at == minutes(90)
    assert read("resolution", 60, *story).elapsed_s == 1800


def test_a_finished_clock_keeps_its_verdict_when_the_priority_changes():
    story = event(30, "public_reply_by_agent"), event(40, "priority", priority="P1")

    reading = read("first_response", 60, *story)

    assert (reading.state, reading.due_at) == (State.MET, minutes(60))


def test_what_changed_while_resolved_reaches_the_clock_when_it_is_reopened():
    story = event(30, "resolved"), event(40, "priority", priority="P1"), event(50, "reopened")

    assert read("resolution", 45, *story).due_at == minutes(240)
    assert read("resolution", 55, *story).due_at == minutes(80)


def test_a_breach_that_only_the_change_made_is_marked():
    change = event(100, "priority", priority="P1")

    assert read("resolution", 101, change).breached_by_change
    assert read("resolution", 240, change).breached_by_change
    assert read("resolution", 241, change).breached_by_change, "it goes on: judged as of the change"
    assert read("resolution", 90, event(40, "priority", priority="P1")).breached_by_change is False


def test_grace_lets_no_change_breach_at_once_and_never_extends_the_old_deadline():
    policy = replace(POLICY, grace_s=1800)
    early, late = event(100, "priority", priority="P1"), event(230, "priority", priority="P1")

    held = read("resolution", 110, early, policy=policy)

    assert (held.state, held.due_at, held.remaining_s) == (State.RUNNING, minutes(130), 1200)
    assert read("resolution", 131, early, policy=policy).state is State.BREACHED
    assert read("resolution", 235, late, policy=policy).due_at == minutes(240)


def test_restart_on_upgrade_counts_from_the_upgrade_but_never_restarts_first_response():
    policy = replace(POLICY, priority_change="restart_on_upgrade")
    up = event(100, "priority", priority="P1")
    down = event(110, "priority", priority="P3")

    assert read("resolution", 120, up, policy=policy).due_at == minutes(160)
    assert read("first_response", 50, policy=policy).due_at == minutes(60)
    assert read("first_response", 120, up, policy=policy).due_at == minutes(15)
    assert read("resolution", 120, up, down, policy=policy).due_at == minutes(340)


def test_a_calendar_change_counts_anew_or_from_then_on():
    whole = event(60, "calendar_change", calendar=AROUND_THE_CLOCK)
    ahead = replace(whole, at=minutes(240), from_now=True)

    assert read("resolution", 300, whole, calendar=OFFICE).due_at == minutes(240)
    assert read("resolution", 250, ahead, calendar=OFFICE).due_at == minutes(300)


def test_next_response_runs_from_the_earliest_unanswered_message_to_the_answer():
    asked, again = event(30, "public_reply_by_requester"), event(40, "public_reply_by_requester")
    first, second = event(20, "public_reply_by_agent"), event(50, "public_reply_by_agent")

    assert read("next_response", 35, asked).state is State.IDLE
    assert read("next_response", 25, first).state is State.IDLE
    assert read("next_response", 45, first, asked, again).due_at == minutes(60)
    assert read("next_response", 70, first, asked, again, second).state is State.MET
    assert read("next_response", 61, first, asked, again).state is State.BREACHED


def test_a_metric_without_a_target_under_the_priority_in_force_is_not_shown():
    clocks = replay(
        POLICY,
        AROUND_THE_CLOCK,
        [created(), event(10, "priority", priority="P5")],
        minutes(20),
    )

    assert set(readings(clocks, minutes(20))) == {"first_response"}


@pytest.mark.parametrize(
    ("events", "reason"),
    [
        ([], "must be `created`"),
        ([event(1, "resolved")], "must be `created`"),
        ([created(), created()], "created once"),
        ([replace(created(), at=minutes(999))], "created after `now`"),
    ],
)
def test_a_story_without_one_beginning_is_refused(events, reason):
    with pytest.raises(TimelineError, match=reason):
        replay(POLICY, AROUND_THE_CLOCK, events, minutes(500))


def test_an_explanation_shows_each_interval_and_the_sum_at_the_due_instant():
    story = [created(), event(60, "pending"), event(100, "resume")]
    clock = replay(POLICY, AROUND_THE_CLOCK, story, minutes(110))[2]

    told = clock.explain(minutes(110))

    assert [(row.kind, row.cause, row.used_s, row.sum_s, row.expected) for row in told.rows] == [
        (Kind.RUN, "created", 3600, 3600, False),
        (Kind.PAUSE, "pending", 0, 3600, False),
        (Kind.RUN, "resume", 600, 4200, False),
        (Kind.RUN, "resume", 10200, 14400, True),
    ]
    assert told.rows[-1].end == told.reading.due_at == minutes(280)


def test_a_ledger_can_be_read_as_it_stood_at_any_earlier_instant():
    story = [created(), event(60, "pending"), event(100, "resume"), event(120, "resolved")]
    clock = replay(POLICY, AROUND_THE_CLOCK, story, minutes(500))[2]

    states = [derive(clock.ledger, clock.terms, minutes(n)).state for n in (-1, 30, 70, 110, 130)]

    assert states == [State.IDLE, State.RUNNING, State.PAUSED, State.RUNNING, State.MET]


def test_an_escalation_step_falls_where_its_share_of_the_target_is_used():
    story = [created(), event(60, "pending"), event(100, "resume")]
    clock = replay(POLICY, AROUND_THE_CLOCK, story, minutes(110))[2]

    half = reached_at(clock.ledger, clock.terms, minutes(110), 7200)
    paused = reached_at(clock.ledger, clock.terms, minutes(70), 7200)

    assert half == minutes(160)
    assert paused is None
