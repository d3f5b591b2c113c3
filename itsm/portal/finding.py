"""Where a requester begins, and what they find with a few words: to order, to read, their own."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from itsm.portal.asks import asks_offered
from itsm.portal.catalogue import articles_for, outages_for, tiles_for
from itsm.portal.progress import FOR_YOU_STATES, YOUR_WORD_STATES, progress_of
from itsm.portal.requests import mine, open_of
from itsm.portal.search import NUMBER, marked

FEW, TILES, OPEN = 8, 8, 5


@login_required
def portal_home(request: HttpRequest) -> HttpResponse:
    """Ask what the reader needs; say what does not work, and what of theirs is open."""
    actor: Any = request.user
    live = open_of(actor)
    waits = Q(state__in=FOR_YOU_STATES)
    for kind, states in YOUR_WORD_STATES.items():
        waits |= Q(kind=kind, state__in=states)
    return render(
        request,
        "portal/home.html",
        {
            "asks": asks_offered(request.user),
            "tiles": tiles_for(actor)[:TILES],
            "outages": outages_for(actor),
            "waiting": live.filter(waits, requester=actor).count(),
            "requests": [
                {"record": record, "progress": progress_of(record)} for record in live[:OPEN]
            ],
        },
    )


@login_required
def portal_find(request: HttpRequest) -> HttpResponse:
    """Show what fits the words; a number opens the request at once. Four queries."""
    actor: Any = request.user
    words = request.GET.get("q", "").strip()[:200]
    if exact := NUMBER.fullmatch(words):
        own = mine(actor).filter(number=exact[1].upper()).first()
        if own is not None:
            return redirect("portal-request", number=own.number)
    tiles = tiles_for(actor, words)[:FEW] if words else []
    articles = list(articles_for(actor, words)[:FEW]) if words else []
    requests = list(mine(actor).matching(words, actor=actor)[:FEW]) if words else []
    return render(
        request,
        "portal/find.html",
        {
            "words": words,
            "tiles": [
                {"tile": tile, "title": marked(tile.offering.title, words)} for tile in tiles
            ],
            "articles": [
                {"number": article.number, "title": marked(article.title, words)}
                for article in articles
            ],
            "requests": [
                {"record": one, "title": marked(one.title, words), "progress": progress_of(one)}
                for one in requests
            ],
            "is_empty": bool(words) and not (tiles or articles or requests),
            "asks": asks_offered(request.user),
        },
    )
