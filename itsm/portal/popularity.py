"""How often an item of the catalogue is ordered, and how long people waited for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.cache import caches
from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, Q
from django.utils.translation import ngettext

from itsm.core import clock
from itsm.core.machine import Phase
from valuechain.records.models import Link
from valuechain.records.vocabulary import LinkKind

#: Orders of so many days count; a usual time is said of so many finished ones, and kept so long.
LOOKED_BACK, ENOUGH, KEPT_SECONDS = timedelta(days=365), 3, 600


class ThreeQuarters(Aggregate):
    """The span within which three of four came to their end: what "most people" waited."""

    template = "percentile_cont(0.75) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True)
class Popularity:
    """How many ordered an item in the last year, and within which time most of them had it."""

    orders: int = 0
    usual: timedelta | None = None

    @property
    def words(self) -> str:
        """The usual time as a requester reads it; empty while too few have had it."""
        if self.usual is None:
            return ""
        hours = max(1, round(self.usual.total_seconds() / 3600))
        if hours < 24:
            words = ngettext(
                "Most people had it within %(n)d hour", "Most people had it within %(n)d hours", hours
            )  # fmt: skip
            return words % {"n": hours}
        days = -(-hours // 24)
        words = ngettext(
            "Most people had it within %(n)d day", "Most people had it within %(n)d days", days
        )
        return words % {"n": days}


def popularity_of(offerings: Iterable[Any]) -> dict[str, Popularity]:
    """Return each item's popularity by its number, measured anew every few minutes. One query."""
    kept = caches["process"]
    known: dict[str, Popularity] | None = kept.get("portal.popularity")
    if known is None:
        known = _measured()
        kept.set("portal.popularity", known, KEPT_SECONDS)
    return {one.number: known.get(one.number, Popularity()) for one in offerings}


def _measured() -> dict[str, Popularity]:
    took = ExpressionWrapper(
        F("source__closed_at") - F("source__opened_at"), output_field=DurationField()
    )
    done = Q(source__phase=Phase.DONE)
    found = (
        Link.objects.filter(
            kind=LinkKind.RELATES_TO,
            target__kind="offering",
            source__kind="service_request",
            source__opened_at__gte=clock.now() - LOOKED_BACK,
        )
        .order_by()
        .values("target__number")
        .annotate(
            orders=Count("pk"),
            ended=Count("pk", filter=done),
            took=ThreeQuarters(took, filter=done),
        )
    )
    return {
        row["target__number"]: Popularity(
            row["orders"], row["took"] if row["ended"] >= ENOUGH else None
        )
        for row in found
    }
