"""Reports on the service desk's work: how much, how old, how final, how long, how well promised."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from itsm.core import clock
from itsm.core.machine import Phase
from itsm.portal.reports.shape import Asked, Row, percent
from sla import dashboard
from sla.standing import BREACHED, DECIDED, list_query
from tickets.filters import SOLVED_AT_ONCE, had_come_back
from valuechain.records.filters import NONE
from valuechain.records.kinds import kinds
from valuechain.records.models import TimeEntry
from valuechain.records.vocabulary import Channel

TICKETS = "tickets"
AGES = (1, 3, 7, 14, 30, 90)


def volume(asked: Asked) -> list[Row]:
    """Tickets opened and finished in the month, by kind. Two queries."""
    opened = _by_kind(asked.records(TICKETS).filter(**asked.within("opened_at")))
    done = _by_kind(asked.records(TICKETS).filter(**asked.within("closed_at")))
    return [
        Row(
            str(kind.label_plural),
            (opened.get(kind.name, 0), done.get(kind.name, 0)),
            asked.list_url(TICKETS, "opened", kind=kind.name),
            asked.list_url(TICKETS, "closed", kind=kind.name),
        )
        for kind in kinds.of_resource(TICKETS)
    ]


def backlog(asked: Asked) -> list[Row]:
    """Tickets open now by age in days. One query for each age."""
    now = clock.now()
    live = asked.records(TICKETS).live()
    rows: list[Row] = []
    younger: Any = None
    for days in (*AGES, None):
        since = now - timedelta(days=days) if days else None
        rule: dict[str, Any] = {}
        query = {"state": "open"}
        if since is not None:
            rule["opened_at__gte"] = since
            query["opened_after"] = since.isoformat()
        if younger is not None:
            rule["opened_at__lt"] = younger
            query["opened_before"] = (younger - timedelta(microseconds=1)).isoformat()
        label = _up_to(days) if days else _("Older")
        rows.append(Row(label, (live.filter(**rule).count(),), asked.list_url(TICKETS, **query)))
        younger = since
    return rows


def _up_to(days: int) -> str:
    return ngettext("Up to %(days)s day", "Up to %(days)s days", days) % {"days": days}


def first_contact(asked: Asked) -> list[Row]:
    """Tickets finished within half an hour of being opened, by channel. One query."""
    found = (
        _finished(asked)
        .order_by()
        .values("channel")
        .annotate(n=Count("pk"), soon=Count("pk", filter=SOLVED_AT_ONCE))
        .order_by("-n")
    )

    names: dict[str, Any] = dict(Channel.choices)
    return [
        Row(
            str(names.get(row["channel"], _("None"))),
            (row["n"], row["soon"], percent(row["soon"], row["n"])),
            *(_of_channel(asked, row["channel"]) if row["channel"] else ()),
        )
        for row in found
    ]  # fmt: skip


def _of_channel(asked: Asked, channel: str) -> tuple[str, str]:
    query = {"phase": "done", "channel": channel}
    all_of_it = asked.list_url(TICKETS, "closed", **query)
    return all_of_it, asked.list_url(TICKETS, "closed", **query, at_once="true")


def reopened(asked: Asked) -> list[Row]:
    """Tickets finished in the month that had come back before, by kind. One query."""
    found = (
        _finished(asked)
        .order_by()
        .annotate(came_back=had_come_back())
        .values("kind")
        .annotate(n=Count("pk"), back=Count("pk", filter=Q(came_back=True)))
    )
    return [
        Row(
            str(kinds[row["kind"]].label_plural),
            (row["n"], row["back"], percent(row["back"], row["n"])),
            asked.list_url(TICKETS, "closed", phase="done", kind=row["kind"]),
            asked.list_url(TICKETS, "closed", phase="done", kind=row["kind"], reopened="true"),
        )
        for row in found
    ]


def service_levels(asked: Asked) -> list[Row]:
    """Tickets decided and missed in the month, by service. One query."""
    lines = dashboard.compliance(
        asked.records(TICKETS), "service__number", "service__title",
        metric="", period=asked.period, now=clock.now(),
    )  # fmt: skip
    return [
        Row(
            line.label,
            (line.decided, line.missed, line.percent),
            _standing_url(asked, DECIDED, line.key),
            _standing_url(asked, BREACHED, line.key),
        )
        for line in lines
    ]


def _standing_url(asked: Asked, how: str, service: str | None) -> str:
    query = list_query(how, metric="", period=asked.period, service=service or "none")
    return f"{asked.list_url(TICKETS).partition('?')[0]}?{query}"


def time_spent(asked: Asked) -> list[Row]:
    """Hours written down in the month, by team. One query."""
    found = (
        entries_within(asked)
        .order_by()
        .values("record__team", "record__team__name")
        .annotate(
            seconds=Sum("seconds"),
            n=Count("record", distinct=True),
            resources=ArrayAgg("record__resource", distinct=True),
        )
        .order_by("-seconds")
    )
    return [
        Row(
            row["record__team__name"] or _("No team"),
            (round(row["seconds"] / 3600, 1), row["n"]),
            _entries_url(asked, row["record__team"]),
            second_url=_worked_on(asked, row["resources"], row["record__team"]),
            is_sum=True,
        )
        for row in found
    ]


def entries_within(asked: Asked) -> Any:
    """Return the time written down in the period, on records the reader sees."""
    visible = asked.records().order_by().values("pk")
    return TimeEntry.objects.filter(**asked.within("at")).filter(record__in=visible)


def _entries_url(asked: Asked, team: int | None) -> str:
    query = {"period": asked.period.name, "team": str(team or NONE)}
    if asked.service:
        query["service"] = asked.service
    return f"{reverse('report-time-entries')}?{urlencode(query)}"


def _worked_on(asked: Asked, resources: list[str], team: int | None) -> str:
    """Return the list of the records of a team; none of records that stand in several lists."""
    if len(resources) > 1:
        return ""
    return asked.list_url(resources[0], "worked_on", team=str(team or NONE))


def _finished(asked: Asked) -> Any:
    return asked.records(TICKETS).in_phase(Phase.DONE).filter(**asked.within("closed_at"))


def _by_kind(found: Any) -> dict[str, int]:
    return dict(found.order_by().values_list("kind").annotate(Count("pk")))
