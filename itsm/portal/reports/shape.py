"""What a report is made of, and how its rows leave as CSV and JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse

from itsm.core.spreadsheet import write_csv
from sla.standing import Period
from valuechain.records.models import Record

if TYPE_CHECKING:
    from itsm.core.decisions import Sentence


@dataclass(frozen=True)
class Asked:
    """Who asks, for which span of time and which service; reads begin at what they may see."""

    actor: Any
    period: Period
    service: str
    request: Any

    def records(self, resource: str = "") -> Any:
        """The records the reader sees, of one resource and of the service asked for."""
        found: Any = Record.objects.visible_to(self.actor)
        found = found.of_resource(resource) if resource else found
        return found.filter(service__number=self.service) if self.service else found

    def within(self, moment: str) -> dict[str, Any]:
        """Return the condition that a moment lies in the period."""
        return {f"{moment}__gte": self.period.since, f"{moment}__lt": self.period.until}

    def list_url(self, resource: str, span: str = "", **filters: str) -> str:
        """Return the list of what the reader counts; `span` names the moment within the period."""
        query = dict(filters)
        if span:
            query[f"{span}_after"] = self.period.since.isoformat()
            query[f"{span}_before"] = (self.period.until - timedelta(microseconds=1)).isoformat()
        if self.service:
            query["service"] = self.service
        return f"{reverse('record-list', args=[resource])}?{urlencode(query)}"


@dataclass(frozen=True)
class Row:
    """One line: what it is about, its numbers, and the lists that its first numbers come from."""

    label: str
    values: tuple[Any, ...]
    url: str = ""
    second_url: str = ""
    #: Whether the first number is a sum: the list behind it holds the parts, not as many lines.
    is_sum: bool = False

    @property
    def cells(self) -> list[tuple[Any, str]]:
        """Each number with the list that it counts, if there is one."""
        urls = [self.url, self.second_url, *("" for _value in self.values)]
        return list(zip(self.values, urls, strict=False))


@dataclass(frozen=True)
class Report:
    """A question, its answer as rows, and what each number means."""

    key: str
    name: Sentence
    question: Sentence
    columns: tuple[Sentence, ...]
    read: Callable[[Asked], list[Row]]
    definitions: tuple[tuple[Sentence, Sentence], ...]
    #: The column the chart draws, counted from the first number.
    drawn: int = 0
    #: Whether it tells what is so now, whatever the period.
    is_of_now: bool = False


def as_csv(report: Report, rows: list[Row]) -> str:
    """Return a header and the rows; texts that a spreadsheet would run begin with an apostrophe."""
    return write_csv(report.columns, ((row.label, *row.values) for row in rows))


def as_json(report: Report, rows: list[Row], asked: Asked) -> dict[str, Any]:
    """Return the report with its rows as named values."""
    names = [str(column) for column in report.columns]
    return {
        "report": report.key,
        "question": str(report.question),
        "period": asked.period.name,
        "service": asked.service or None,
        "rows": [dict(zip(names, (row.label, *row.values), strict=True)) for row in rows],
        "definitions": {str(word): str(meaning) for word, meaning in report.definitions},
    }


def percent(part: int, whole: int) -> float | None:
    """Return a share of a hundred with one decimal; None of nothing."""
    return round(100 * part / whole, 1) if whole else None


def hours(span: timedelta | None) -> float | None:
    """Return a span in hours with one decimal."""
    return None if span is None else round(span.total_seconds() / 3600, 1)
