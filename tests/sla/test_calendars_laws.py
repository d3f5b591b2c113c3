"""Laws of business time, tried against a brute-force oracle with random calendars and instants."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from sla.calendars import read_calendar, to_us
from sla.calendars.spans import _kind_of_year, compile_year

from . import oracle
from .calendars_at_random import STRANGE, calendars, far_dates, scenes

MICROSECOND = timedelta(microseconds=1)
any_time = timedelta(days=40)


@given(scenes(), st.data())
def test_elapsed_counts_what_the_wall_clock_shows_open(scene, data):
    raw, instants, pauses, _ = scene
    start, end = data.draw(instants), data.draw(instants)

    assert read_calendar(raw).elapsed(start, end, pauses) == oracle.elapsed(raw, start, end, pauses)


@given(scenes(step=1, reach=timedelta(minutes=50)), st.data())
def test_elapsed_is_exact_to_the_second_around_a_change_of_offset(scene, data):
    raw, instants, pauses, _ = scene
    start, end = data.draw(instants), data.draw(instants)

    assert read_calendar(raw).elapsed(start, end, pauses) == oracle.elapsed(
        raw, start, end, pauses, step=1
    )


@given(scenes(), st.data(), st.integers(1, 3 * 1440))
def test_add_finds_the_first_minute_by_which_the_target_is_spent(scene, data, minutes):
    raw, instants, pauses, moment = scene
    start, until = data.draw(instants), moment + timedelta(days=6)
    found = read_calendar(raw).add(start, minutes * 60, pauses)

    expected = oracle.deadline(raw, start, minutes * 60, until, pauses)

    if expected is None:
        assert found is None or found > until
    else:
        assert found == expected


@given(scenes(step=1, reach=timedelta(minutes=50)), st.data(), st.integers(1, 3600))
def test_add_is_exact_to_the_second_around_a_change_of_offset(scene, data, seconds):
    raw, instants, pauses, moment = scene
    start, until = data.draw(instants), moment + timedelta(minutes=70)
    found = read_calendar(raw).add(start, seconds, pauses)

    expected = oracle.deadline(raw, start, seconds, until, pauses, step=1)

    if expected is None:
        assert found is None or found > until
    else:
        assert found == expected


@given(scenes(), st.data(), st.integers(1, 10**13))
def test_add_returns_the_earliest_instant(scene, data, budget_us):
    raw, instants, pauses, _ = scene
    calendar = read_calendar(raw)
    start = data.draw(instants) + data.draw(st.integers(0, 10**9)) * MICROSECOND
    budget = round(budget_us / 10**6, 6)

    due = calendar.add(start, budget, pauses)

    if due is not None:
        assert calendar.elapsed(start, due, pauses) == budget
        assert calendar.elapsed(start, due - MICROSECOND, pauses) < budget


@given(scenes(), st.data())
def test_elapsed_time_adds_up(scene, data):
    raw, instants, pauses, _ = scene
    calendar = read_calendar(raw)
    shift = st.timedeltas(-any_time, any_time)
    a, b, c = sorted(to_us(data.draw(instants) + data.draw(shift)) for _ in range(3))

    first, second = calendar.elapsed_us(a, b, pauses), calendar.elapsed_us(b, c, pauses)

    assert first + second == calendar.elapsed_us(a, c, pauses)
    assert 0 <= first <= b - a


@given(scenes(), st.data(), st.integers(1, 10**6), st.integers(1, 10**6))
def test_a_larger_target_is_never_due_earlier(scene, data, less, more):
    raw, instants, pauses, _ = scene
    calendar, start = read_calendar(raw), data.draw(instants)

    early = calendar.add(start, less, pauses)
    late = calendar.add(start, less + more, pauses)

    assert late is None or (early is not None and early < late)


@given(scenes(), st.data(), st.randoms())
def test_pauses_count_as_a_union(scene, data, random):
    raw, instants, pauses, _ = scene
    calendar = read_calendar(raw)
    start, end = data.draw(instants), data.draw(instants)
    pieces = list(pauses) * 2
    for since, until in pauses:
        middle = data.draw(instants)
        if until is not None and since < middle < until:
            pieces += [(since, middle), (middle, until)]
            pieces.remove((since, until))
            pieces.remove((since, until))
    random.shuffle(pieces)

    assert calendar.elapsed(start, end, pieces) == calendar.elapsed(start, end, pauses)
    assert calendar.add(start, 5000, pieces) == calendar.add(start, 5000, pauses)


@given(scenes(reach=timedelta(days=2)), st.data())
def test_open_and_the_next_change_agree_with_the_wall_clock(scene, data):
    raw, instants, _, moment = scene
    calendar, wall = read_calendar(raw), oracle.WallClock(raw)
    at, until = data.draw(instants), moment + timedelta(days=3)
    state = wall.is_open(at)
    change = at + timedelta(minutes=1)
    while change < until and wall.is_open(change) == state:
        change += timedelta(minutes=1)

    found = calendar.next_change(at)

    assert calendar.is_open(at) == state
    if change < until:
        assert found == change
    else:
        assert found is None or found >= until


@given(st.sampled_from(sorted({zone for zone, _ in STRANGE})), far_dates(), st.data())
def test_far_years_of_one_kind_are_alike(zone, day, data):
    raw = data.draw(calendars(zone, STRANGE[0][1]))
    hours = read_calendar(raw).hours
    kind = _kind_of_year(day.year)
    twin = next(y for y in range(2100, 2500) if _kind_of_year(y) == kind)

    assert compile_year(zone, hours, day.year) == compile_year(zone, hours, twin)
