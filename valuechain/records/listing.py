"""The state of a list, all of it in its address: filters, order, place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from valuechain.records.models import Density
from valuechain.records.panels import panels

if TYPE_CHECKING:
    from itsm.core.decisions import Sentence
    from valuechain.records.filters import RecordFilter

#: Parameters that say how the list is shown; every other one is a filter.
SHOWN_BY = (
    "ordering", "cursor", "page_size", "view", "cols", "density", "find", "group", "counted",
)  # fmt: skip
#: What a view keeps of these, beside its filters.
KEPT_BY_A_VIEW = ("ordering", "cols", "density", "group")
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
    "last_message": _("Last message"),
    "tags": _("Tags"),
}
#: What every list can be ordered by: name -> path from Record.
ORDERS = {
    "opened_at": "opened_at",
    "updated_at": "updated_at",
    "priority": "priority",
    "next_due_at": "next_due_at",
    "number": "pk",
}
DEFAULT_COLUMNS = ("number", "title", "requester", "state", "owner", "updated_at")
#: Columns that give way first where there is little room.
MINOR = frozenset(
    {"kind_label", "organisation", "requester", "service", "team", "opened_at", "updated_at"}
)
#: How the words of filters that are no choices are said.
WORDS: dict[str, Sentence] = {"me": _("me"), "none": _("none"), "mine": _("mine"), "true": _("yes")}
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

    def from_the_top(self) -> ListState:
        """Return the same list without its place and order."""
        query = self.query.copy()
        for name in ("cursor", "ordering", "page_size", "group"):
            query.pop(name, None)
        return ListState(query, self.path, self.default_ordering)

    def narrowed(self, pairs: list[tuple[str, str]], words: str, *, left_over: str) -> str:
        """Return the address of this list with filters added and its words replaced."""
        query = self.query.copy()
        for name in ("cursor", "find", "q"):
            query.pop(name, None)
        for name, value in pairs:
            if value not in query.getlist(name):
                query.appendlist(name, value)
        for name, value in (("q", words), ("find", left_over)):
            if value:
                query[name] = value
        return f"{self.path}?{query.urlencode()}" if query else f"{self.path}?{UNFILTERED}"

    @property
    def view(self) -> str:
        """The key of the view the address names."""
        return self.query.get("view", "")

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns the address asks for, none when it leaves that to the list."""
        asked = self.query.get("cols", "").split(",")
        return tuple(dict.fromkeys(key for key in asked if key))

    @property
    def group(self) -> str:
        """The word of the groups the list is read in, none for a plain list."""
        return self.query.get("group", "")

    @property
    def density(self) -> str:
        word = self.query.get("density", "")
        return word if word in Density.values else ""

    @property
    def is_counted(self) -> bool:
        """Whether the counts of the views are asked for with the page, as where scripts do not run."""
        return "counted" in self.query

    @property
    def counted_url(self) -> str:
        return self.url(counted="1")

    @property
    def is_bare(self) -> bool:
        """Whether the address says nothing at all, as a link to the list does."""
        return not self.query

    @property
    def names_a_view_only(self) -> bool:
        return list(self.query) == ["view"]

    @property
    def kept(self) -> str:
        """What a view would keep of this list: its filters, order, columns and density."""
        kept = self.filters
        for name in KEPT_BY_A_VIEW:
            if value := self.query.get(name):
                kept[name] = value
        return kept.urlencode()

    def shows(self, query: str) -> bool:
        """Whether this is the list of a query: the same filters, order, columns and density."""
        return self._plain(QueryDict(query)) == self._plain(QueryDict(self.kept))

    def _plain(self, query: QueryDict) -> list[tuple[str, str]]:
        standard = ("ordering", self.default_ordering)
        return [pair for pair in _sorted(query) if pair != standard and pair[0] != "view"]

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


def orders_of(resource: str) -> dict[str, str]:
    """Return what the list of a resource can be ordered by, on its page and in REST."""
    return ORDERS | panels.orders.get(resource, {})


def known_columns(resource: str) -> dict[str, Sentence]:
    """Return every column the list of a resource can show, those it shows by itself first."""
    own = panels.columns.get(resource, DEFAULT_COLUMNS)
    own = (*own, *panels.more_columns.get(resource, ()))
    keys = [*own, *(key for key in COLUMNS if key not in own)]
    if "clock" in own:
        keys.remove("next_due_at")
    else:
        keys.remove("clock")
    return {key: panels.column_labels.get(key) or COLUMNS[key] for key in keys}


def keys_of(resource: str, state: ListState) -> Sequence[str]:
    """Return which columns a list shows, in their order."""
    known = known_columns(resource)
    chosen = [key for key in state.columns if key in known]
    return chosen or panels.columns.get(resource, DEFAULT_COLUMNS)


def is_minor(key: str) -> bool:
    """Whether a column gives way where there is little room."""
    return key in MINOR or key in panels.minor


def columns_of(resource: str, state: ListState) -> list[dict[str, Any]]:
    """Return the columns of a list, each with the link that sorts by it."""
    shown = []
    orders = orders_of(resource)
    known = known_columns(resource)
    chosen = any(key in known for key in state.columns)
    for key in keys_of(resource, state):
        order = _ORDERED_BY.get(key, key)
        column: dict[str, Any] = {
            "key": key,
            "label": known[key],
            # Whoever chose a column wants to see it.
            "is_minor": is_minor(key) and not chosen,
            "sort_url": "",
            "sorted": "",
        }
        if order in orders:
            is_ascending = state.ordering == order and not state.group
            turned = f"-{order}" if is_ascending else order
            column["sort_url"] = state.url(ordering=turned, group="")
            if state.group:
                pass
            elif is_ascending:
                column["sorted"] = "ascending"
            elif state.ordering == f"-{order}":
                column["sorted"] = "descending"
        shown.append(column)
    return shown


def groups_of(resource: str, state: ListState) -> list[dict[str, Any]]:
    """Return the groups a list can be read in, with the address of each; none where it has none."""
    found = panels.groups.get(resource, {})
    if not found:
        return []
    plain = {"label": _("Not grouped"), "url": state.url(group=""), "current": not state.group}
    return [
        plain,
        *(
            {
                "label": grouping.label,
                "url": state.url(group=key, ordering=""),
                "current": state.group == key,
            }
            for key, grouping in found.items()
        ),
    ]


def chips_of(filterset: RecordFilter, state: ListState) -> list[dict[str, Any]]:
    """Return one chip for each filter in use, with the address that takes it away."""
    chips = []
    fields = filterset.form.fields
    for name, values in state.filters.lists():
        field = fields.get(name) or fields.get(name.rpartition("_")[0])
        label = field.label if field is not None else name
        choices = {str(key): words for key, words in getattr(field, "choices", ()) or ()}
        for value in values:
            if not value:
                continue
            words = choices.get(value, WORDS.get(value, value))
            chips.append(
                {
                    "key": name,
                    "label": f"{label}: {words}",
                    "remove_url": state.url(without=(name, value)),
                }
            )
    return chips
