"""Statements of every request, put into SQL once.

Django writes the SQL of a queryset anew each time it is read; for a small statement that takes longer
than its answer. A `Statement` is built from `Given` values at its first use, and filled in ever after:

    _by_prefix = Statement(lambda: Token.objects.filter(prefix=Given("prefix")))
    tokens = _by_prefix(prefix="thr_4711")

What the statement is built of beside its given values has to be constants, or the `shape` it is asked
for: one text of SQL is kept for each shape.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Expression, Model, QuerySet
from django.db.models.query import get_related_populators

#: Where a value goes in what Django writes; a percent sign of the text itself is doubled.
_PLACE = re.compile(r"(?<!%)%s")


class Given(Expression):
    """A value that is filled in when the statement is run; for `__in`, a tuple of them."""

    def __init__(self, name: str) -> None:
        """Stand for the value of this name."""
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """Leave room for the value, and itself among the parameters to be found again."""
        del compiler, connection
        return "%s", [self]


class Text:
    """SQL as Django wrote it, with room for values."""

    def __init__(self, sql: str, params: Iterable[Any]) -> None:
        """Keep the text before, between and after the places of the parameters."""
        self._between = _PLACE.split(sql)
        self._params = tuple(params)

    def filled(self, given: Mapping[str, Any]) -> tuple[str, list[Any]]:
        """Return the text and its parameters for these values."""
        sql, params = [self._between[0]], list[Any]()
        for one, text in zip(self._params, self._between[1:], strict=True):
            value = given[one.name] if isinstance(one, Given) else one
            if isinstance(value, tuple):
                # Nothing is among no values.
                sql.append(", ".join(["%s"] * len(value)) or "NULL")
                params += value
            else:
                sql.append("%s")
                params.append(value)
            sql.append(text)
        return "".join(sql), params


class Statement:
    """A queryset put into SQL once for each shape, and read with other values each time."""

    def __init__(self, build: Callable[..., QuerySet[Any]]) -> None:
        """Keep how the queryset is built: from its shape, and `Given` values."""
        self._build = build
        self._written: dict[tuple[Hashable, ...], _Written] = {}

    def __call__(self, *shape: Hashable, **given: Any) -> list[Any]:
        """Return what the statement finds for these values. One query."""
        written = self._written.get(shape)
        if written is None:
            written = self._written[shape] = _Written(self._build(*shape))
        return written.read(given)


class _Written:
    """One queryset as SQL, and what makes models of its rows."""

    def __init__(self, queryset: QuerySet[Any]) -> None:
        compiler = queryset.query.get_compiler(connection=connection)
        try:
            self._text: Text | None = Text(*compiler.as_sql())
        except EmptyResultSet:
            self._text = None
            return
        select: Any = compiler.select
        columns = [column for column, _sql, _alias in select[: compiler.col_count]]
        self._compiler = compiler
        self._converters = compiler.get_converters(columns)
        self._annotations = list((compiler.annotation_col_map or {}).items())
        self._model: Any = None
        if queryset.query.default_cols:
            info: Any = compiler.klass_info
            places = info["select_fields"]
            self._model, self._first, self._end = info["model"], places[0], places[-1] + 1
            self._names = [column[0].target.attname for column in select[self._first : self._end]]
            populators: Any = get_related_populators
            self._related = populators(info, select, connection.alias)

    def read(self, given: dict[str, Any]) -> list[Any]:
        if self._text is None:
            return []
        sql, params = self._text.filled(given)
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            rows: Iterable[Any] = cursor.fetchall()
        if self._converters:
            rows = self._compiler.apply_converters(rows, self._converters)
        return [self._made(row) for row in rows] if self._model else [tuple(row) for row in rows]

    def _made(self, row: Any) -> Any:
        found = self._model.from_db(connection.alias, self._names, row[self._first : self._end])
        for populator in self._related:
            populator.populate(row, found)
        for name, place in self._annotations:
            setattr(found, name, row[place])
        return found


def insert(rows: Sequence[Model]) -> None:
    """Write new rows of one model, and give them their ids. One statement for each table it has."""
    if rows:
        _inserting(type(rows[0])).write(rows)


class _Insertion:
    """How the rows of a model are written: into the table of its parent first, where it has one."""

    def __init__(self, model: type[Model]) -> None:
        meta: Any = model._meta
        parents = [link for link in meta.parents.values() if link is not None]
        self._link: Any = parents[0] if parents else None
        self._parent = _inserting(self._link.related_model) if self._link else None
        columns = [one for one in meta.local_concrete_fields if not one.generated]
        self._numbered = meta.auto_field if meta.auto_field in columns else None
        self._columns = [one for one in columns if one is not self._numbered]
        quote = connection.ops.quote_name
        names = ", ".join(quote(one.column) for one in self._columns)
        self._head = f"INSERT INTO {quote(meta.db_table)} ({names}) VALUES "  # noqa: S608 - names of Django's
        self._row = f"({', '.join(['%s'] * len(self._columns))})"
        self._tail = f" RETURNING {quote(self._numbered.column)}" if self._numbered else ""

    def write(self, rows: Sequence[Any]) -> None:
        if self._parent is not None and self._link is not None:
            self._parent.write(rows)
            for row in rows:
                setattr(row, self._link.attname, getattr(row, self._link.target_field.attname))
        params = [
            column.get_db_prep_save(column.pre_save(row, add=True), connection)
            for row in rows
            for column in self._columns
        ]
        with connection.cursor() as cursor:
            cursor.execute(self._head + ", ".join([self._row] * len(rows)) + self._tail, params)
            ids = cursor.fetchall() if self._numbered else ()
        if self._numbered:
            for row, (pk,) in zip(rows, ids, strict=True):
                setattr(row, self._numbered.attname, pk)
        for row in rows:
            state = row._state  # noqa: SLF001 - what saving it would do
            state.adding, state.db = False, connection.alias


@cache
def _inserting(model: type[Model]) -> _Insertion:
    return _Insertion(model)
