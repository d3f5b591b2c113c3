"""Reads an incident event log: one CSV line per update of an incident, in words or refused by place.

Pure text work: nothing here knows the database. A line is one row, so that a quote somebody forgot
to close spoils its own line and no other.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

#: The source's word for what it does not know.
UNKNOWN = "?"

#: The source's states in the words of our machine.
STATES = {
    "New": "new",
    "Active": "in_progress",
    "Awaiting User Info": "waiting_customer",
    "Awaiting Evidence": "waiting_customer",
    "Awaiting Vendor": "waiting_supplier",
    "Awaiting Problem": "waiting_change",
    "Resolved": "resolved",
    "Closed": "closed",
}
#: Three degrees there, four here: the middle ones are those that give the same priority.
IMPACTS = {1: 2, 2: 3, 3: 4}
URGENCIES = {1: 1, 2: 3, 3: 4}
CHANNELS = {
    "Phone": "phone",
    "Email": "email",
    "Self service": "portal",
    "Self-service": "portal",
    "IVR": "phone",
    "Direct opening": "walk_in",
    "Walk-in": "walk_in",
    "Monitoring": "monitoring",
    UNKNOWN: "phone",
}


class NotAnEventLog(ValueError):  # noqa: N818 - it names what was found
    """The file as a whole cannot be read; nothing was taken from it."""


class Refused(ValueError):  # noqa: N818 - it names what happened
    """One value cannot be read."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was left out: where, and what to mend."""

    line: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class Row:
    """One update of one incident. Instants are in UTC; None is what the source does not know."""

    line: int
    number: str
    state: str
    state_words: str
    update: int
    updated_at: datetime
    updated_by: str | None
    opened_at: datetime
    opened_by: str | None
    caller: str | None
    channel: str
    location: str | None
    category: str | None
    subcategory: str | None
    symptom: str | None
    configuration_item: str | None
    impact: int | None
    urgency: int | None
    priority: int | None
    priority_words: str | None
    team: str | None
    owner: str | None
    problem: str | None
    change: str | None
    caused_by: str | None
    closed_code: str | None
    resolved_by: str | None
    made_sla: bool | None

    @property
    def order(self) -> tuple[int, datetime, int]:
        """Where this update belongs in the life of its incident."""
        return (self.update, self.updated_at, self.line)


@dataclass
class Log:
    """What was read: the rows of each incident in the order they happened, and what was refused.

    `clock_notes` counts local times that occur twice or never because the clocks were changed.
    """

    rows: int = 0
    incidents: dict[str, list[Row]] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    clock_notes: dict[str, int] = field(default_factory=dict)


def read(content: bytes, *, zone: ZoneInfo) -> Log:
    """Read a whole file whose local times are those of `zone`.

    Raises NotAnEventLog when the header is not that of an incident event log.
    """
    lines = re.split(b"\r\n|\n|\r", content.removeprefix(b"\xef\xbb\xbf"))
    header = _header(lines[0])
    log = Log()
    for line, raw in enumerate(lines[1:], start=2):
        if not raw.strip():
            continue
        log.rows += 1
        try:
            row = _Values(line, _split(raw, header), log.clock_notes, zone).row()
        except _AtColumn as refused:
            log.refusals.append(Refusal(line, refused.column, str(refused)))
        else:
            log.incidents.setdefault(row.number, []).append(row)
    for rows in log.incidents.values():
        rows.sort(key=lambda row: row.order)
    return log


COLUMNS = (
    "number", "incident_state", "sys_mod_count", "made_sla", "caller_id", "opened_by", "opened_at",
    "sys_updated_by", "sys_updated_at", "contact_type", "location", "category", "subcategory",
    "u_symptom", "cmdb_ci", "impact", "urgency", "priority", "assignment_group", "assigned_to",
    "problem_id", "rfc", "caused_by", "closed_code", "resolved_by",
)  # fmt: skip


class _AtColumn(ValueError):  # noqa: N818 - internal to this file
    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column


def _header(raw: bytes) -> list[str]:
    try:
        text = raw.decode()
        names = next(csv.reader([text], strict=True), [])
    except (UnicodeDecodeError, csv.Error):
        raise NotAnEventLog(
            "This is not a CSV file in UTF-8: its first line cannot be read."
        ) from None
    names = [name.strip() for name in names]
    if missing := [name for name in COLUMNS if name not in names]:
        raise NotAnEventLog(
            "The first line has to name the columns of an incident event log, separated by commas. "
            f"Missing: {', '.join(missing)}."
        )
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        raise NotAnEventLog(f"The first line names a column twice: {', '.join(doubled)}.")
    return names


