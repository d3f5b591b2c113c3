"""The state of a list, all of it in its address: filters, order, place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from valuechain.records.panels import panels

if TYPE_CHECKING:
    from itsm.core.decisions import Sentence
    from valuechain.records.filters import RecordFilter

#: Parameters that say how the list is shown; every other one is a filter.
SHOWN_BY = ("ordering", "cursor", "page_size", "view")
#: `view=all` says that nothing narrows the list, not even the view it opens with.
UNFILTERED = "view=all"

COLUMNS: dict[str, Sentence] = {
    "number": _("Number"),
    "title": _("Title"),
    "kind_label": _("Kind"),
    "requester": _("Requester"),
    "organisation": _("Organisation"),
    "service": _("Service"),
    "priority": _("Priority"),
    "state": _("State"),
    "clock": _("Due"),
    "next_due_at": _("Due"),
    "team": _("Team"),
    "owner": _("Owner"),
    "opened_at": _("Opened"),
    "updated_at": _("Updated"),
}
DEFAULT_COLUMNS = ("number", "title", "requester", "state", "owner", "updated_at")
#: Columns that give way first where there is little room.
MINOR = frozenset(
    {"kind_label", "organisation", "requester", "service", "team", "opened_at", "updated_at"}
)
#: The column that a sortable order belongs to, where the names differ.
_ORDERED_BY = {"clock": "next_due_at"}


@dataclass(frozen=True)
class ListState:
    """What the address of a list says."""

    query: QueryDict
    path: str
    default_ordering: str

    @property
    def filters(self) -> QueryDict:
        kept = self.query.copy()
        for name in SHOWN_BY:
            kept.pop(name, None)
        return kept

    @property
    def ordering(self) -> str:
        return self.query.get("ordering") or self.default_ordering

    @property
    def cursor(self) -> str | None:
        return self.query.get("cursor")

    def from_the_top(self, *, default_ordering: str) -> ListState:
        """Return the same list without its place and order."""
        return ListState(self.filters, self.path, default_ordering)

    @property
    def is_bare(self) -> bool:
        """Whether the address says nothing at all, as a link to the list does."""
        return not self.query

    def is_view(self, query: str) -> bool:
        """Whether the filters are those of a named view."""
        if query == UNFILTERED:
            return not _sorted(self.filters)
        view = ListState(QueryDict(query), self.path, self.ordering)
        same = _sorted(view.filters) == _sorted(self.filters)
        return same and view.ordering == self.ordering

    def page_url(self, cursor: str | None) -> str:
        return self.url(cursor=cursor) if cursor else ""

    def everything_url(self, path: str) -> str:
        """Return the address of a page that acts on all that these filters find."""
        return f"{path}?{self.filters.urlencode()}&everything=1"

    def url(self, *, without: tuple[str, str] | None = None, **changes: str) -> str:
        """Return this list's address with some parameters changed, and back at its top."""
        pairs = [
            (name, value)
            for name, values in self.query.lists()
            for value in values
            if name != "cursor" and name not in changes and (name, value) != without and value
        ]
        pairs += [(name, value) for name, value in changes.items() if value]
        return f"{self.path}?{urlencode(pairs)}" if pairs else self.path


def _sorted(query: QueryDict) -> list[tuple[str, str]]:
    return sorted((name, value) for name, values in query.lists() for value in values if value)


def columns_of(resource: str, state: ListState, orders: Any) -> list[dict[str, Any]]:
    """Return the columns of a list, each with the link that sorts by it."""
    shown = []
    for key in panels.columns.get(resource, DEFAULT_COLUMNS):
        order = _ORDERED_BY.get(key, key)
        label = panels.column_labels.get(key) or COLUMNS[key]
        column: dict[str, Any] = {
            "key": key,
            "label": label,
            "is_minor": key in MINOR,
            "sort_url": "",
            "sorted": "",
        }
        if order in orders:
            is_ascending = state.ordering == order
            column["sort_url"] = state.url(ordering=f"-{order}" if is_ascending else order)
            if is_ascending:
                column["sorted"] = "ascending"
            elif state.ordering == f"-{order}":
                column["sorted"] = "descending"
        shown.append(column)
    return shown


def chips_of(filterset: RecordFilter, state: ListState) -> list[dict[str, Any]]:
    """Return one chip for each filter in use, with the address that takes it away."""
    chips = []
    fields = filterset.form.fields
    for name, values in state.filters.lists():
        label = fields[name].label if name in fields else name
        choices = dict(getattr(fields.get(name), "choices", ()) or ())
        for value in values:
            if not value:
                continue
            words = choices.get(value, value)
            chips.append(
                {"label": f"{label}: {words}", "remove_url": state.url(without=(name, value))}
            )
    return chips
