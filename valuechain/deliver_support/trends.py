"""How services do: incidents week by week as a small line, and the last release."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncWeek
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from itsm.core import clock
from valuechain.records.models import Record

#: So many weeks make the line, this one last.
WEEKS = 12
WIDTH, HEIGHT, EDGE = 96, 24, 3


@dataclass(frozen=True)
class Trend:
    """Incidents opened in each of the last weeks."""

    weeks: tuple[tuple[date, int], ...]

    @property
    def counts(self) -> list[int]:
        return [count for _week, count in self.weeks]

    @property
    def total(self) -> int:
        return sum(self.counts)

    @property
    def label(self) -> str:
        """The line in words, for whoever does not see it."""
        counts = self.counts
        words = ngettext(
            "%(total)d incident in %(weeks)d weeks, most %(most)d in one, %(now)d in this one",
            "%(total)d incidents in %(weeks)d weeks, most %(most)d in one, %(now)d in this one",
            self.total,
        )
        told = {"total": self.total, "weeks": len(counts), "most": max(counts), "now": counts[-1]}
        return words % told

    @property
    def points(self) -> list[tuple[int, int]]:
        most, step = max(*self.counts, 1), WIDTH / (len(self.weeks) - 1)
        return [
            (round(n * step), round(HEIGHT - EDGE - count / most * (HEIGHT - 2 * EDGE)))
            for n, count in enumerate(self.counts)
        ]

    def drawn(self) -> SafeString:
        """The line for a cell of a table, with the number of this week beside it."""
        x, y = self.points[-1]
        return format_html(
            '<span class="spark"><svg viewBox="0 0 96 24" role="img" aria-label="{}">'
            '<polyline points="{}"/><circle cx="{}" cy="{}" r="2.5"/></svg>'
            '<span class="num">{}</span></span>',
            self.label,
            " ".join(f"{px},{py}" for px, py in self.points),
            x,
            y,
            self.counts[-1],
        )


def incidents_of(services: Iterable[int], actor: Any) -> dict[int, Trend]:
    """Count the incidents of services week by week, as far as seen. One query."""
    services = list(services)
    today = timezone.localdate(clock.now())
    last = today - timedelta(days=today.weekday())
    weeks = [last - timedelta(weeks=n) for n in reversed(range(WEEKS))]
    since = timezone.make_aware(datetime.combine(weeks[0], time.min))
    rows = (
        Record.objects.visible_to(actor)
        .of_kind("incident")
        .filter(service_id__in=services, opened_at__gte=since)
        .order_by()
        .annotate(week=TruncWeek("opened_at", tzinfo=timezone.get_current_timezone()))
        .values_list("service_id", "week")
        .annotate(n=Count("pk"))
    )
    counts: dict[int, dict[date, int]] = defaultdict(dict)
    for service, week, n in rows:
        counts[service][timezone.localtime(week).date()] = n
    return {pk: Trend(tuple((week, counts[pk].get(week, 0)) for week in weeks)) for pk in services}


def last_releases(services: Iterable[int], actor: Any) -> dict[int, Record]:
    """Return what went live last for each service, as far as seen. One query."""
    found: Sequence[Record] = (
        Record.objects.visible_to(actor)
        .of_kind("release")
        .filter(service_id__in=list(services), state="deployed")
        .order_by("service_id", "-closed_at", "-pk")
        .distinct("service_id")
    )
    return {release.service_id: release for release in found if release.service_id}


def last_release_cell(release: Record | None) -> str:
    """What went live last and when, as a cell of a table."""
    if release is None or release.closed_at is None:
        return ""
    day = formats.date_format(timezone.localtime(release.closed_at), "j M Y")
    return f"{release.number}, {day}"
