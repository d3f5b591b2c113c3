"""The links around one record, read once for everything its page shows of them."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from valuechain.records.models import Link, Record


def ties_of(record: Record, *, actor: Any) -> list[Link]:
    """Return the links from and to a record that an actor sees, with both ends.

    One query for each person who asks of this very object, however often they do.
    """
    known: dict[Any, list[Link]] = record.__dict__.setdefault("_ties", {})
    if actor.pk not in known:
        found = Link.objects.visible_to(actor).filter(Q(source=record.pk) | Q(target=record.pk))
        known[actor.pk] = list(found.select_related("source", "target"))
    return known[actor.pk]
