"""What changed between two versions of a specification, section by section."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import models
from django.utils import formats
from django.utils.translation import ngettext

from itsm.core.differences import ADDED, REMOVED, SAME, Piece, words_between
from valuechain.design_transition.content import CELLS, FIGURES, SECTIONS
from valuechain.design_transition.models import DesignSpec, Requirement

CHANGED = "changed"


@dataclass(frozen=True)
class Change:
    """One section, figure or cell before and after; `delta` where both are numbers."""

    name: str
    label: str
    pieces: tuple[Piece, ...]
    before: str = ""
    after: str = ""
    delta: str = ""
    #: Both sides as a page says them.
    was: str = ""
    now: str = ""

    @property
    def is_changed(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True)
class RowChange:
    """One requirement that came, went, reads differently or stayed, with all its cells."""

    number: str
    how: str
    title: str
    all_cells: tuple[Change, ...] = ()

    @property
    def cells(self) -> tuple[Change, ...]:
        """The cells that differ."""
        return tuple(cell for cell in self.all_cells if cell.is_changed)

    @property
    def by_name(self) -> dict[str, Change]:
        return {cell.name: cell for cell in self.all_cells}


@dataclass(frozen=True)
class Difference:
    """All that differs between two versions, and what stayed."""

    sections: tuple[Change, ...]
    figures: tuple[Change, ...]
    rows: tuple[RowChange, ...]
    all_rows: tuple[RowChange, ...] = field(default=())

    @property
    def count(self) -> int:
        """How many sections, figures and requirements differ."""
        changed = [c for c in (*self.sections, *self.figures) if c.is_changed]
        return len(changed) + len(self.rows)


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> Difference:
    """Compare the contents of two versions."""
    rows = tuple(_rows(before["requirements"], after["requirements"]))
    return Difference(
        sections=tuple(
            _change(DesignSpec, name, before["sections"].get(name), after["sections"].get(name))
            for name in SECTIONS
        ),
        figures=tuple(
            _change(DesignSpec, name, before["figures"].get(name), after["figures"].get(name))
            for name in FIGURES
        ),
        rows=tuple(row for row in rows if row.how != SAME),
        all_rows=rows,
    )


def _change(model: Any, name: str, before: Any, after: Any) -> Change:
    column = model._meta.get_field(name)
    was, now = _shown(column, before), _shown(column, after)
    return Change(
        name=name,
        label=str(column.verbose_name).capitalize(),
        pieces=tuple(words_between(was, now)),
        before=_said(before),
        after=_said(after),
        delta=_delta(before, after),
        was=was,
        now=now,
    )


def _said(value: Any) -> str:
    return "" if value is None else str(value)


def _shown(column: Any, value: Any) -> str:
    """Say a kept value as a page does: the words of a choice, a date, an amount."""
    said = _said(value)
    if not said:
        return ""
    if column.flatchoices:
        return str(dict(column.flatchoices).get(said, said))
    if isinstance(column, models.DecimalField):
        return formats.number_format(Decimal(said), 2, force_grouping=True)
    if isinstance(column, models.DateField):
        return formats.date_format(date.fromisoformat(said), "j M Y")
    return said


def _delta(before: Any, after: Any) -> str:
    """Return the difference of two numbers with its sign, or of two dates in days, or nothing."""
    try:
        difference = Decimal(str(after)) - Decimal(str(before))
    except InvalidOperation:
        return _days(before, after)
    if not difference:
        return ""
    sign = "+" if difference > 0 else "\N{MINUS SIGN}"
    return sign + formats.number_format(abs(difference), force_grouping=True)


def _days(before: Any, after: Any) -> str:
    try:
        days = (date.fromisoformat(str(after)) - date.fromisoformat(str(before))).days
    except ValueError:
        return ""
    if not days:
        return ""
    sign = "+" if days > 0 else "\N{MINUS SIGN}"
    return sign + ngettext("%(days)d day", "%(days)d days", abs(days)) % {"days": abs(days)}


def _rows(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[RowChange]:
    was = {row["number"]: row for row in before}
    now = {row["number"]: row for row in after}
    rows = []
    for number in [*was, *(n for n in now if n not in was)]:
        old, new = was.get(number, {}), now.get(number, {})
        cells = tuple(_change(Requirement, c, old.get(c), new.get(c)) for c in CELLS)
        how = REMOVED if not new else ADDED if not old else CHANGED if old != new else SAME
        rows.append(RowChange(number, how, (new or old)["title"], cells))
    return rows
