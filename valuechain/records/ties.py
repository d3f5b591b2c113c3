"""The links around one record, and who takes part in it: read once for all its page shows of them."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from itsm.accounts.access import Sight
from itsm.core.statements import Given, Statement
from valuechain.records.models import Link, Participation, Record

#: A page lists this many; an improvement may rest on thousands.
MOST_TIES = 300
#: What a line about a linked record shows.
_SHOWN = ("number", "kind", "resource", "title", "state", "phase", "received_at", "closed_at")


@Statement
def _ties(sight: Sight) -> Any:
    ends = Q(source_id=Given("record")) | Q(target_id=Given("record"))
    found = Link.objects.visible_to(sight).filter(ends).select_related("source", "target")
    shown = [f"{end}__{name}" for end in ("source", "target") for name in _SHOWN]
    narrow = found.only("kind", "source", "target", *shown)
    return narrow.order_by("-pk")[: MOST_TIES + 1]


@Statement
def _taking_part() -> Any:
    found = Participation.objects.filter(record=Given("record")).select_related("person")
    return found.only("record_id", "person_id", "role", "person__name", "person__email")


def taking_part(record: Record) -> list[Participation]:
    """Return who takes part in a record, in which role. One query for this very object."""
    known: dict[str, list[Participation]] = record.__dict__
    if "_taking_part" not in known:
        known["_taking_part"] = _taking_part(record=record.pk)
    return known["_taking_part"]


def ties_of(record: Record, *, actor: Any) -> list[Link]:
    """Return the links from and to a record that an actor sees, the latest first, with both ends.

    One query for each person who asks of this very object, however often they do; none where the
    record is known to have no link. One more than MOST_TIES says that there are more.
    """
    if not record.is_tied:
        return []
    known: dict[Any, list[Link]] = record.__dict__.setdefault("_ties", {})
    if actor.pk not in known:
        access = actor.access
        known[actor.pk] = _ties(access.sight, **access.given, record=record.pk)
    return known[actor.pk]
