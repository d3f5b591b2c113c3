"""The views of a list as tabs, each with its count, and whether the one in use was edited."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.http import HttpRequest, QueryDict

from valuechain.records.actions.viewing import may_change_view
from valuechain.records.filters import filterset_for
from valuechain.records.listing import UNFILTERED, ListState
from valuechain.records.models import Record, SavedView
from valuechain.records.panels import panels

if TYPE_CHECKING:
    from itsm.core.decisions import Sentence

#: So many tabs are shown; the others wait in a menu.
MOST_TABS = 7
#: Nobody reads beyond; the count of a view says so.
COUNTED = 1_000


@dataclass
class Tab:
    """One view of a list."""

    key: str
    label: Sentence
    query: str
    url: str
    saved: SavedView | None = None
    current: bool = False
    count: str = ""


@dataclass
class Tabs:
    """The views of a list: those shown, those in the menu, and what became of the one in use."""

    shown: list[Tab] = field(default_factory=list)
    menu: list[Tab] = field(default_factory=list)
    current: Tab | None = None
    is_edited: bool = False
    may_save: bool = False
    total: int = 0

    @property
    def total_words(self) -> str:
        return _words(self.total)


def tabs_of(resource: str, state: ListState, *, actor: Any, request: HttpRequest) -> Tabs:
    """Return the views of a resource for one reader, counted. Two queries, whatever they show."""
    found = [
        Tab(key, label, "" if query == UNFILTERED else query, _url(state, key, query))
        for key, label, query in panels.named_views.get(resource, ())
    ]
    saved = SavedView.objects.visible_to(actor).filter(resource=resource).select_related("team")
    found += [
        Tab(view.key, view.name, view.query, _url(state, view.key, view.query), saved=view)
        for view in saved
    ]
    current = _current(found, state)
    tabs = Tabs(current=current)
    if current is not None:
        current.current = True
        tabs.is_edited = not state.shows(current.query)
        tabs.may_save = current.saved is not None and may_change_view(actor, current.saved)
    tabs.shown, tabs.menu = _shown(found, current)
    queries = [tab.query for tab in tabs.shown] + [state.filters.urlencode()]
    counts = count_all(resource, queries, actor=actor, request=request)
    for tab, count in zip(tabs.shown, counts, strict=False):
        tab.count = _words(count)
    tabs.total = counts[-1]
    return tabs


def _url(state: ListState, key: str, query: str) -> str:
    return f"{state.path}?view={key}" + (f"&{query}" if query and query != UNFILTERED else "")


def _current(found: list[Tab], state: ListState) -> Tab | None:
    """The view the address names; without a name, the one that shows just this."""
    if state.view:
        return next((tab for tab in found if tab.key == state.view), None)
    return next((tab for tab in found if state.shows(tab.query)), None)


def _shown(found: list[Tab], current: Tab | None) -> tuple[list[Tab], list[Tab]]:
    """Let what people saved themselves into the row before the last of the program's own views."""
    own = [tab for tab in found if tab.saved]
    given = [tab for tab in found if not tab.saved]
    room = max(MOST_TABS - len(own), min(5, len(given)))
    chosen = (given[:room] + own)[:MOST_TABS]
    if current is not None and current not in chosen:
        chosen[-1] = current
    return [tab for tab in found if tab in chosen], [tab for tab in found if tab not in chosen]


def count_all(resource: str, queries: list[str], *, actor: Any, request: HttpRequest) -> list[int]:
    """Count what each query finds for the actor, as far as COUNTED. One query for all of them."""
    asked = filterset_for(resource)
    parts: list[str] = []
    params: list[Any] = []
    places: list[int | None] = []
    for query in queries:
        given = QueryDict(query, mutable=True)
        for name in ("ordering", "cols", "density"):
            given.pop(name, None)
        found = Record.objects.visible_to(actor).of_resource(resource)
        filterset = asked(given, queryset=found, request=request)
        try:
            rows = filterset.qs if filterset.is_valid() else found.none()
            sql, given_params = rows.order_by().values("pk")[: COUNTED + 1].query.sql_with_params()
        except EmptyResultSet:
            places.append(None)
            continue
        places.append(len(parts))
        parts.append(f"(SELECT count(*) FROM ({sql}) counted)")  # noqa: S608 - Django wrote it
        params += given_params
    if not parts:
        return [0] * len(queries)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", params)
        row = cursor.fetchone()
    return [0 if place is None else row[place] for place in places]


def _words(count: int) -> str:
    return f"{COUNTED}+" if count > COUNTED else str(count)
