"""Suggestions while somebody types a name: people, with where they sit and how to reach them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from itsm.accounts.models import User

ROWS = 7
FROM_LETTERS = 2


def people_found(words: str, *, actor: Any, most: int = ROWS) -> list[User]:
    """Return people whose name, address, phone or number holds each word; nobody for one letter."""
    words = words.strip()[:200]
    if len(words) < FROM_LETTERS:
        return []
    found = User.objects.visible_to(actor).matching(words).filter(is_service_account=False)
    return list(found.select_related("organisation").order_by("name", "pk")[:most])


@login_required
def people_suggest(request: HttpRequest) -> HttpResponse:
    """Answer with the rows of the list below a name field; for staff only."""
    actor: Any = request.user
    if not actor.access.is_staff:
        raise Http404
    words = request.GET.get("q", "")
    return render(
        request,
        "portal/_people.html",
        {"people": people_found(words, actor=actor), "words": words.strip()},
    )
