"""Lists as CSV: the columns shown, absolute times, and nothing a spreadsheet would run."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from html import unescape
from typing import Any

from django.utils.html import strip_tags
from django.utils.safestring import SafeString

from itsm.core.wording import absolute

#: What makes a spreadsheet take a text for a formula.
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
#: Rows read and decorated at a time.
CHUNK = 200


class _Echo:
    """A file that hands back each line as it is written."""

    def write(self, line: str) -> str:
        return line


def harmless(text: str) -> str:
    """Return a text that a spreadsheet shows and never runs."""
    return f"'{text}" if text.lstrip().startswith(FORMULAS) or text.startswith(FORMULAS) else text


def csv_lines(
    chunks: Iterable[Sequence[Any]], columns: Sequence[dict[str, Any]], *, has_header: bool = True
) -> Iterator[str]:
    """Yield the header and one line for each record."""
    writer = csv.writer(_Echo())
    if has_header:
        yield "\ufeff" + writer.writerow([harmless(str(column["label"])) for column in columns])
    for records in chunks:
        for record in records:
            yield writer.writerow([_cell(record, column["key"]) for column in columns])


def _cell(record: Any, key: str) -> str:
    if key == "state":
        return harmless(str(record.state_label))
    if key == "priority":
        return str(record.get_priority_display() or "")
    value = record.next_due_at if key == "clock" else getattr(record, key, "")
    if isinstance(value, datetime):
        return absolute(value)
    if isinstance(value, list):
        value = " ".join(value)
    if isinstance(value, SafeString):
        value = " ".join(unescape(strip_tags(value)).split())
    return harmless("" if value is None else str(value))
