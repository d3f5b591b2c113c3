"""Counts what an import did, and says it in a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import Count, QuerySet

from itsm.accounts.models import Team, User
from tickets.imports.directory import SOURCE
from tickets.imports.reader import Log, Refusal
from valuechain.records.models import Event, Link, Record


@dataclass
class Tally:
    """What happened so far, by outcome; `verdicts` holds the source's own word per ticket id."""

    outcomes: Counter[str] = field(default_factory=Counter)
    moves: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    refusals: list[Refusal] = field(default_factory=list)
    verdicts: dict[int, bool] = field(default_factory=dict)


def totals() -> list[tuple[str, int]]:
    """Count all that the source gave us and is here now; the same after every further run."""
    records = Record.objects.filter(external_source=SOURCE)
    by_kind = dict(records.values_list("kind").annotate(Count("pk")).order_by("kind"))
    by_state = records.filter(kind="incident").values_list("state").annotate(Count("pk"))
    return [
        ("people", User.objects.filter(external_source=SOURCE).count()),
        ("teams", Team.objects.filter(external_source=SOURCE).count()),
        *((f"records: {kind}", count) for kind, count in by_kind.items()),
        *((f"incidents {state}", count) for state, count in by_state.order_by("state")),
        # What clocks tell of them comes from the workers, at a time of their own.
        (
            "events",
            Event.objects.filter(record__external_source=SOURCE)
            .exclude(verb__startswith="clock.")
            .count(),
        ),
        ("links", _links().count()),
    ]


def _links() -> QuerySet[Link]:
    """Links among what came from the source; others may tie it to records of our own."""
    return Link.objects.filter(source__external_source=SOURCE, target__external_source=SOURCE)


def lines(log: Log, tally: Tally) -> Iterator[str]:
    """Yield the report of one run, line by line."""
    refusals = sorted([*log.refusals, *tally.refusals], key=lambda one: (one.line, one.column))
    yield f"Read {log.rows} rows of {len(log.incidents)} incidents; refused {len(refusals)} rows."
    yield from _table("Incidents", tally.outcomes.items())
    yield from _table("Moves", sorted(tally.moves.items()))
    notes = {**tally.notes, **{f"times {note}": n for note, n in log.clock_notes.items()}}
    yield from _table("Notes", sorted(notes.items()))
    if refusals:
        yield ""
        yield "Refused rows"
        yield from (f"  line {one.line}, column {one.column}: {one.reason}" for one in refusals)
    yield from _table("In the database from this source", totals())


def _table(title: str, rows: Iterable[tuple[str, int]]) -> Iterator[str]:
    rows = list(rows)
    if not rows:
        return
    width = max(len(name) for name, _count in rows)
    yield ""
    yield title
    yield from (f"  {name:<{width}}  {count:>7}" for name, count in rows)
