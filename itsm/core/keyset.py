"""Pages through lists that change while they are read, for the portal and for REST alike.

A page is found by the place where the last one ended, never by a number of rows to skip: the 500th
page costs what the first does, and a row that arrives meanwhile moves nothing that was already seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.core import signing
from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured, ValidationError
from django.db import models
from django.db.models import F, Func, Q, QuerySet, Value
from django.db.models.expressions import Col, OrderBy
from django.utils.translation import gettext_lazy as _

from itsm.core.errors import FieldErrors

M = TypeVar("M", bound=models.Model)

MAX_SIZE = 200
FORWARD, BACKWARD = "f", "b"
_signer = signing.Signer(sep=".", salt="itsm.core.keyset")


@dataclass(frozen=True, slots=True)
class Key:
    """One column a list is ordered by, as a path from the model listed."""

    path: str
    is_descending: bool = False

    def flipped(self) -> Key:
        return Key(self.path, not self.is_descending)


@dataclass(frozen=True)
class Order:
    """A named order: its columns, first one first. The primary key always decides ties.

    Only the first column may hold nothing; rows without a value come last in both directions.
    """

    name: str
    keys: tuple[Key, ...]

    @classmethod
    def by(cls, name: str, *paths: str) -> Order:
        """Build an order from paths; a minus in front of one means descending."""
        keys = (Key(path.removeprefix("-"), path.startswith("-")) for path in paths)
        return cls(name, tuple(keys))

    @classmethod
    def choose(cls, asked: str, allowed: Mapping[str, str | Sequence[str]]) -> Order:
        """Return the order asked for, `priority` or `-priority`, out of those allowed.

        `allowed` maps the public name to a path or to several. FieldErrors (400) lists the names.
        """
        public = asked.removeprefix("-")
        if public not in allowed:
            known = ", ".join(sorted(allowed))
            message = _("There is no order “%(asked)s”. Use one of: %(known)s.") % {
                "asked": asked[:60],
                "known": known,
            }
            raise FieldErrors({"ordering": [("unknown_order", message)]})
        paths = allowed[public]
        order = cls.by(asked, *([paths] if isinstance(paths, str) else paths))
        if asked.startswith("-"):
            return cls(asked, tuple(key.flipped() for key in order.keys))
        return order

    @property
    def columns(self) -> tuple[Key, ...]:
        """The columns with the tie-breaker, which runs the way the first column does."""
        if self.keys and self.keys[-1].path in {"pk", "id"}:
            return self.keys
        descending = self.keys[0].is_descending if self.keys else False
        return (*self.keys, Key("pk", descending))


@dataclass(frozen=True)
class Page(Generic[M]):
    """Some rows, and the cursors that lead on and back; None where the list ends."""

    items: list[M]
    next_cursor: str | None
    previous_cursor: str | None


def paginate(queryset: QuerySet[M], *, order: Order, cursor: str | None, size: int) -> Page[M]:
    """Return one page of `size` rows in one query.

    `cursor` is what an earlier page of the same order gave; None or empty starts at the beginning.
    Raises FieldErrors when it was altered or belongs to another order.
    """
    walk = _Walk(queryset, order)
    direction, values = walk.read(cursor) if cursor else (FORWARD, None)
    backward = direction == BACKWARD
    rows = list(walk.rows(values, backward=backward, count=size + 1))
    has_more = len(rows) > size
    rows = rows[:size]
    if backward:
        rows.reverse()
    leads_on = bool(rows) and (backward or has_more)
    leads_back = bool(rows) and (has_more if backward else values is not None)
    return Page(
        items=rows,
        next_cursor=walk.write(FORWARD, rows[-1]) if leads_on else None,
        previous_cursor=walk.write(BACKWARD, rows[0]) if leads_back else None,
    )


def read_size(given: str | None, *, default: int) -> int:
    """Read a page size from a query parameter: 1 to 200, or FieldErrors (400)."""
    if not given:
        return default
    if given.isascii() and given.isdigit() and len(given) < 6 and 1 <= int(given) <= MAX_SIZE:
        return int(given)
    message = _("Use a whole number from 1 to %(most)s.") % {"most": MAX_SIZE}
    raise FieldErrors({"page_size": [("not_in_range", message)]})


class _Walk(Generic[M]):
    """One list in one order, and the SQL that continues it from a place.

    Rows with a value in the first column and rows without are two stretches of the list. Each is
    read from the same plain index; a page that may touch both unites their first rows.
    """

    def __init__(self, queryset: QuerySet[M], order: Order) -> None:
        # What lies beyond a relation is read along with the row: the cursor needs it.
        beyond = {
            f"{key.path.replace('__', '_')}_key": key.path
            for key in order.columns
            if "__" in key.path
        }
        alias = {path: name for name, path in beyond.items()}
        self.queryset = queryset.annotate(**{name: F(path) for name, path in beyond.items()})
        self.order = order
        self.columns = tuple(
            Key(alias.get(key.path, key.path), key.is_descending) for key in order.columns
        )
        self._beyond_a_relation = frozenset(beyond)
        if any(field.null for field in self._fields[1:]):
            raise ImproperlyConfigured(f"{order.name}: only the first column may hold nothing.")

    @cached_property
    def _fields(self) -> list[models.Field[Any, Any]]:
        return [_field(self.queryset, key.path) for key in self.columns]

    @property
    def _is_nullable(self) -> bool:
        first = self.columns[0].path
        return bool(self._fields[0].null) or first in self._beyond_a_relation

    def rows(self, values: list[Any] | None, *, backward: bool, count: int) -> QuerySet[M]:
        """Return the next `count` rows beyond the place, in walking order."""
        columns = tuple(key.flipped() for key in self.columns) if backward else self.columns
        first = columns[0]
        unsplit = self.queryset.order_by()
        if not self._is_nullable:
            found: QuerySet[M] = (
                unsplit if values is None else unsplit.filter(_beyond(columns, values))
            )
            return found.order_by(*_sql_order(columns))[:count]

        empty = Q(**{f"{first.path}__isnull": True})
        filled, hollow = unsplit.exclude(empty), unsplit.filter(empty)
        if values is not None and values[0] is None:
            hollow = hollow.filter(_beyond(columns[1:], values[1:]))
            stretches = [filled] if backward else []
            stretches = [hollow.order_by(*_sql_order(columns[1:])), *stretches]
        else:
            if values is not None:
                filled = filled.filter(_beyond(columns, values))
            stretches = [filled] if backward and values is not None else [filled, hollow]
        return self._unite(stretches, columns, count, backward=backward)

    def _unite(
        self,
        stretches: list[QuerySet[M]],
        columns: tuple[Key, ...],
        count: int,
        *,
        backward: bool,
    ) -> QuerySet[M]:
        ordered = [
            part if part.query.order_by else part.order_by(*_sql_order(columns))
            for part in stretches
        ]
        if len(ordered) == 1:
            return ordered[0][:count]
        keys = [
            part.select_related(None).prefetch_related(None).values("pk")[:count]
            for part in ordered
        ]
        # The rows of a stretch are few and found by index; only they are sorted once more.
        united = keys[0].union(*keys[1:], all=True)
        ends = {"nulls_first": True} if backward else {"nulls_last": True}
        sorted_once_more: QuerySet[M] = (
            self.queryset.order_by()
            .filter(pk__in=united)
            .order_by(*_sql_order(columns, **ends))[:count]
        )
        return sorted_once_more

    def write(self, direction: str, item: M) -> str:
        """Return the cursor for the place beside an item."""
        values = [_spell(_read_path(item, key.path)) for key in self.columns]
        return _signer.sign_object([self.order.name, direction, values])

    def read(self, cursor: str) -> tuple[str, list[Any]]:
        """Return direction and values of a cursor, or raise FieldErrors."""
        try:
            name, direction, spelled = _signer.unsign_object(cursor)
            if name != self.order.name or len(spelled) != len(self.columns):
                raise FieldErrors(
                    {"cursor": [("other_order", _("This cursor belongs to another order."))]}
                )
            values = [
                None if value is None else field.to_python(value)
                for field, value in zip(self._fields, spelled, strict=True)
            ]
        except (signing.BadSignature, ValueError, TypeError, ValidationError):
            message = _("This cursor was not given out by this list. Begin without one.")
            raise FieldErrors({"cursor": [("unknown_cursor", message)]}) from None
        return direction, values


def _field(queryset: QuerySet[Any], path: str) -> models.Field[Any, Any]:
    """Return the field at the end of a path, or of the annotation of that name."""
    if (annotation := queryset.query.annotations.get(path)) is not None:
        return annotation.output_field
    model, field = queryset.model, None
    for part in path.split("__"):
        try:
            field = model._meta.pk if part == "pk" else model._meta.get_field(part)
        except FieldDoesNotExist:
            raise ImproperlyConfigured(f"{queryset.model.__name__} has no {path!r}.") from None
        model = getattr(field, "related_model", None) or model
    assert isinstance(field, models.Field)  # noqa: S101 - a reverse relation orders nothing
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    return field


def _read_path(item: Any, path: str) -> Any:
    for part in path.split("__"):
        if item is None:
            return None
        item = getattr(item, part)
    return item


def _spell(value: Any) -> Any:
    """Write a value for JSON without losing a microsecond or a digit."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)


