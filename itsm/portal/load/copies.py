"""Copies whole tickets, with every row that hangs on them, straight into the tables.

The rows of a ticket that came through the real doors are read back, given new ids, numbers, people
and words, and written with COPY; the hash chain is worked out anew. Which tables belong to a ticket
is read from the models, so what an app adds tomorrow is copied too.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

from itsm.accounts.models import User
from itsm.portal.load.people import Population
from itsm.portal.load.words import Writer
from sla.models import Clock
from valuechain.records.kinds import Kind, kinds
from valuechain.records.models import Comment, Event, Record
from valuechain.records.numbers import sequence_name

BATCH = 1_000
Row = list[Any]


@dataclass
class Table:
    """One table that has rows of a ticket: its columns, and which of them point where."""

    model: type[models.Model]
    path: str  # from a row to the id of its record
    columns: list[models.Field[Any, Any]] = field(init=False)
    pk: int = field(init=False)
    people: list[int] = field(init=False)
    pointers: list[tuple[int, type[models.Model]]] = field(init=False)

    def __post_init__(self) -> None:
        self.columns = [f for f in self.model._meta.local_concrete_fields if not f.generated]
        self.pk = next(i for i, f in enumerate(self.columns) if f.primary_key)
        links = [(i, _root(f.related_model)) for i, f in enumerate(self.columns) if f.is_relation]
        self.people = [i for i, goal in links if goal is User]
        self.pointers = [(i, goal) for i, goal in links if goal is not User]

    @property
    def has_own_ids(self) -> bool:
        """Whether rows are numbered here, rather than sharing the id of their record."""
        return isinstance(self.columns[self.pk], models.AutoField)

    def index(self, name: str) -> int:
        return next(i for i, column in enumerate(self.columns) if column.name == name)

    def rows_of(self, records: Sequence[int]) -> dict[int, list[Row]]:
        """Read the rows of these records, by record id."""
        found: dict[int, list[Row]] = {}
        names = [column.attname for column in self.columns]
        rows = self.model._default_manager.filter(**{f"{self.path}__in": records}).order_by("pk")
        for owner, *row in rows.values_list(self.path, *names):
            found.setdefault(owner, []).append(row)
        return found

    def copy_in(self, rows: Iterable[Row]) -> None:
        """Write rows with COPY."""
        text = io.StringIO()
        writer = csv.writer(text)
        shapes = [_shape(column) for column in self.columns]
        for row in rows:
            writer.writerow(
                [
                    "\\N" if value is None else shape(value) if shape else value
                    for shape, value in zip(shapes, row, strict=True)
                ]
            )
        text.seek(0)
        quote = connection.ops.quote_name
        names = ", ".join(quote(str(column.column)) for column in self.columns)
        with connection.cursor() as cursor:
            cursor.copy_expert(
                f"COPY {quote(self.model._meta.db_table)} ({names})"
                " FROM STDIN WITH (FORMAT csv, NULL '\\N')",
                text,
            )


@dataclass
class Original:
    """A ticket made by the doors, as rows by table."""

    pk: int
    rows: dict[type[models.Model], list[Row]]
    kind: str
    requester: int
    organisation: int
    owner: int | None
    team: int


class Copier:
    """Copies originals any number of times."""

    def __init__(
        self, originals: Sequence[int], *, population: Population, random: Random, writer: Writer
    ) -> None:
        self.tables = list(_tables())
        self._by_model = {table.model: table for table in self.tables}
        self._population = population
        self._of_unit = population.of_unit()
        self._members = {
            team: [person.pk for person in people] for team, people in population.members.items()
        }
        self._names = {person.pk: person.name for person in population.agents}
        self._random = random
        self._writer = writer
        self.originals = list(self._read(originals))
        self.tables = [t for t in self.tables if any(o.rows.get(t.model) for o in self.originals)]

    def copy(self, wanted: Sequence[Original]) -> None:
        """Write one more ticket for each original named, in one COPY per table."""
        out: dict[type[models.Model], list[Row]] = {table.model: [] for table in self.tables}
        numbers = self._numbers(wanted)
        ids = self._ids(wanted)
        for original in wanted:
            self._one(original, ids, next(numbers[original.kind]), out)
        for table in self.tables:
            table.copy_in(out[table.model])

    def _read(self, pks: Sequence[int]) -> Iterator[Original]:
        rows = {table.model: table.rows_of(pks) for table in self.tables}
        header = self._by_model[Record]
        at = {name: header.index(name) for name in
              ("kind", "requester", "organisation", "owner", "team")}  # fmt: skip
        for pk in pks:
            (record,) = rows[Record][pk]
            yield Original(
                pk=pk,
                rows={model: found[pk] for model, found in rows.items() if pk in found},
                **{name: record[place] for name, place in at.items()},
            )

    def _one(
        self,
        original: Original,
        ids: Mapping[type[models.Model], Iterator[int]],
        number: str,
        out: dict[type[models.Model], list[Row]],
    ) -> None:
        people = self._people(original)
        moved: dict[type[models.Model], dict[int, int]] = {}
        fresh = {
            table.model: self._rows(table, original, ids, people, moved) for table in self.tables
        }
        (header,) = fresh[Record]
        title = self._writer.title()
        self._head(header, number, title)
        self._chain(header, number, title, people, moved, fresh[Event])
        for model, rows in fresh.items():
            out[model].extend(rows)

    def _rows(
        self,
        table: Table,
        original: Original,
        ids: Mapping[type[models.Model], Iterator[int]],
        people: Mapping[int, int],
        moved: dict[type[models.Model], dict[int, int]],
    ) -> list[Row]:
        """One table's rows with ids and people of their own; `moved` learns the new ids."""
        rows = [list(row) for row in original.rows.get(table.model, ())]
        if table.has_own_ids and rows:
            moved[table.model] = {row[table.pk]: next(ids[table.model]) for row in rows}
        for row in rows:
            if table.has_own_ids:
                row[table.pk] = moved[table.model][row[table.pk]]
            for place, goal in table.pointers:
                if goal in moved:
                    row[place] = moved[goal].get(row[place], row[place])
            for place in table.people:
                row[place] = people.get(row[place], row[place])
            if table.model is Comment:
                row[table.index("body")] = self._writer.message()
        return rows

    def _head(self, header: Row, number: str, title: str) -> None:
        table = self._by_model[Record]
        header[table.index("number")] = number
        header[table.index("title")] = title
        header[table.index("description")] = self._writer.message(40)

    def _chain(
        self,
        header: Row,
        number: str,
        title: str,
        people: Mapping[int, int],
        moved: Mapping[type[models.Model], Mapping[int, int]],
        events: list[Row],
    ) -> None:
        """Give the ticket's events what they say, and the hashes that bind them."""
        table = self._by_model[Event]
        names = [column.attname for column in table.columns]
        data, hashed = table.index("data"), table.index("hash")
        renamed = {
            self._names[old]: self._names[new]
            for old, new in people.items()
            if old in self._names and new in self._names
        }
        own = {"comment": moved.get(Comment, {}), "clock": moved.get(Clock, {})}
        previous = ""
        for row in events:
            row[data] = _retold(row[data], title, own, renamed)
            event = Event(**dict(zip(names, row, strict=True)))
            previous = row[hashed] = event.chained(number, previous)
        header[self._by_model[Record].index("event_hash")] = previous

    def _people(self, original: Original) -> dict[int, int]:
        """Another requester of the same unit, and another agent of the same team."""
        found = {original.requester: self._random.choice(self._of_unit[original.organisation])}
        if original.owner is not None:
            found[original.owner] = self._random.choice(self._members[original.team])
        return found

    def _numbers(self, wanted: Sequence[Original]) -> dict[str, Iterator[str]]:
        counts: dict[str, int] = {}
        for original in wanted:
            counts[original.kind] = counts.get(original.kind, 0) + 1
        return {kind: _numbers(kinds[kind], count) for kind, count in counts.items()}

    def _ids(self, wanted: Sequence[Original]) -> dict[type[models.Model], Iterator[int]]:
        found = {}
        for table in self.tables:
            count = sum(len(original.rows.get(table.model, ())) for original in wanted)
            if count and table.has_own_ids:
                found[table.model] = iter(_take(_sequence_of(table.model), count))
        return found


