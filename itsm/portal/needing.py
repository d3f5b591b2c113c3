"""How much of each part of the navigation needs its reader, kept for a moment so that no page pays twice."""

from __future__ import annotations

import logging
from collections import Counter
from typing import Any

from django.core.cache import cache
from django.db.models import Count
from redis import RedisError

from itsm.core.templatetags.ui import ACTIVITY_OF
from valuechain.records.kinds import kinds
from valuechain.records.models import Record

log = logging.getLogger(__name__)

#: A count may be this old, in seconds.
KEPT = 20
#: What stands for years while its owner has nothing to do with it today.
STANDING = frozenset(
    {
        "article",
        "budget",
        "interaction",
        "objective",
        "offering",
        "policy",
        "service",
        "stakeholder",
        "vision",
    }
)


def needing(person: Any) -> dict[str, int]:
    """Return, by key of a place, how many live records the person owns there. At most one query."""
    key = f"needing:{person.pk}"
    try:
        known: dict[str, int] | None = cache.get(key)
        if known is None:
            known = _counted(person)
            cache.set(key, known, KEPT)
    except RedisError as problem:
        log.warning("Nothing is counted: Redis is away (%s).", type(problem).__name__)
        return {}
    return known


def _counted(person: Any) -> dict[str, int]:
    own = Record.objects.visible_to(person).live().filter(owner_id=person.pk)
    own = own.exclude(kind__in=STANDING).order_by()
    found: Counter[str] = Counter()
    for kind, count in own.values_list("kind").annotate(Count("pk")):
        entry = kinds[kind]
        found[ACTIVITY_OF.get(entry.activity, entry.activity)] += count
        if entry.resource == "tickets":
            found["tickets"] += count
    return dict(found)