def _split(raw: bytes, header: Sequence[str]) -> dict[str, str]:
    try:
        text = raw.decode()
    except UnicodeDecodeError as problem:
        # Only up to the broken byte can be counted in columns.
        place = raw[: problem.start].count(b",")
        raise _AtColumn(
            header[min(place, len(header) - 1)],
            f"Byte {problem.start + 1} of the line is not UTF-8.",
        ) from None
    try:
        values = next(csv.reader([text], strict=True))
    except csv.Error as problem:
        raise _AtColumn(
            header[min(text.count(","), len(header) - 1)],
            f"The line cannot be split into fields ({problem}).",
        ) from None
    if len(values) != len(header):
        raise _AtColumn(
            header[min(len(values), len(header) - 1)],
            f"The line has {len(values)} fields instead of {len(header)}.",
        )
    return dict(zip(header, values, strict=True))


@dataclass
class _Values:
    """The fields of one line, read one by one; the first that cannot be read refuses the line."""

    line: int
    fields: dict[str, str]
    clock_notes: dict[str, int]
    zone: ZoneInfo

    def row(self) -> Row:
        return Row(
            line=self.line,
            number=self._read("number", _word),
            state=self._read("incident_state", _state),
            state_words=self._read("incident_state", _word),
            update=self._read("sys_mod_count", _count),
            updated_at=self._read("sys_updated_at", self._instant),
            updated_by=self._read("sys_updated_by", _word_or_none),
            opened_at=self._read("opened_at", self._instant),
            opened_by=self._read("opened_by", _word_or_none),
            caller=self._read("caller_id", _word_or_none),
            channel=self._read("contact_type", _channel),
            location=self._read("location", _word_or_none),
            category=self._read("category", _word_or_none),
            subcategory=self._read("subcategory", _word_or_none),
            symptom=self._read("u_symptom", _word_or_none),
            configuration_item=self._read("cmdb_ci", _word_or_none),
            impact=self._read("impact", _degree(IMPACTS)),
            urgency=self._read("urgency", _degree(URGENCIES)),
            priority=self._read("priority", _degree({1: 1, 2: 2, 3: 3, 4: 4})),
            priority_words=self._read("priority", _word_or_none),
            team=self._read("assignment_group", _word_or_none),
            owner=self._read("assigned_to", _word_or_none),
            problem=self._read("problem_id", _word_or_none),
            change=self._read("rfc", _word_or_none),
            caused_by=self._read("caused_by", _word_or_none),
            closed_code=self._read("closed_code", _word_or_none),
            resolved_by=self._read("resolved_by", _word_or_none),
            made_sla=self._read("made_sla", _verdict),
        )

    def _read(self, column: str, reader: Callable[[str], Any]) -> Any:
        value = " ".join(self.fields[column].split())
        if len(value) > 120:
            raise _AtColumn(column, f"{len(value)} characters; at most 120 fit.")
        if not value.isprintable():
            raise _AtColumn(column, "There is a control character in it.")
        try:
            return reader(value)
        except Refused as refused:
            raise _AtColumn(column, str(refused)) from None

    def _instant(self, value: str) -> datetime:
        """Read a wall-clock time of the zone.

        One that occurs twice is taken as the first; one that the clocks skipped as that much later.
        """
        if not re.fullmatch(r"\d{2}-\d{2}-\d{4} \d{2}:\d{2}", value):
            raise Refused(f"“{value}” is not a date and time such as 29-02-2016 13:45.")
        try:
            wall = datetime.strptime(value, "%d-%m-%Y %H:%M")  # noqa: DTZ007 - the zone follows
        except ValueError:
            raise Refused(f"“{value}” is not in the calendar.") from None
        first, second = wall.replace(tzinfo=self.zone), wall.replace(tzinfo=self.zone, fold=1)
        instant = first.astimezone(UTC)
        if first.utcoffset() != second.utcoffset():
            skipped = instant.astimezone(self.zone).replace(tzinfo=None) != wall
            note = "skipped by the clock change" if skipped else "twice because of the clock change"
            self.clock_notes[note] = self.clock_notes.get(note, 0) + 1
        return instant


def _word(value: str) -> str:
    if value in ("", UNKNOWN):
        raise Refused("This has to be known.")
    return value


def _word_or_none(value: str) -> str | None:
    return None if value in ("", UNKNOWN) else value


def _state(value: str) -> str:
    try:
        return STATES[value]
    except KeyError:
        raise Refused(f"“{value}” is none of: {', '.join(STATES)}.") from None


def _channel(value: str) -> str:
    try:
        return CHANNELS[value or UNKNOWN]
    except KeyError:
        raise Refused(f"“{value}” is none of: {', '.join(CHANNELS)}.") from None


def _count(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise Refused(f"“{value}” is not a whole number.")
    return int(value)


def _degree(known: dict[int, int]) -> Callable[[str], int | None]:
    def read_degree(value: str) -> int | None:
        if value in ("", UNKNOWN):
            return None
        number, _dash, _label = value.partition(" - ")
        if not number.isdigit() or int(number) not in known:
            raise Refused(f"“{value}” does not begin with one of: {', '.join(map(str, known))}.")
        return known[int(number)]

    return read_degree


def _verdict(value: str) -> bool | None:
    if value in ("", UNKNOWN):
        return None
    if value.upper() not in ("TRUE", "FALSE"):
        raise Refused(f"“{value}” is neither TRUE nor FALSE.")
    return value.upper() == "TRUE"
