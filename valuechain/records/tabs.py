"""The views of a list as tabs, each with its count, and whether the one in use was edited."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django.http import HttpRequest, QueryDict

from itsm.core.statements import Given, Statement, Text
from valuechain.records.actions.viewing import may_change_view
from valuechain.records.filters import filterset_for
from valuechain.records.listing import KEPT_BY_A_VIEW, UNFILTERED, ListState
from valuechain.records.models import Record, SavedView
from valuechain.records.panels import panels

if TYPE_CHECKING:
    from itsm.accounts.access import Sight
    from itsm.core.decisions import Sentence

#: So many tabs are shown; the others wait in a menu.
MOST_TABS = 7
#: So far the rows of a view are counted; a tab says "100+" of more.
COUNTED = 100
#: So far the rows of the list itself are, of which all may be chosen at once.
LISTED = 1_000


@Statement
def _saved() -> Any:
    saved = SavedView.objects.of(Given("person"), teams=Given("teams"))
    return saved.filter(resource=Given("resource")).select_related("team")


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
    is_counted: bool = True
    #: How many the list itself finds, as far as they are counted.
    total: int = 0


def tabs_of(
    resource: str,
    state: ListState,
    *,
    actor: Any,
    request: HttpRequest,
    is_counted: bool = True,
) -> Tabs:
    """Return the views of a resource for one reader. Two queries, whatever they show.

    The list itself is always counted. Its views are where `is_counted`; otherwise the page asks for
    the counts once it stands (`CountsView`). A view further down a menu is never counted.
    """
    found = [
        Tab(key, label, "" if query == UNFILTERED else query, _url(state, key, query))
        for key, label, query in panels.named_views.get(resource, ())
    ]
    saved = _saved(
        resource=resource, person=actor.pk, teams=tuple(sorted(actor.access.staff_teams))
    )
    found += [
        Tab(view.key, view.name, view.query, _url(state, view.key, view.query), saved=view)
        for view in saved
    ]
    current = _current(found, state)
    tabs = Tabs(current=current, is_counted=is_counted)
    if current is not None:
        current.current = True
        tabs.is_edited = not state.shows(current.query)
        tabs.may_save = current.saved is not None and may_change_view(actor, current.saved)
    tabs.shown, tabs.menu = _shown(found, current)
    wanted = [(tab.query, COUNTED) for tab in tabs.shown] if is_counted else []
    wanted.append((state.filters.urlencode(), LISTED))
    counts = _count(resource, wanted, actor=actor, request=request)
    tabs.total = counts.pop()
    for tab, count in zip(tabs.shown if is_counted else (), counts, strict=True):
        tab.count = as_far_as_counted(count, COUNTED)
    if current is not None and not tabs.is_edited:
        current.count = as_far_as_counted(tabs.total, COUNTED)
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


def count_all(
    resource: str, queries: list[str], *, actor: Any, request: HttpRequest, limit: int = LISTED
) -> list[int]:
    """Count what each query finds for the actor, as far as the limit. One query for all of them."""
    wanted = [(query, limit) for query in queries]
    return _count(resource, wanted, actor=actor, request=request)


def _count(
    resource: str, queries: list[tuple[str, int]], *, actor: Any, request: HttpRequest
) -> list[int]:
    """Count each query as far as its own limit, one more said for "and more"."""
    asked = filterset_for(resource)
    everything = Record.objects.of_resource(resource)
    parts: list[str] = []
    params: list[Any] = []
    places: list[int | None] = []
    try:
        seen = _what_is_seen(actor)
    except EmptyResultSet:
        return [0] * len(queries)
    for query, limit in queries:
        given = QueryDict(query, mutable=True)
        for name in KEPT_BY_A_VIEW:
            given.pop(name, None)
        filterset = asked(given, queryset=everything, request=request, is_lean=True)
        rows = filterset.qs if filterset.is_valid() else everything.none()
        rows = rows.order_by().filter(*seen).values("pk")[: limit + 1]
        try:
            sql, given_params = rows.query.sql_with_params()
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


def _what_is_seen(actor: Any) -> list[RawSQL]:
    """Return `visible_to` written out: one text for all counts. Raises EmptyResultSet for nothing."""
    text = _seen_with(actor.access.sight)
    if text is None:
        return []
    sql, params = text.filled(actor.access.given)
    return [RawSQL(sql, params, BooleanField())]  # noqa: S611 - Django wrote it


@cache
def _seen_with(sight: Sight) -> Text | None:
    query = Record.objects.visible_to(sight).query
    try:
        sql, params = query.where.as_sql(query.get_compiler(connection=connection), connection)
    except FullResultSet:
        return None
    return Text(sql, params) if sql else None


def as_far_as_counted(count: int, limit: int = LISTED) -> str:
    """Write a number that was counted as far as the limit: "100+" of more."""
    return f"{limit}+" if count > limit else str(count)
