"""The list of a resource: its views, filters, columns and rows, all of it in the address."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.forms import BoundField
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from itsm.core.errors import FieldErrors
from itsm.core.keyset import Order, Page, paginate, read_size
from valuechain.records.bulk import MOST, Scope
from valuechain.records.filters import RecordFilter, filterset_for
from valuechain.records.kinds import kinds
from valuechain.records.listing import (
    UNFILTERED,
    ListState,
    chips_of,
    columns_of,
    groups_of,
    keys_of,
    known_columns,
    orders_of,
)
from valuechain.records.models import Density, Record
from valuechain.records.operations import operations_of
from valuechain.records.panels import panels
from valuechain.records.querysets import RecordQuerySet
from valuechain.records.tabs import tabs_of
from valuechain.records.typed import Problem, faults_in, read_typed
from valuechain.records.views.access import StaffView

PAGE_SIZE = 50
#: What the buttons of the columns page add to the address of its list.
_PRESSED = ("col", "up", "down", "use", "standard", "rows")


def state_of(request: HttpRequest, resource: str, *, query: QueryDict | None = None) -> ListState:
    """Return what the address of a list says; `query` stands for the address's own."""
    return ListState(
        request.GET if query is None else query,
        path=reverse("record-list", args=[resource]),
        default_ordering=panels.default_ordering.get(resource, "-opened_at"),
    )


def found_by(
    state: ListState, resource: str, *, request: HttpRequest
) -> tuple[ListState, RecordFilter, list[Problem]]:
    """Return the filters of a list, applied as far as they are understood, and what is not."""
    found: RecordQuerySet = Record.objects.visible_to(request.user).of_resource(resource)
    asked = filterset_for(resource)
    filters = state.filters
    filterset = asked(filters, queryset=found, request=request, is_lean=True)
    known = asked.parameters(request)
    strange = [name for name in filters if name not in known]
    if filterset.is_valid() and not strange:
        return state, filterset, []
    kept, problems = faults_in(filterset, state.query, strange)
    state = ListState(kept, state.path, state.default_ordering)
    return state, asked(state.filters, queryset=found, request=request, is_lean=True), problems


def page_of(
    state: ListState, resource: str, rows: RecordQuerySet, *, size: str | None
) -> tuple[ListState, Page[Any]]:
    """Return one page of rows; a cursor of another order or an old bookmark begins at the top."""
    orders = orders_of(resource)
    # What no column shows is not joined: half the time such a statement takes goes into its plan.
    rows = rows.with_people("owner", "requester", *keys_of(resource, state))
    grouping = panels.groups.get(resource, {}).get(state.group)
    try:
        if grouping is not None:
            order = Order.by(f"group {state.group}", *grouping.order)
            arranged = grouping.arrange(rows)
        else:
            order, arranged = Order.choose(state.ordering, orders), rows
        page = paginate(
            arranged,
            order=order,
            cursor=state.cursor,
            size=read_size(size, default=PAGE_SIZE),
        )
    except FieldErrors:
        state = state.from_the_top()
        page = paginate(
            rows,
            order=Order.choose(state.ordering, orders),
            cursor=None,
            size=PAGE_SIZE,
        )
    return state, page


class RecordListView(StaffView):
    """The records of one resource; everything about the list is in its address."""

    def get(self, request: HttpRequest, resource: str) -> HttpResponse:
        """Show one page of the list, or its rows alone to htmx."""
        actor: Any = request.user
        state = state_of(request, resource)
        if elsewhere := _named_elsewhere(state, resource, actor):
            return redirect(elsewhere)
        typed: list[Problem] = []
        if box := request.GET.get("find", ""):
            read = read_typed(box, filterset_for(resource), request=request)
            if read.pairs or read.words or not read.problems:
                return redirect(state.narrowed(read.pairs, read.text, left_over=read.left_over))
            typed = read.problems
        state, filterset, problems = found_by(state, resource, request=request)
        state, page = page_of(state, resource, filterset.qs, size=request.GET.get("page_size"))
        panels.decorate(page.items, actor=actor)
        panels.decorate_list(page.items, actor=actor)
        _head_groups(page.items, resource, state, actor)
        came_from = urlencode({"from": state.query.urlencode()})
        for place, record in enumerate(page.items):
            record.opened_from = f"?{came_from}&i={place}"
        is_fragment = bool(request.headers.get("HX-Request"))
        columns = columns_of(resource, state)
        # Where there are no rows, the page says how many are somebody's own.
        is_counted = state.is_counted or not page.items
        views = tabs_of(resource, state, actor=actor, request=request, is_counted=is_counted)
        context = {
            "kind": heading(resource),
            "resource": resource,
            "page": {
                "items": page.items,
                "next_url": state.page_url(page.next_cursor),
                "previous_url": state.page_url(page.previous_cursor),
            },
            "filter": filterset,
            # Every filter there is, for the template to ask when it has not drawn them before.
            "filter_fields": lambda: _fields_of(resource, state, request),
            "filter_query": state.filters.urlencode(),
            "language": get_language(),
            "kept": [(n, v) for n, values in state.query.lists() for v in values if _is_kept(n)],
            "words": request.GET.get("q", ""),
            "problems": typed + problems,
            "chips": chips_of(filterset, state),
            "columns": columns,
            "groups": groups_of(resource, state),
            "totals": _totals(resource, filterset.qs, page, actor=actor),
            "density": state.density,
            "views": views,
            "state": state,
            "list_query": state.kept,
            "bulk_url": reverse("record-bulk", args=[resource]),
            **selection(resource, state, views.total),
            "clear_url": f"{state.path}?{UNFILTERED}",
            "create_url": reverse("record-new", args=[resource]),
        }
        name = "records/_rows.html" if is_fragment else template_of(resource, "list")
        response = render(request, name, context)
        patch_vary_headers(response, ["HX-Request"])
        return response


