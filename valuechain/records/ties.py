"""The links around one record, read once for everything its page shows of them."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from valuechain.records.models import Link, Record

#: A page lists this many; an improvement may rest on thousands.
MOST_TIES = 300
#: What a line about a linked record shows.
_SHOWN = ("number", "kind", "resource", "title", "state", "phase", "received_at", "closed_at")


def ties_of(record: Record, *, actor: Any) -> list[Link]:
    """Return the links from and to a record that an actor sees, the latest first, with both ends.

    One query for each person who asks of this very object, however often they do; none where the
    record is known to have no link. One more than MOST_TIES says that there are more.
    """
    if not record.is_tied:
        return []
    known: dict[Any, list[Link]] = record.__dict__.setdefault("_ties", {})
    if actor.pk not in known:
        ends = Q(source_id=record.pk) | Q(target_id=record.pk)
        found = Link.objects.visible_to(actor).filter(ends).select_related("source", "target")
        shown = [f"{end}__{name}" for end in ("source", "target") for name in _SHOWN]
        narrow = found.only("kind", "source", "target", *shown)
        known[actor.pk] = list(narrow.order_by("-pk")[: MOST_TIES + 1])
    return known[actor.pk]
