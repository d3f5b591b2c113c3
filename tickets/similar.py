"""Open incidents that may be the same as what a caller is telling."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.lookups import TrigramSimilar
from django.contrib.postgres.search import SearchQuery, SearchRank, TrigramSimilarity
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Greatest, Upper

from tickets.models import Incident
from valuechain.records.querysets import staff_rule

#: How far back an ordinary incident may be the same; a major one always may.
WINDOW = timedelta(hours=72)
MOST = 5
#: A title of fewer letters says nothing yet.
FROM_LETTERS = 3
#: How alike two titles are, at least: 0 is not at all, 1 the same.
ALIKE = 0.12


def similar_incidents(words: str, *, actor: Any, now: datetime, service: Any = None) -> list[Any]:
    """Return up to five live incidents the actor works on that read like the words, likest first.

    Titles are compared by their trigrams, and by the words they share with the one typed, so that
    neither a typing error nor another order of words hides a match. A major incident, and one about
    the same service, come before others as alike. One query.
    """
    words = " ".join(words.split())[:200]
    if len(words) < FROM_LETTERS:
        return []
    query = any_word(words)
    title = Upper("title")
    fits = Q(TrigramSimilar(title, words.upper()))
    if query is not None:
        fits |= Q(search=query)
    if service is not None:
        fits |= Q(service=service, title__icontains=words.split()[0])
    found = Incident.objects.live().filter(Q(received_at__gte=now - WINDOW) | Q(is_major=True))
    rule = staff_rule(actor.access)
    if rule is not None:
        found = found.filter(rule)
    shared = SearchRank(F("search"), query) if query is not None else Value(0.0)
    ranked = (
        found.filter(fits)
        .annotate(
            likeness=Greatest(TrigramSimilarity(title, words.upper()), Coalesce(shared, Value(0.0)))
        )
        .filter(likeness__gte=ALIKE)
        .with_people()
        .order_by("-is_major", "-likeness", "-received_at")
    )
    rows = list(ranked[: 4 * MOST])
    if service is not None:
        rows.sort(key=lambda incident: incident.service_id != service.pk)
    return rows[:MOST]


def any_word(words: str) -> SearchQuery | None:
    """Return a query for texts that hold any of the longer words, by their beginnings."""
    longer = {word for word in re.findall(r"\w+", words) if len(word) >= FROM_LETTERS + 1}
    if not longer:
        return None
    terms = " | ".join(f"'{word}':*" for word in sorted(longer)[:12])
    return SearchQuery(terms, search_type="raw", config="throughline")