def _sql_order(columns: Sequence[Key], **nulls: bool) -> list[OrderBy]:
    first, *others = columns
    return [
        OrderBy(F(first.path), descending=first.is_descending, **nulls),
        *(OrderBy(F(key.path), descending=key.is_descending) for key in others),
    ]


def _beyond(columns: Sequence[Key], values: Sequence[Any]) -> Q:
    """Return the condition for rows after the place, written so that an index can begin there."""
    first, value = columns[0], values[0]
    sign = "lt" if first.is_descending else "gt"
    if len(columns) == 1:
        return Q(**{f"{first.path}__{sign}": value})
    if len({key.is_descending for key in columns}) == 1:
        return Q(_RowBeyond(columns, values))
    # Mixed directions: the bound on the first column is what the index uses.
    inner = _beyond(columns[1:], values[1:])
    return Q(**{f"{first.path}__{sign}e": value}) & (
        Q(**{f"{first.path}__{sign}": value}) | (Q(**{first.path: value}) & inner)
    )


class _RowBeyond(Func):
    """The SQL `(a, b) > (x, y)`, which PostgreSQL answers with one range of an index on (a, b)."""

    conditional = True
    output_field = models.BooleanField()

    def __init__(self, columns: Sequence[Key], values: Sequence[Any]) -> None:
        self.sign = "<" if columns[0].is_descending else ">"
        self.width = len(columns)
        super().__init__(*(F(key.path) for key in columns), *(Value(value) for value in values))

    def resolve_expression(self, *args: Any, **kwargs: Any) -> _RowBeyond:
        resolved: _RowBeyond = super().resolve_expression(*args, **kwargs)
        sources = resolved.get_source_expressions()
        left, right = sources[: self.width], sources[self.width :]
        left[-1] = _in_one_table(left[0], left[-1])
        right = [
            Value(value.value, output_field=column.output_field)
            for column, value in zip(left, right, strict=True)
        ]
        resolved.set_source_expressions([*left, *right])
        return resolved

    def as_sql(self, compiler: Any, connection: Any, **_extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        del connection
        compiled = [compiler.compile(source) for source in self.get_source_expressions()]
        left = ", ".join(sql for sql, _params in compiled[: self.width])
        right = ", ".join(sql for sql, _params in compiled[self.width :])
        params = [param for _sql, found in compiled for param in found]
        return f"({left}) {self.sign} ({right})", params


def _in_one_table(first: Any, tie: Any) -> Any:
    """Break ties with the parent's key when the first column is the parent's.

    A child row has the same key as its parent; an index spans one table only.
    """
    if not (isinstance(first, Col) and isinstance(tie, Col) and first.alias != tie.alias):
        return tie
    parent, child = first.target.model, tie.target.model
    if parent in child._meta.get_parent_list() and tie.target.primary_key:
        return Col(first.alias, parent._meta.pk)
    return tie