def _retold(
    data: Any, title: str, own: Mapping[str, Mapping[int, int]], renamed: Mapping[str, str]
) -> Any:
    """What an event says, with the copy's own title, messages, clocks and people."""
    told = {key: own[key].get(value, value) if key in own else value for key, value in data.items()}
    if "title" in told:
        told["title"] = title
    if (answers := told.get("answers")) and answers.get("owner") in renamed:
        told["answers"] = {**answers, "owner": renamed[answers["owner"]]}
    return told


def _tables() -> Iterator[Table]:
    """Yield every table whose rows hang on a record, those pointed at before those that point."""
    seen: set[type[models.Model]] = {Record}
    todo: list[tuple[type[models.Model], str]] = [(Record, "")]
    while todo:
        model, path = todo.pop(0)
        yield Table(model, path or "pk")
        for relation in model._meta.related_objects:
            child, pointer = relation.related_model, relation.field
            if child in seen or pointer.null or relation.many_to_many:
                continue
            seen.add(child)
            todo.append((child, f"{pointer.name}__{path}" if path else pointer.attname))


def _root(model: Any) -> type[models.Model]:
    """The header's model for every kind of record, a model itself for the rest."""
    return Record if issubclass(model, Record) else model


def _shape(column: models.Field[Any, Any]) -> Any:
    if isinstance(column, models.JSONField):
        return lambda value: json.dumps(value, cls=column.encoder or DjangoJSONEncoder)
    if isinstance(column, ArrayField):
        return lambda value: "{" + ",".join(json.dumps(str(item)) for item in value) + "}"
    return None


def _sequence_of(model: type[models.Model]) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_serial_sequence(%s, %s)",
            [model._meta.db_table, model._meta.pk.column],
        )
        (name,) = cursor.fetchone()
    return str(name)


def _numbers(kind: Kind, count: int) -> Iterator[str]:
    return (f"{kind.prefix}-{n}" for n in _take(sequence_name(kind), count))


def _take(sequence: str, count: int) -> range:
    """Take so many numbers of a sequence at once."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(%s::regclass, nextval(%s::regclass) + %s)",
            [sequence, sequence, count - 1],
        )
        (last,) = cursor.fetchone()
    return range(last - count + 1, last + 1)
