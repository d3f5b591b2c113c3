"""Reports on the value chain: how content people are, what is decided on, how work flows."""

from __future__ import annotations

from typing import Any

from django.db.models import Avg, Count, F, Q
from django.utils.translation import gettext as _

from itsm.core.machine import Phase
from itsm.portal.reports.shape import Asked, Row, hours, percent
from valuechain.approvals.models import Approval
from valuechain.approvals.vocabulary import Result
from valuechain.engage.models import Need
from valuechain.improve.models import Feedback
from valuechain.records.flows import flows
from valuechain.records.kinds import kinds
from valuechain.records.models import Handover


def satisfaction(asked: Asked) -> list[Row]:
    """Answers to tickets finished in the month, by score, beside how many were asked. Two queries."""
    finished = asked.records("tickets").in_phase(Phase.DONE).filter(**asked.within("closed_at"))
    counts = dict(
        Feedback.objects.filter(
            nature=Feedback.Nature.CSAT, about__in=finished.order_by().values("pk")
        )
        .order_by().values_list("score").annotate(Count("pk"))
    )  # fmt: skip
    asked_of = finished.count()
    return [
        Row(
            _("Score %(score)d") % {"score": score},
            (counts.get(score, 0), percent(counts.get(score, 0), asked_of)),
        )
        for score in range(5, 0, -1)
    ]


def needs(asked: Asked) -> list[Row]:
    """Needs decided in the month by verdict, and how long that took. One query."""
    found: Any = (
        Need.objects.filter(pk__in=asked.records("needs").order_by().values("pk"))
        .filter(**asked.within("decided_at"))
        .exclude(verdict="")
        .order_by()
        .values("verdict")
        .annotate(n=Count("pk"), took=Avg(F("decided_at") - F("received_at")))
        .order_by("-n")
    )
    labels = dict(Need._meta.get_field("verdict").flatchoices)
    return [
        Row(
            str(labels.get(row["verdict"], row["verdict"])),
            (row["n"], _days(row["took"])),
            asked.list_url("needs", "decision", verdict=row["verdict"]),
        )
        for row in found
    ]


def approvals(asked: Asked) -> list[Row]:
    """Approvals decided in the month by kind of record, and how long they took. One query."""
    found: Any = (
        Approval.objects.filter(subject__in=asked.records().order_by().values("pk"))
        .filter(**asked.within("decided_at"))
        .order_by()
        .values("subject__kind")
        .annotate(
            n=Count("pk"),
            took=Avg(F("decided_at") - F("requested_at")),
            agreed=Count("pk", filter=Q(result=Result.APPROVED)),
        )
        .order_by("-n")
    )
    return [
        Row(_kind(row["subject__kind"]), (row["n"], row["agreed"], hours(row["took"])))
        for row in found
    ]


def flow_times(asked: Asked) -> list[Row]:
    """Handovers offered in the month by flow: how many, how long they waited. One query."""
    found = (
        Handover.objects.visible_to(asked.actor)
        .filter(**asked.within("offered_at"))
        .order_by()
        .values("flow")
        .annotate(
            n=Count("pk"),
            waited=Avg(F("accepted_at") - F("offered_at")),
            back=Count("pk", filter=Q(status=Handover.Status.RETURNED)),
        )
        .order_by("-n")
    )
    if asked.service:
        found = found.filter(target__service__number=asked.service)
    labels = {flow.name: str(flow.label) for flow in flows}
    return [
        Row(
            labels.get(row["flow"], row["flow"]),
            (row["n"], hours(row["waited"]), percent(row["n"] - row["back"], row["n"])),
        )
        for row in found
    ]


def _days(span: Any) -> float | None:
    return None if span is None else round(span.total_seconds() / 86_400, 1)


def _kind(name: str) -> str:
    return str(kinds[name].label_plural)
