"""Tables as CSV that a spreadsheet may open: what looks like a formula is text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

#: What a spreadsheet would take for a formula when a text begins with it.
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def write_csv(header: Iterable[Any], rows: Iterable[Iterable[Any]]) -> str:
    """Return a header and rows as CSV; texts that a spreadsheet would run begin with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([harmless(str(column)) for column in header])
    for row in rows:
        writer.writerow([harmless(cell) for cell in row])
    return out.getvalue()


def harmless(cell: Any) -> Any:
    """Return a cell as it may be written: no formula, and nothing for None."""
    if isinstance(cell, str) and cell.startswith(FORMULAS):
        return f"'{cell}"
    return "" if cell is None else cell
