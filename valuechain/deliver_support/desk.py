"""How the desk does right now: what lies in each team's queue, and how much arrived hour by hour.

Every number is the length of the list it links to.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.db.models.functions import TruncHour
from django.utils import timezone

from valuechain.records.models import Record
from valuechain.records.vocabulary import LIVE_PHASES

#: Whatever ends within this time needs somebody now.
SOON = timedelta(hours=1)
#: Arrivals are told for this many hours.
HOURS = 12
_LIVE = [phase.value for phase in LIVE_PHASES]


@dataclass(frozen=True)
class Queue:
    """One team's open tickets; `team` is the word its list is filtered by."""

    name: str
    team: str
    open: int
    nobodys: int
    waiting: int
    soon: int
    late: int
    oldest: datetime | None


@dataclass(frozen=True)
class Hour:
    """What arrived and what was finished within one hour, and the share of the busiest."""

    starts: datetime
    arrived: int
    finished: int
    share: int

    @property
    def rest(self) -> int:
        """What is left above its bar."""
        return 100 - self.share


@dataclass(frozen=True)
class Desk:
    """The board: the queues, the whole, and the last hours."""

    queues: list[Queue]
    total: Queue
    hours: list[Hour]


def desk_of(actor: Any, *, now: datetime) -> Desk:
    """Read the board as somebody may see it. Three queries, however many tickets there are."""
    tickets = Record.objects.visible_to(actor).of_resource("tickets").order_by()
    rows = (
        tickets.filter(phase__in=_LIVE)
        .values_list("team_id", "team__name")
        .annotate(
            all=Count("pk"),
            nobodys=Count("pk", filter=Q(owner=None)),
            waiting=Count("pk", filter=Q(phase="waiting")),
            soon=Count("pk", filter=Q(next_due_at__gte=now, next_due_at__lt=now + SOON)),
            late=Count("pk", filter=Q(next_due_at__lt=now)),
            oldest=Min("opened_at"),
        )
    )
    queues = [
        Queue(name or "", str(pk) if pk else "none", *counts)
        for pk, name, *counts in sorted(rows, key=lambda row: (row[1] is None, -row[2], row[1]))
    ]
    return Desk(queues, _together(queues), _hours(tickets, now))


def _together(queues: Iterable[Queue]) -> Queue:
    found = list(queues)
    counts = {
        name: sum(getattr(queue, name) for queue in found)
        for name in ("open", "nobodys", "waiting", "soon", "late")
    }
    oldest = min((queue.oldest for queue in found if queue.oldest), default=None)
    return Queue(name="", team="", oldest=oldest, **counts)


def _hours(tickets: Any, now: datetime) -> list[Hour]:
    zone = timezone.get_current_timezone()
    last = timezone.localtime(now).replace(minute=0, second=0, microsecond=0)
    starts = [last - timedelta(hours=n) for n in reversed(range(HOURS))]

    def counted(column: str) -> dict[datetime, int]:
        found = (
            tickets.filter(**{f"{column}__gte": starts[0]})
            .annotate(hour=TruncHour(column, tzinfo=zone))
            .values_list("hour")
            .annotate(n=Count("pk"))
        )
        return dict(found)

    arrived, finished = counted("opened_at"), counted("closed_at")
    most = max([*arrived.values(), 1])
    return [
        Hour(
            start,
            arrived.get(start, 0),
            finished.get(start, 0),
            round(100 * arrived.get(start, 0) / most),
        )
        for start in starts
    ]
