"""Random calendars, instants and pauses, close to where time zones do strange things."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from .oracle import DAYS

STRANGE = [
    # zone, a UTC instant at which its offset changes (or a plain one)
    ("Europe/Paris", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ("Europe/Paris", datetime(2026, 10, 25, 1, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 3, 8, 7, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 11, 1, 6, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)),  # half an hour back
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),  # half an hour on
    ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),  # 30 December did not exist
    ("Pacific/Kwajalein", datetime(1993, 8, 21, 12, tzinfo=UTC)),  # nor here 21 August
    ("America/Sao_Paulo", datetime(2018, 11, 4, 3, tzinfo=UTC)),  # midnight did not exist
    ("America/Sao_Paulo", datetime(2018, 2, 18, 2, tzinfo=UTC)),  # 23:00 to 24:00 came twice
    ("Africa/Cairo", datetime(2024, 4, 25, 22, tzinfo=UTC)),  # midnight did not exist
    ("Africa/Cairo", datetime(2024, 10, 31, 21, tzinfo=UTC)),
    ("Antarctica/Troll", datetime(2026, 3, 29, 1, tzinfo=UTC)),  # two hours at once
    ("Africa/Casablanca", datetime(2026, 2, 15, 2, tzinfo=UTC)),  # winter time in Ramadan
    ("Asia/Kathmandu", datetime(2026, 12, 31, 18, 15, tzinfo=UTC)),  # midnight of a new year
    ("Pacific/Kiritimati", datetime(2027, 1, 1, 0, tzinfo=UTC)),
    ("UTC", datetime(2028, 2, 29, 0, tzinfo=UTC)),
    ("Europe/Dublin", datetime(2060, 3, 28, 1, tzinfo=UTC)),
]
HOURS = ["00:00", "00:30", "01:00", "01:30", "02:00", "02:15", "02:30", "03:00", "23:30", "24:00"]


def clock(seconds):
    text = f"{seconds // 3600:02}:{seconds % 3600 // 60:02}"
    return f"{text}:{seconds % 60:02}" if seconds % 60 else text


def times(step):
    random = st.integers(0, 86_400 // step).map(lambda n: clock(n * step))
    return st.one_of(st.sampled_from(HOURS), random)


def windows(step):
    return st.lists(st.tuples(times(step), times(step)).map(list), max_size=3)


@st.composite
def calendars(draw, zone, around, step=60):
    """A calendar in JSON values, with holidays and overrides on the days around a date."""
    day = around.date()
    dates = st.integers(-3, 3).map(lambda n: (day + timedelta(days=n)).isoformat())
    raw = {
        "tz": zone,
        "weekly": draw(st.dictionaries(st.sampled_from(DAYS), windows(step), min_size=4)),
        "holidays": draw(st.lists(st.one_of(dates, closed_parts(dates, step)), max_size=4)),
        "overrides": draw(st.dictionaries(dates, windows(step), max_size=2)),
        "always_open": draw(st.sampled_from([False, False, False, True])),
        "holidays_apply": draw(st.booleans()),
    }
    empty = ("24:00", "00:00")
    opens = [(a, b) for carried in raw["weekly"].values() for a, b in carried if a != b]
    if all(window == empty for window in opens):
        raw["weekly"]["wed"] = [["09:00", "17:30"]]
    return raw


def closed_parts(dates, step):
    ordered = st.tuples(times(step), times(step)).map(sorted)
    return st.builds(lambda d, w: {"date": d, "from": w[0], "to": w[1]}, dates, ordered)


@st.composite
def scenes(draw, step=60, reach=timedelta(days=3)):
    """A calendar, a way to draw instants near a strange moment, and pauses there."""
    zone, moment = draw(st.sampled_from(STRANGE))
    steps = int(reach.total_seconds()) // step
    instants = st.integers(-steps, steps).map(lambda n: moment + timedelta(seconds=n * step))
    ends = st.one_of(st.none(), instants) if draw(st.booleans()) else instants
    pauses = draw(st.lists(st.tuples(instants, ends), max_size=3))
    return draw(calendars(zone, moment, step)), instants, pauses, moment


def far_dates():
    return st.dates(date(2101, 1, 1), date(2500, 12, 31))
