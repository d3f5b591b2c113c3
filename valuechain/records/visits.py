"""Where a demand has been: the visits drawn on the value-chain strip, in the order they happened."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse

from itsm.core import clock
from valuechain.records.trace import Chain
from valuechain.records.vocabulary import Activity

if TYPE_CHECKING:
    from itsm.core.decisions import Sentence


@dataclass
class Station:
    """One of the six activities, with the visits a demand paid it. Never a step of a sequence."""

    activity: str
    label: Sentence
    visits: list[int] = field(default_factory=list)
    spans: list[tuple[datetime, datetime]] = field(default_factory=list)
    current: bool = False
    count: int = 0
    url: str = ""

    @property
    def seconds(self) -> float:
        """How long anything of the chain was here; what ran side by side counts once."""
        total, until = 0.0, None
        for start, end in sorted(self.spans):
            begin = start if until is None else max(start, until)
            total += max((end - begin).total_seconds(), 0)
            until = end if until is None else max(until, end)
        return total


def stations(chain: Chain) -> list[Station]:
    """Return the six stations in their fixed places with numbered visits. No query.

    The records of the chain are taken in the order they were opened; each change of activity is a
    visit. Time spent is that of the records there, from received to closed or now.
    """
    found = {activity: Station(activity.value, activity.label) for activity in Activity}
    now = clock.now()
    visit, before = 0, ""
    for record in sorted(chain.records.values(), key=lambda r: (r.received_at, r.pk)):
        station = found[Activity(record.activity)]
        if record.activity != before:
            visit += 1
            station.visits.append(visit)
            before = record.activity
        station.count += 1
        station.spans.append((record.received_at, record.closed_at or now))
        station.current = station.current or record.pk == chain.root.pk
        station.url = (
            reverse("record-chain", args=[chain.root.resource, chain.root.number])
            + f"#{record.activity}"
        )
    return list(found.values())
