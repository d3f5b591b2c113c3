"""The board of needs: the list's own query, by stage."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from valuechain.engage.models import Need
from valuechain.engage.states import NEED
from valuechain.engage.views.inbox import places
from valuechain.records.filters import filterset_for
from valuechain.records.listing import UNFILTERED, ListState, chips_of
from valuechain.records.models import Record
from valuechain.records.panels import panels
from valuechain.records.tabs import tabs_of
from valuechain.records.views.access import StaffView

#: Column -> the states in it.
STAGES = (
    ("new", _("New"), ("draft", "submitted")),
    ("understanding", _("Understanding"), ("in_triage", "needs_information")),
    ("deciding", _("Decided"), ("qualified", "deferred")),
    ("routed", _("Routed"), ("routed", "in_fulfilment")),
    ("value", _("Value to confirm"), ("fulfilled",)),
    ("declined", _("Declined"), ("not_justified",)),
)
MOST = 40


class NeedBoardView(StaffView):
    """Needs by stage; a card moves through its menu, so no drag is needed."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the same needs as the list with the same filters would."""
        actor: Any = request.user
        state = ListState(request.GET, path=request.path, default_ordering="received_at")
        found = Record.objects.visible_to(actor).of_resource("needs")
        filterset = filterset_for("needs")(state.filters, queryset=found, request=request)
        rows = filterset.qs if filterset.is_valid() else found.none()
        columns = [
            _column(rows.filter(state__in=states), label, actor) for _key, label, states in STAGES
        ]
        return render(
            request,
            "engage/board.html",
            {
                "columns": columns,
                "filter": filterset,
                "chips": chips_of(filterset, state),
                "clear_url": request.path,
                "views": tabs_of("needs", state, actor=actor, request=request).shown,
                "list_url": _same_as_list(request),
                "places": places("need-board"),
            },
        )


def _same_as_list(request: HttpRequest) -> str:
    query = request.GET.urlencode()
    return reverse("engage-inbox") + (f"?{query}" if query else f"?{UNFILTERED}")


def _column(rows: Any, label: Any, actor: Any) -> dict[str, Any]:
    cards = list(rows.with_people().order_by("received_at", "pk")[: MOST + 1])
    panels.decorate(cards[:MOST], actor=actor)
    needs = Need.objects.in_bulk([card.pk for card in cards[:MOST]])
    return {
        "label": label,
        "cards": [{"need": card, "moves": _moves(needs[card.pk], actor)} for card in cards[:MOST]],
        "more": len(cards) > MOST,
    }


def _moves(need: Need, actor: Any) -> list[dict[str, Any]]:
    """The steps that lead to another stage and that the reader may take; asked for on a page."""
    return [
        {
            "label": step.label,
            "url": reverse("record-transition", args=[need.resource, need.number, step.name]),
        }
        for step in NEED.leaving(need.state)
        if step.target not in (None, need.state) and step.may(actor, need)
    ]
