"""My work: what ends next, what is mine, what waits for somebody of my teams."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from itsm.core import clock
from itsm.core.machine import Phase
from itsm.portal.activities import near_handovers
from itsm.portal.admin.first_steps import steps_left
from itsm.portal.blocks import blocks_for
from valuechain.records.kinds import kinds
from valuechain.records.models import Record
from valuechain.records.panels import panels
from valuechain.records.tabs import as_far_as_counted, count_all

ROWS = 7
#: Tiles: label, the list's filters, and the word for an empty one.
TILES = (
    ("mine", _("My tickets, open"), {"state": "open", "owner": "me"}),
    ("overdue", _("My tickets, overdue"), {"state": "open", "owner": "me", "overdue": "true"}),
    (
        "unassigned",
        _("Nobody's tickets, in my teams"),
        {"state": "open", "owner": "none", "team": "mine"},
    ),
    (
        "homeless",
        _("Nobody's tickets, in no team"),
        {"state": "open", "owner": "none", "team": "none"},
    ),
)


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Show a member of staff their work; requesters are shown their own pages."""
    actor: Any = request.user
    if not actor.access.is_staff:
        return redirect("portal-home")
    now = clock.now()
    near = Q(owner_id=actor.pk) | Q(team_id__in=actor.access.staff_teams)
    visible = Record.objects.visible_to(actor)
    # What is never due comes last, and is left out here: asked not to give it, PostgreSQL reads
    # everything that is due for anybody.
    soonest = visible.live().filter(near).with_people().order_by("next_due_at", "pk")[:ROWS]
    ending = [record for record in soonest if record.next_due_at]
    panels.decorate(ending, actor=actor)
    waiting = near_handovers(actor)
    return render(
        request,
        "portal/my_work.html",
        {
            "tiles": _tiles(actor, request),
            "by_state": _mine_by_state(actor),
            "ending": ending,
            "follow_ups": list(
                visible.in_phase(Phase.WAITING)
                .filter(near, follow_up_at__lt=now + timedelta(days=1))
                .with_people()
                .order_by("follow_up_at", "pk")[:ROWS]
            ),
            "handovers": waiting[:ROWS],
            "handovers_count": len(waiting),
            "steps_left": steps_left(actor),
            **blocks_for(actor, request),
        },
    )


def _tiles(actor: Any, request: HttpRequest) -> list[dict[str, Any]]:
    """Return the tiles with their lists' addresses and lengths, counted by the very filters. One query."""
    queries = [urlencode(filters) for _key, _label, filters in TILES]
    counts = count_all("tickets", queries, actor=actor, request=request)
    path = reverse("record-list", args=["tickets"])
    return [
        {
            "key": key, "label": label, "count": count, "words": as_far_as_counted(count),
            "url": f"{path}?{query}",
        }
        for (key, label, _filters), query, count in zip(TILES, queries, counts, strict=True)
    ]  # fmt: skip


def _mine_by_state(actor: Any) -> list[dict[str, Any]]:
    """Count what the actor owns by resource and state. One query."""
    rows = (
        Record.objects.visible_to(actor)
        .live()
        .filter(owner_id=actor.pk)
        .order_by()
        .values_list("resource", "kind", "state")
        .annotate(Count("pk"))
    )
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for resource, kind, state, count in rows:
        entry = kinds[kind].machine.state(state)
        line = found.setdefault(
            (resource, state),
            {
                "label": entry.label,
                "phase": entry.phase.value,
                "count": 0,
                "url": f"{reverse('record-list', args=[resource])}?"
                + urlencode({"owner": "me", "state": state}),
                "resource": _resource_label(resource),
            },
        )
        line["count"] += count
    order = [phase.value for phase in Phase]
    return sorted(found.values(), key=lambda line: (order.index(line["phase"]), str(line["label"])))


def _resource_label(resource: str) -> Any:
    if resource in panels.resource_labels:
        return panels.resource_labels[resource][1]
    return kinds.of_resource(resource)[0].label_plural
