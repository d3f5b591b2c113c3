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
            asked.list_url("tickets", "closed", phase="done", rated=str(score)),
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
    """Records whose approval was decided in the month, by kind, and how long it took. One query."""
    found: Any = (
        Approval.objects.filter(subject__in=asked.records().order_by().values("pk"))
        .filter(**asked.within("decided_at"))
        .order_by()
        .values("subject__kind")
        .annotate(
            n=Count("subject", distinct=True),
            took=Avg(F("decided_at") - F("requested_at")),
            agreed=Count("subject", distinct=True, filter=Q(result=Result.APPROVED)),
        )
        .order_by("-n")
    )
    return [
        Row(
            str(kinds[row["subject__kind"]].label_plural),
            (row["n"], row["agreed"], hours(row["took"])),
            _decided_url(asked, row["subject__kind"]),
            _decided_url(asked, row["subject__kind"], approval=Result.APPROVED.value),
        )
        for row in found
    ]


def flow_times(asked: Asked) -> list[Row]:
    """Records handed over in the month by flow: how many, how long they waited. One query."""
    found = (
        Handover.objects.visible_to(asked.actor)
        .filter(**asked.within("offered_at"))
        .order_by()
        .values("flow")
        .annotate(
            n=Count("target", distinct=True),
            waited=Avg(F("accepted_at") - F("offered_at")),
            back=Count("target", distinct=True, filter=Q(status=Handover.Status.RETURNED)),
        )
        .order_by("-n")
    )
    if asked.service:
        found = found.filter(target__service__number=asked.service)
    known = {flow.name: flow for flow in flows}
    return [
        Row(
            str(known[row["flow"]].label) if row["flow"] in known else row["flow"],
            (row["n"], hours(row["waited"]), percent(row["n"] - row["back"], row["n"])),
            asked.list_url(
                kinds[known[row["flow"]].to].resource, "handed_over", flow=row["flow"]
            ) if row["flow"] in known else "",
        )
        for row in found
    ]  # fmt: skip


def _days(span: Any) -> float | None:
    return None if span is None else round(span.total_seconds() / 86_400, 1)


def _decided_url(asked: Asked, kind: str, **filters: str) -> str:
    return asked.list_url(kinds[kind].resource, "approval_decided", kind=kind, **filters)
