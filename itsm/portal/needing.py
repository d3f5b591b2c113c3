"""How much of each part of the navigation needs its reader, kept for a moment so that no page pays twice."""

from __future__ import annotations

import logging
from collections import Counter
from typing import Any

from django.core.cache import cache
from django.db.models import Count
from redis import RedisError

from itsm.accounts.roles import DESK_ROLES
from itsm.core.templatetags.ui import ACTIVITY_OF
from tickets.mail.models import InboundMail
from valuechain.records.kinds import kinds
from valuechain.records.models import Record

log = logging.getLogger(__name__)

#: A count may be this old, in seconds.
KEPT = 20
#: More mail than this is not counted.
MOST = 99
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
    """Return, by key of a place, how much there needs the person. At most two queries.

    Of records that is what they own and what is live; of mail, what waits to be placed by the desk.
    """
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
    if person.access.holds(DESK_ROLES):
        found["inbox"] = InboundMail.objects.visible_to(person).to_place()[:MOST].count()
    return dict(found)
