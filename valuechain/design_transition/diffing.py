"""What changed between two versions of a specification, section by section."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import formats

from itsm.core.differences import ADDED, REMOVED, Piece, words_between
from valuechain.design_transition.content import CELLS, FIGURES, SECTIONS
from valuechain.design_transition.models import DesignSpec, Requirement


@dataclass(frozen=True)
class Change:
    """One section, figure or cell before and after; `delta` where both are numbers."""

    name: str
    label: str
    pieces: tuple[Piece, ...]
    before: str = ""
    after: str = ""
    delta: str = ""

    @property
    def is_changed(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True)
class RowChange:
    """One requirement that came, went or reads differently."""

    number: str
    how: str
    title: str
    cells: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Difference:
    """All that differs between two versions, and what stayed."""

    sections: tuple[Change, ...]
    figures: tuple[Change, ...]
    rows: tuple[RowChange, ...]

    @property
    def count(self) -> int:
        """How many sections, figures and requirements differ."""
        changed = [c for c in (*self.sections, *self.figures) if c.is_changed]
        return len(changed) + len(self.rows)


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> Difference:
    """Compare the contents of two versions."""
    return Difference(
        sections=tuple(
            _change(DesignSpec, name, before["sections"].get(name), after["sections"].get(name))
            for name in SECTIONS
        ),
        figures=tuple(
            _change(DesignSpec, name, before["figures"].get(name), after["figures"].get(name))
            for name in FIGURES
        ),
        rows=tuple(_rows(before["requirements"], after["requirements"])),
    )


def _change(model: Any, name: str, before: Any, after: Any) -> Change:
    was, now = _said(before), _said(after)
    return Change(
        name=name,
        label=str(model._meta.get_field(name).verbose_name).capitalize(),
        pieces=tuple(words_between(was, now)),
        before=was,
        after=now,
        delta=_delta(before, after),
    )


def _said(value: Any) -> str:
    return "" if value is None else str(value)


def _delta(before: Any, after: Any) -> str:
    """Return the difference of two numbers with its sign, or nothing."""
    try:
        difference = Decimal(str(after)) - Decimal(str(before))
    except InvalidOperation:
        return ""
    if not difference:
        return ""
    sign = "+" if difference > 0 else "\N{MINUS SIGN}"
    return sign + formats.number_format(abs(difference), force_grouping=True)


def _rows(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[RowChange]:
    was = {row["number"]: row for row in before}
    now = {row["number"]: row for row in after}
    rows = []
    for number in [*was, *(n for n in now if n not in was)]:
        old, new = was.get(number), now.get(number)
        if old is None and new is not None:
            rows.append(RowChange(number, ADDED, new["title"]))
        elif new is None and old is not None:
            rows.append(RowChange(number, REMOVED, old["title"]))
        elif old is not None and new is not None and old != new:
            cells = [_change(Requirement, c, old.get(c), new.get(c)) for c in CELLS]
            changed = tuple(cell for cell in cells if cell.is_changed)
            rows.append(RowChange(number, "changed", new["title"], changed))
    return rows
