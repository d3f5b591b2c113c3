"""Business time in examples a desk manager can check on a wall calendar."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from sla.calendars import TEN_YEARS_S, CalendarError, read_calendar, read_instant

OFFICE = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
NIGHTS = {day: [["22:00", "06:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
HOUR = 3600


def at(text):
    return datetime.fromisoformat(text)


def calendar(tz="Europe/Paris", weekly=OFFICE, **more):
    return read_calendar({"tz": tz, "weekly": weekly, **more})


def hours(cal, start, end):
    return cal.elapsed(at(start), at(end)) / HOUR


def test_a_budget_spent_exactly_at_closing_time_is_due_at_closing_time():
    assert calendar().add(at("2026-11-23T09:00+01:00"), 8 * HOUR) == at("2026-11-23T17:00+01:00")


def test_one_more_second_is_due_after_the_next_opening():
    due = calendar().add(at("2026-11-23T09:00+01:00"), 8 * HOUR + 1)

    assert due == at("2026-11-24T09:00:01+01:00")


def test_a_start_outside_hours_waits_for_the_next_opening():
    assert calendar().add(at("2026-11-21T12:00+01:00"), HOUR) == at("2026-11-23T10:00+01:00")


def test_a_lunch_break_and_overlapping_windows_count_as_a_union():
    cal = calendar(weekly={"mon": [["13:00", "17:00"], ["09:00", "12:00"], ["11:00", "12:30"]]})

    assert hours(cal, "2026-11-23T00:00+01:00", "2026-11-24T00:00+01:00") == 7.5


def test_the_skipped_hour_never_counts_and_the_repeated_hour_counts_twice():
    cal = calendar(weekly={"sun": [["00:00", "24:00"]]})

    assert hours(cal, "2026-03-29T00:00+01:00", "2026-03-30T00:00+02:00") == 23
    assert hours(cal, "2026-10-25T00:00+02:00", "2026-10-26T00:00+01:00") == 25


def test_a_window_inside_the_skipped_hour_does_not_open_that_day():
    cal = calendar(weekly={"sun": [["02:10", "02:50"]]})

    assert hours(cal, "2026-03-29T00:00+01:00", "2026-03-30T00:00+02:00") == 0
    assert hours(cal, "2026-10-25T00:00+02:00", "2026-10-26T00:00+01:00") == pytest.approx(4 / 3)


def test_a_date_that_did_not_exist_is_not_counted():
    cal = calendar(tz="Pacific/Apia", always_open=True)
    fridays = calendar(tz="Pacific/Apia", weekly={"fri": [["00:00", "24:00"]]})

    assert hours(cal, "2011-12-29T00:00-10:00", "2012-01-01T00:00+14:00") == 48
    assert hours(fridays, "2011-12-25T00:00Z", "2012-01-01T00:00Z") == 0


def test_an_overnight_window_belongs_to_the_day_that_carries_it():
    cal = calendar(weekly={"fri": [["22:00", "06:00"]]})

    assert cal.is_open(at("2026-11-28T05:59:59+01:00"))
    assert not cal.is_open(at("2026-11-28T06:00+01:00"))
    assert not cal.is_open(at("2026-11-27T05:00+01:00"))


def test_a_holiday_closes_the_tail_from_the_day_before_and_the_windows_it_carries():
    cal = calendar(weekly=NIGHTS, holidays=["2026-11-24"])

    assert hours(cal, "2026-11-23T22:00+01:00", "2026-11-24T06:00+01:00") == 2
    assert hours(cal, "2026-11-24T22:00+01:00", "2026-11-25T06:00+01:00") == 0


def test_an_override_replaces_what_its_date_carries_and_leaves_the_tail_from_the_day_before():
    cal = calendar(weekly=NIGHTS, overrides={"2026-11-24": [["12:00", "13:00"]]})

    assert hours(cal, "2026-11-24T00:00+01:00", "2026-11-25T00:00+01:00") == 7
    assert hours(cal, "2026-11-25T00:00+01:00", "2026-11-25T12:00+01:00") == 0


@pytest.mark.parametrize(
    "holiday", ["2026-11-24", {"date": "2026-11-24", "from": "00:00", "to": "24:00"}]
)
def test_an_override_wins_over_a_holiday_whole_or_in_part(holiday):
    cal = calendar(
        weekly=NIGHTS, holidays=[holiday], overrides={"2026-11-24": [["12:00", "13:00"]]}
    )

    assert hours(cal, "2026-11-24T00:00+01:00", "2026-11-25T00:00+01:00") == 7


def test_a_part_of_a_holiday_closes_that_part_of_its_date_tails_included():
    part = {"date": "2026-11-24", "from": "05:00", "to": "23:00"}
    cal = calendar(weekly=NIGHTS, holidays=[part])

    assert hours(cal, "2026-11-24T00:00+01:00", "2026-11-25T00:00+01:00") == 6
    assert hours(cal, "2026-11-25T00:00+01:00", "2026-11-25T12:00+01:00") == 6


def test_round_the_clock_obeys_holidays_only_when_told_to():
    day = ("2026-12-25T00:00+01:00", "2026-12-26T00:00+01:00")
    deaf = calendar(always_open=True, holidays=["2026-12-25"])
    obedient = calendar(always_open=True, holidays=["2026-12-25"], holidays_apply=True)

    assert hours(deaf, *day) == 24
    assert hours(obedient, *day) == 0
    assert deaf.next_change(at(day[0])) is None
    assert obedient.next_change(at("2026-11-01T00:00Z")) == at(day[0])
    assert obedient.next_change(at(day[0])) == at(day[1])


def test_a_week_open_all_day_every_day_never_changes():
    week = {d: [["00:00", "24:00"]] for d in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}

    assert calendar(weekly=week).next_change(at("2026-12-31T23:59:59Z")) is None


def test_the_next_change_crosses_midnight_and_the_new_year():
    cal = calendar(tz="UTC", weekly={"thu": [["22:00", "24:00"]], "fri": [["00:00", "02:00"]]})

    assert cal.next_change(at("2026-12-31T23:00Z")) == at("2027-01-01T02:00Z")
    assert cal.next_change(at("2027-01-01T02:00Z")) == at("2027-01-07T22:00Z")


def test_there_is_no_deadline_while_a_pause_lasts():
    start, pause = at("2026-11-23T09:00+01:00"), at("2026-11-23T10:00+01:00")

    assert calendar().add(start, 2 * HOUR, [(pause, None)]) is None
    assert calendar().add(start, HOUR, [(pause, None)]) == pause


def test_an_interval_that_runs_backwards_is_empty():
    assert calendar().elapsed(at("2026-11-24T12:00Z"), at("2026-11-23T12:00Z")) == 0


def test_a_ten_year_target_is_found_fast_once_and_at_once_afterwards():
    cal = calendar(weekly={"mon": [["09:00", "10:00"]]})
    begun = time.perf_counter()
    cal.add(at("2026-11-23T09:00Z"), TEN_YEARS_S)
    first = time.perf_counter() - begun

    begun = time.perf_counter()
    due = calendar(weekly={"mon": [["09:00", "10:00"]]}).add(at("2026-11-23T09:00Z"), TEN_YEARS_S)
    second = time.perf_counter() - begun

    # 87,600 Mondays of one hour; the last is in summer time, so that 10:00 is 08:00 in UTC.
    last_monday = datetime(2026, 11, 30, 8, tzinfo=UTC) + timedelta(weeks=10 * 365 * 24 - 1)
    assert due == last_monday
    assert first < 2
    assert second < 0.05


def test_fractions_of_a_second_are_exact():
    cal = calendar(tz="UTC", always_open=True)
    start = at("2026-01-01T00:00:00.100001Z")

    assert cal.elapsed(start, start + timedelta(days=3000, microseconds=3)) == 259200000.000003
    assert cal.add(start, 0.3) == at("2026-01-01T00:00:00.400001Z")


@pytest.mark.parametrize(
    ("wrong", "place", "reason"),
    [
        ({"tz": "Europe/Pariss"}, "tz", "known time zone"),
        ({"tz": "../etc/passwd"}, "tz", "known time zone"),
        ({"tz": None}, "tz", "needs a time zone"),
        ({"weekly": {"funday": []}}, "weekly.funday", "not a weekday"),
        ({"weekly": {"mon": [["09:00", "25:00"]]}}, "weekly.mon[0]", "between 00:00 and 24:00"),
        ({"weekly": {"mon": [["09:00", "24:00:01"]]}}, "weekly.mon[0]", "between 00:00"),
        ({"weekly": {"mon": [["09:60", "10:00"]]}}, "weekly.mon[0]", "between 00:00"),
        ({"weekly": {"mon": [["9:00", "10:00"]]}}, "weekly.mon[0]", "not a time such as"),
        ({"weekly": {"mon": [["09:00"]]}}, "weekly.mon[0]", "from and to"),
        ({"weekly": {"mon": "09:00"}}, "weekly.mon", "a list"),
        ({"weekly": {}}, "weekly", "no open second"),
        ({"weekly": {"mon": [["09:00", "09:00"]]}}, "weekly", "no open second"),
        ({"weekly": {"mon": [["24:00", "00:00"]]}}, "weekly", "no open second"),
        ({"holidays": ["2026-02-30"]}, "holidays[0]", "does not exist"),
        ({"holidays": ["25.12.2026"]}, "holidays[0]", "not a date"),
        ({"holidays": [{"date": "2026-12-24", "from": "12:00"}]}, "holidays[0]", "not a time"),
        (
            {"holidays": [{"date": "2026-12-24", "from": "12:00", "to": "06:00"}]},
            "holidays[0]",
            "its own date",
        ),
        ({"overrides": {"2026-13-01": []}}, "overrides.2026-13-01", "does not exist"),
        (
            {"overrides": {"2026-12-24": [["x", "y"]]}},
            "overrides.2026-12-24[0]",
            "not a time such as",
        ),
        ({"always_open": "yes"}, "always_open", "neither true nor false"),
        ({"weekley": {}}, "weekley", "not known"),
    ],
)
def test_a_calendar_that_cannot_be_used_is_refused_with_reason_and_place(wrong, place, reason):
    with pytest.raises(CalendarError) as refused:
        read_calendar({"tz": "Europe/Paris", "weekly": OFFICE, **wrong})

    assert refused.value.place == place
    assert reason in refused.value.message


@pytest.mark.parametrize("seconds", [0, -1, TEN_YEARS_S + 1, float("nan"), True, "60", None])
def test_a_target_of_zero_below_or_over_ten_years_is_refused(seconds):
    with pytest.raises(CalendarError) as refused:
        calendar().add(at("2026-11-23T09:00Z"), seconds)

    assert refused.value.place == "target_s"


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(CalendarError, match="needs a time zone"):
        calendar().is_open(datetime(2026, 11, 23, 9))  # noqa: DTZ001 - the very mistake


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-11-23T09:00:00", "no time zone"),
        ("2026-02-30T09:00:00Z", "does not exist"),
        ("2026-11-23T25:00:00Z", "time that exists"),
        ("2026-11-23T09:00:00+2", "neither Z nor"),
        ("0001-01-01T00:00:00+14:00", "time that exists"),
        ("yesterday", "not an instant"),
        (17, "an instant is a text"),
    ],
)
def test_an_instant_that_cannot_be_read_is_refused(text, reason):
    with pytest.raises(CalendarError, match=reason):
        read_instant(text, "at")


def test_instants_are_read_with_z_or_an_offset():
    assert read_instant("2026-11-23T09:00:00.25+05:45", "at") == at("2026-11-23T03:15:00.25Z")
    assert read_instant("2026-11-23t09:00:00z", "at") == at("2026-11-23T09:00Z")


def test_calendars_of_equal_content_are_equal_and_share_what_is_compiled():
    one = calendar(weekly={"mon": [["09:00", "10:00"], ["11:00", "12:00"]]})
    two = calendar(weekly={"mon": [["11:00", "12:00"], ["09:00", "10:00"]]})

    assert one == two
    assert one.open_time is two.open_time