class CountsView(StaffView):
    """How many rows each view of a list finds, for the tabs of a page that stands already."""

    def get(self, request: HttpRequest, resource: str) -> HttpResponse:
        """Draw the counts alone, or show the list with them to whoever came without a script."""
        state = state_of(request, resource)
        if not request.headers.get("HX-Request"):
            return redirect(state.counted_url)
        views = tabs_of(resource, state, actor=request.user, request=request)
        return render(request, "records/_counts.html", {"views": views})


def _head_groups(rows: list[Any], resource: str, state: ListState, actor: Any) -> None:
    """Give the first row of each group on a page the group's words and address."""
    grouping = panels.groups.get(resource, {}).get(state.group)
    if grouping is None:
        return
    headings = grouping.headings(rows, actor)
    before: tuple[str, str] | None = None
    for row in rows:
        heading = headings.get(row.pk, ("", ""))
        row.heading = None if heading == before else {"words": heading[0], "url": heading[1]}
        before = heading


def _totals(resource: str, rows: RecordQuerySet, page: Page[Any], *, actor: Any) -> list[Any]:
    """Return the sums below a list: of all it finds, not of one page; none for an empty list."""
    add_up = panels.totals.get(resource)
    return add_up(rows, actor) if add_up is not None and page.items else []


def selection(resource: str, state: ListState, total: int) -> dict[str, Any]:
    """Return what the bar of a list offers for the rows ticked, and for all that match."""
    scope = Scope(resource, filters=state.filters.urlencode(), count=total)
    offered = operations_of(resource)
    return {
        "bar": [one for one in offered if not one.is_step],
        "bar_steps": [one for one in offered if one.is_step],
        "total": total,
        "is_all_offered": 0 < total <= MOST,
        "all_token": scope.token(),
        "back": state.url(),
        "export_url": f"{reverse('record-export', args=[resource])}?{state.kept}",
    }


def _named_elsewhere(state: ListState, resource: str, actor: Any) -> str:
    """Return the full address where this one says nothing, or no more than a view's name."""
    if state.is_bare and (opens_with := panels.opening_view(resource)):
        return f"{state.path}?{opens_with}"
    if state.names_a_view_only:
        named = {key: query for key, _label, query in panels.named_views.get(resource, ())}
        query = named.get(state.view, "")
        if state.view not in named:
            from valuechain.records.models import SavedView

            saved = SavedView.objects.visible_to(actor).filter(resource=resource)
            query = next((view.query for view in saved if view.key == state.view), "")
        if query and query != UNFILTERED:
            return f"{state.path}?view={state.view}&{query}"
    return ""


def _fields_of(resource: str, state: ListState, request: HttpRequest) -> list[BoundField]:
    form = filterset_for(resource)(state.filters, request=request).form
    return [bound for bound in form if _is_asked(bound.name)]


def _is_asked(name: str) -> bool:
    return name != "q" and not name.startswith("not_")


def _is_kept(name: str) -> bool:
    return name not in ("q", "find", "cursor")


def heading(resource: str) -> dict[str, Any]:
    """Return what a list of a resource calls one of its records and all of them."""
    entries = kinds.of_resource(resource)
    if len(entries) == 1:
        entry = entries[0]
        return {
            "label": entry.label,
            "label_plural": entry.label_plural,
            "activity": entry.activity,
        }
    words = panels.resource_labels[resource]
    return {"label": words[0], "label_plural": words[1], "activity": entries[0].activity}


def template_of(resource: str, page: str) -> list[str]:
    """Return the template of a resource's own, if there is one, and the one for all."""
    return [f"{resource.replace('-', '_')}/{page}.html", f"records/{page}.html"]


class ColumnsView(StaffView):
    """Chooses the columns of a list and their order; each press of a button is an address."""

    def get(self, request: HttpRequest, resource: str) -> HttpResponse:
        """Show the columns, moved as was pressed, and the way back to the list with them."""
        query = request.GET.copy()
        for name in _PRESSED:
            query.pop(name, None)
        state = state_of(request, resource, query=query)
        known = known_columns(resource)
        chosen = [key for key in request.GET.getlist("col") if key in known]
        if not chosen:
            chosen = [column["key"] for column in columns_of(resource, state)]
        chosen = _moved(list(dict.fromkeys(chosen)), request.GET)
        if "use" in request.GET or "standard" in request.GET:
            rows = request.GET.get("rows", state.density)
            cols = "" if "standard" in request.GET else ",".join(chosen)
            return redirect(state.url(cols=cols, density=rows if rows in Density.values else ""))
        rest = [key for key in known if key not in chosen]
        context = {
            "kind": heading(resource),
            "resource": resource,
            "columns": [
                {"key": key, "label": known[key], "is_shown": key in chosen}
                for key in [*chosen, *rest]
            ],
            "kept": [(name, value) for name, values in query.lists() for value in values],
            "list_url": state.url(),
            "densities": [("", _("As in my settings")), *Density.choices],
            "density": request.GET.get("rows", state.density),
        }
        is_sheet = bool(request.headers.get("X-Fragment"))
        name = "records/_columns_sheet.html" if is_sheet else "records/columns.html"
        response = render(request, name, context)
        patch_vary_headers(response, ["X-Fragment"])
        return response


def _moved(chosen: list[str], asked: QueryDict) -> list[str]:
    for name, step in (("up", -1), ("down", 1)):
        key = asked.get(name, "")
        if key in chosen:
            place = chosen.index(key)
            to = max(0, min(len(chosen) - 1, place + step))
            chosen.insert(to, chosen.pop(place))
    return chosen
