"""Open incidents that may be the same as what a caller is telling, and what is known to help."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.lookups import TrigramSimilar
from django.contrib.postgres.search import SearchQuery, SearchRank, TrigramSimilarity
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Greatest, Upper

from itsm.accounts.access import Sight
from itsm.core.machine import Phase
from itsm.core.statements import Given, Statement
from tickets.models import Incident, Problem
from valuechain.records.models import Record
from valuechain.records.querysets import staff_rule

#: How far back an ordinary incident may be the same; a major one always may.
WINDOW = timedelta(hours=72)
#: How far back the page of an incident looks for others that read like it.
LATELY = timedelta(days=30)
#: With how many of those it compares titles, the newest first.
LOOKED_AT = 300
MOST = 5
#: Problems whose cause is known and not gone yet, and how many of them are shown.
KNOWN = ("known_error", "fix_in_progress")
MOST_KNOWN = 3
#: A title of fewer letters says nothing yet.
FROM_LETTERS = 3
#: How alike two titles are, at least: 0 is not at all, 1 the same.
ALIKE = 0.12
#: How alike they are where nobody has asked for others: only what is worth a look.
MUCH_ALIKE = 0.25


def similar_incidents(words: str, *, actor: Any, now: datetime, service: Any = None) -> list[Any]:
    """Return up to five live incidents the actor works on that read like the words, likest first.

    Titles are compared by their trigrams, and by the words they share with the one typed, so that
    neither a typing error nor another order of words hides a match. A major incident, and one about
    the same service, come before others as alike. One query.
    """
    found = Incident.objects.live().filter(Q(received_at__gte=now - WINDOW) | Q(is_major=True))
    ranked = _alike(found, words, actor=actor, service=service)
    if ranked is None:
        return []
    rows = list(ranked.order_by("-is_major", "-likeness", "-received_at")[: 4 * MOST])
    if service is not None:
        rows.sort(key=lambda incident: incident.service_id != service.pk)
    return rows[:MOST]


def seen_before(incident: Any, *, actor: Any, now: datetime) -> list[Record]:
    """Return up to five other incidents of the last weeks that read like this one. One query.

    Titles are compared only with the newest of what the actor works on: a page opened all day must
    not read a month of a large desk.
    """
    access = actor.access
    words = {"words": incident.title.upper(), "record": incident.pk, "since": now - LATELY}
    return _newest_alike(access.sight, **access.given, **words)


@Statement
def _newest_alike(sight: Sight) -> Any:
    incidents = Record.objects.of_kind(Incident.KIND).exclude(phase=Phase.VOID)
    rule = staff_rule(sight)
    if rule is not None:
        incidents = incidents.filter(rule)
    # By key, which is the order they came in: the database reads it from its end and stops.
    newest = incidents.exclude(pk=Given("record")).order_by("-pk").values("pk")[:LOOKED_AT]
    found = Record.objects.filter(pk__in=newest, received_at__gte=Given("since"))
    likeness = _nearness(Given("words"))
    likest = found.annotate(likeness=likeness).filter(likeness__gte=MUCH_ALIKE)
    shown = likest.only("number", "title", "kind", "resource", "state", "phase", "received_at")
    return shown.order_by("-likeness", "-received_at")[:MOST]


def known_errors(
    words: str, *, actor: Any, service: Any = None, linked: Sequence[int] = ()
) -> list[Any]:
    """Return up to three problems with a workaround: those linked, and what reads like the words.

    One query.
    """
    words = _plain(words)
    if len(words) < FROM_LETTERS:
        return []
    access = actor.access
    return _known(
        access.sight,
        **access.given,
        words=words.upper(),
        terms=_terms(words),
        service=service.pk if service is not None else None,
        linked=tuple(linked),
    )


@Statement
def _known(sight: Sight) -> Any:
    found = Problem.objects.filter(state__in=KNOWN).exclude(workaround="")
    rule = staff_rule(sight)
    if rule is not None:
        found = found.filter(rule)
    title, words = Upper("title"), Given("words")
    query = SearchQuery(Given("terms"), search_type="raw", config="throughline")
    shared = Coalesce(SearchRank(F("search"), query), Value(0.0))
    is_linked = Q(pk__in=Given("linked"))
    fits = Q(TrigramSimilar(title, words)) | Q(search=query) | Q(service=Given("service"))
    likeness = Greatest(_nearness(words), shared)
    alike = found.annotate(likeness=likeness).filter((fits & Q(likeness__gte=ALIKE)) | is_linked)
    shown = alike.only("number", "title", "kind", "resource", "state", "phase", "workaround")
    return shown.order_by("-likeness", "-received_at")[:MOST_KNOWN]


def _alike(found: Any, words: str, *, actor: Any, service: Any) -> Any:
    """Narrow tickets to those the actor works on that read like the words, with their likeness."""
    words = _plain(words)
    if len(words) < FROM_LETTERS:
        return None
    query = any_word(words)
    title = Upper("title")
    fits = Q(TrigramSimilar(title, words.upper()))
    if query is not None:
        fits |= Q(search=query)
    if service is not None:
        fits |= Q(service=service, title__icontains=words.split()[0])
    rule = staff_rule(actor.access)
    if rule is not None:
        found = found.filter(rule)
    shared = SearchRank(F("search"), query) if query is not None else Value(0.0)
    likeness = Greatest(_nearness(words.upper()), Coalesce(shared, Value(0.0)))
    return found.filter(fits).annotate(likeness=likeness).filter(likeness__gte=ALIKE).with_people()


def _nearness(words: Any) -> TrigramSimilarity:
    """How alike a title is to these words in capitals, 0 to 1: text, or a value given later."""
    return TrigramSimilarity(Upper("title"), words)


def _plain(words: str) -> str:
    return " ".join(words.split())[:200]


def any_word(words: str) -> SearchQuery | None:
    """Return a query for texts that hold any of the longer words, by their beginnings."""
    terms = _terms(words)
    return SearchQuery(terms, search_type="raw", config="throughline") if terms else None


def _terms(words: str) -> str | None:
    """Return the longer words as PostgreSQL reads them, or None where there are none."""
    longer = {word for word in re.findall(r"\w+", words) if len(word) >= FROM_LETTERS + 1}
    return " | ".join(f"'{word}':*" for word in sorted(longer)[:12]) or None
