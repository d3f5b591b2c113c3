"""What is known already while a caller talks: articles that help, troubles announced, the service meant."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib.postgres.search import SearchRank
from django.db.models import F

from tickets.asks import TICKET_KINDS
from tickets.similar import any_word
from valuechain.deliver_support.models import KnowledgeArticle, Service
from valuechain.records.models import Record

MOST_ARTICLES = 3
#: How many of a caller's latest tickets tell which service they mean.
LATEST = 8
#: What each sign counts: a word of the service's own name, a similar ticket, the caller's last ones.
NAMED, ALIKE, USED = 6, 3, 1
MOST_GUESSES = 3


def articles_for(words: str, *, actor: Any) -> list[Any]:
    """Return published articles that share words with the problem, the likeliest first. One query."""
    query = any_word(words)
    if query is None:
        return []
    found = KnowledgeArticle.objects.visible_to(actor).filter(state="published", search=query)
    ranked = found.annotate(rank=SearchRank(F("search"), query)).order_by("-rank", "pk")
    return list(ranked.only("number", "title", "kind", "resource", "description")[:MOST_ARTICLES])


def troubles(*, actor: Any, person: Any = None, service: Record | None = None) -> list[Any]:
    """Return services that do not work as they should: those of the caller and the call first.

    Two queries at most.
    """
    found = list(
        Service.objects.visible_to(actor)
        .filter(health__in=[Service.Health.DOWN, Service.Health.DEGRADED,
                            Service.Health.MAINTENANCE])
        .order_by("-state_since")[:20]
    )  # fmt: skip
    if not found:
        return []
    theirs = set(_latest_services(person)) if person is not None else set()
    if service is not None:
        theirs.add(service.pk)
    worst = {Service.Health.DOWN: 0, Service.Health.DEGRADED: 1}
    found.sort(key=lambda one: (one.pk not in theirs, worst.get(one.health, 2)))
    return found[:3]


def services_meant(words: str, *, actor: Any, person: Any, similar: list[Any]) -> list[Any]:
    """Return the services the call is probably about, the likeliest first. Two queries at most.

    A guess, and shown as one: by words of the service's name, by tickets that read alike, by what the
    caller wrote about before.
    """
    score: Counter[int] = Counter()
    for ticket in similar:
        if ticket.service_id is not None:
            score[ticket.service_id] += ALIKE
    for pk in _latest_services(person) if person is not None else ():
        score[pk] += USED
    said = {word for word in words.lower().split() if len(word) > 3}
    known = list(
        Service.objects.visible_to(actor)
        .filter(state__in=["live", "degraded", "retiring"])
        .only("number", "title", "kind", "resource")[:300]
    )
    for service in known:
        named = {word for word in service.title.lower().split() if len(word) > 3}
        score[service.pk] += NAMED * len(said & named)
    likely = [service for service in known if score[service.pk] > 0]
    likely.sort(key=lambda service: (-score[service.pk], service.title))
    return likely[:MOST_GUESSES]


def _latest_services(person: Any) -> list[int]:
    latest = (
        Record.objects.of_kind(*TICKET_KINDS)
        .filter(requester_id=person.pk, service__isnull=False)
        .order_by("-opened_at")
        .values_list("service_id", flat=True)[:LATEST]
    )
    return list(latest)
