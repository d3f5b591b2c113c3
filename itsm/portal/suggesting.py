"""What may answer a request before it is sent: articles that fit, and what the person asked already."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.postgres.search import SearchRank
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from itsm.portal.progress import progress_of
from tickets.knowing import articles_for
from tickets.similar import any_word
from valuechain.records.kinds import kinds
from valuechain.records.models import Record

#: Fewer letters say nothing yet.
FROM_LETTERS, MOST = 4, 3


def suggestions_for(actor: Any, words: str) -> dict[str, list[Any]]:
    """Return articles and the person's own live requests that share words with a line. Two queries."""
    words = " ".join(words.split())[:200]
    query = any_word(words) if len(words) >= FROM_LETTERS else None
    if query is None:
        return {"articles": [], "requests": []}
    asked_for = [kind.name for kind in kinds if kind.faces_requesters]
    own = Record.objects.visible_to(actor).filter(
        requester_id=actor.pk, kind__in=asked_for, search=query
    )
    ranked = own.live().annotate(rank=SearchRank(F("search"), query)).order_by("-rank", "-pk")
    return {
        "articles": articles_for(words, actor=actor),
        "requests": [
            {"record": record, "progress": progress_of(record)} for record in ranked[:MOST]
        ],
    }


@login_required
@require_safe
def portal_suggest(request: HttpRequest) -> HttpResponse:
    """Answer with what fits the line that is being typed."""
    found = suggestions_for(request.user, request.GET.get("title", ""))
    response = render(request, "portal/_suggested.html", found)
    response["Cache-Control"] = "private, no-store"
    return response
