"""Reading an event log: every good row is read, every broken one is named by line and column."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.tickets.event_log import COLUMNS, LIFE, a_line, a_log
from tickets.imports import reader
from tickets.imports.reader import NotAnEventLog

LISBON = ZoneInfo("Europe/Lisbon")
UTC_ZONE = ZoneInfo("UTC")


def read(*lines: str, zone: ZoneInfo = UTC_ZONE) -> reader.Log:
    return reader.read(a_log(*lines), zone=zone)


def test_a_row_is_read_in_our_words() -> None:
    log = read(a_line(sys_updated_at="29-02-2016 13:45"))

    (row,) = log.incidents["INC0000001"]
    assert (row.state, row.channel, row.impact, row.urgency, row.priority) == (
        "new", "phone", 3, 3, 3,
    )  # fmt: skip
    assert row.opened_by == "Opened by 8"
    assert row.owner is None
    assert row.updated_at == datetime(2016, 2, 29, 13, 45, tzinfo=UTC)
    assert row.made_sla is True


def test_updates_are_put_in_the_order_they_happened() -> None:
    log = read(*reversed(LIFE))

    assert [row.update for row in log.incidents["INC0000001"]] == list(range(8))


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("sys_updated_at", "31-02-2016 10:00", "is not in the calendar"),
        ("opened_at", "2016-02-29 10:00", "such as 29-02-2016 13:45"),
        ("sys_updated_at", "?", "such as 29-02-2016"),
        ("incident_state", "-100", "is none of: New, Active"),
        ("number", "?", "has to be known"),
        ("sys_mod_count", "-1", "is not a whole number"),
        ("sys_mod_count", "²", "is not a whole number"),
        ("impact", "9 - Huge", "begin with one of: 1, 2, 3"),
        ("priority", "Moderate", "begin with one of: 1, 2, 3, 4"),
        ("made_sla", "maybe", "neither TRUE nor FALSE"),
        ("contact_type", "Pigeon", "is none of: Phone"),
        ("caller_id", "x" * 121, "at most 120 fit"),
        ("caller_id", "Caller\x007", "control character"),
    ],
)
def test_a_value_that_cannot_be_read_is_named_by_line_and_column(
    column: str, value: str, said: str
) -> None:
    log = read(a_line(), a_line(**{"number": "INC0000002", column: value}), a_line())

    (refusal,) = log.refusals
    assert (refusal.line, refusal.column) == (3, column)
    assert said in refusal.reason
    assert log.rows == 3
    assert len(log.incidents["INC0000001"]) == 2


def test_a_line_of_another_length_spoils_no_other() -> None:
    log = read(a_line(), a_line() + ",more", "a,b,c", a_line())

    assert [(one.line, one.reason) for one in log.refusals] == [
        (3, f"The line has {len(COLUMNS) + 1} fields instead of {len(COLUMNS)}."),
        (4, "The line has 3 fields instead of 28."),
    ]
    assert len(log.incidents["INC0000001"]) == 2


def test_a_quote_left_open_spoils_its_own_line_alone() -> None:
    log = read(a_line(), a_line(location='"Location 1'), a_line(location='"Location, 1"'))

    (refusal,) = log.refusals
    assert refusal.line == 3
    assert "cannot be split" in refusal.reason
    assert log.incidents["INC0000001"][1].location == "Location, 1"


def test_a_byte_that_is_no_text_refuses_its_line_at_its_column() -> None:
    content = a_log(a_line(), a_line(location="Loc#"), a_line()).replace(b"Loc#", b"Loc\xff")

    log = reader.read(content, zone=UTC_ZONE)

    (refusal,) = log.refusals
    assert (refusal.line, refusal.column) == (3, "location")
    assert len(log.incidents["INC0000001"]) == 2


def test_a_byte_order_mark_and_windows_line_ends_are_no_obstacle() -> None:
    content = b"\xef\xbb\xbf" + a_log(*LIFE).replace(b"\n", b"\r\n")

    assert len(reader.read(content, zone=UTC_ZONE).incidents["INC0000001"]) == 8


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Missing: number"),
        (b"\x7fELF\xff\xfe\x00binary", "not a CSV file in UTF-8"),
        (b"<html><body>Sign in</body></html>", "Missing: number"),
        (",".join(c for c in COLUMNS if c != "caller_id").encode(), "Missing: caller_id."),
        (",".join((*COLUMNS, "rfc")).encode(), "names a column twice: rfc"),
        (b'number,"incident_state', "not a CSV file"),
    ],
)
def test_a_file_that_is_no_event_log_is_refused_as_a_whole(content: bytes, said: str) -> None:
    with pytest.raises(NotAnEventLog) as refused:
        reader.read(content, zone=UTC_ZONE)

    assert said in str(refused.value)


def test_local_times_are_read_in_their_zone() -> None:
    log = read(a_line(sys_updated_at="01-07-2016 12:00"), zone=LISBON)

    assert log.incidents["INC0000001"][0].updated_at == datetime(2016, 7, 1, 11, 0, tzinfo=UTC)


def test_a_time_that_occurs_twice_is_taken_as_the_first_and_counted() -> None:
    log = read(a_line(sys_updated_at="30-10-2016 01:30"), zone=LISBON)

    assert log.incidents["INC0000001"][0].updated_at == datetime(2016, 10, 30, 0, 30, tzinfo=UTC)
    assert log.clock_notes == {"twice because of the clock change": 1}


def test_a_time_the_clocks_skipped_is_taken_as_that_much_later_and_counted() -> None:
    log = read(a_line(sys_updated_at="27-03-2016 01:30"), zone=LISBON)

    assert log.incidents["INC0000001"][0].updated_at == datetime(2016, 3, 27, 1, 30, tzinfo=UTC)
    assert log.clock_notes == {"skipped by the clock change": 1}
