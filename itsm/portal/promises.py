"""Service levels as the person who asked reads them: by when, and whether that still holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from itsm.core import wording
from sla.models import Clock
from sla.vocabulary import AgreementKind, ClockState, Metric
from valuechain.records.models import Record

if TYPE_CHECKING:
    from itsm.core.decisions import Sentence

_SHOWN = (ClockState.RUNNING, ClockState.PAUSED, ClockState.MET, ClockState.BREACHED)
_ANSWERS = (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE)
_ENDS = (Metric.RESOLUTION, Metric.FULFILMENT)

ON_TIME = (gettext_lazy("On time"), "ok", "tick")
LATE = (gettext_lazy("Running late"), "warn", "triangle-up")
NONE = ("", "neutral", "clock")


@dataclass(frozen=True)
class Promised:
    """One promise in a sentence, with a word on whether it holds."""

    words: str
    word: Sentence
    tone: str
    icon: str


def promises_of(record: Record, *, now: datetime) -> list[Promised]:
    """Return what the customer was promised on a record and is still to come. One query.

    Agreements among teams and with suppliers are not the requester's, whoever reads; nor is by how
    much a promise was missed.
    """
    clocks = Clock.objects.filter(
        record_id=record.pk,
        agreement_kind=AgreementKind.SLA,
        state__in=_SHOWN,
        metric__in=(*_ANSWERS, *_ENDS),
        finished_at__isnull=True,
    ).order_by("cycle", "pk")
    latest = {clock.metric: clock for clock in clocks}
    order = list(Metric)
    return [
        _said(clock, now)
        for clock in sorted(latest.values(), key=lambda one: order.index(Metric(one.metric)))
    ]


def _said(clock: Clock, now: datetime) -> Promised:
    answers = clock.metric in _ANSWERS
    if clock.state == ClockState.BREACHED or (clock.due_at is not None and clock.due_at < now):
        words = (
            _("We meant to reply sooner. We have not forgotten you.")
            if answers
            else _("It takes longer than we promised. We are on it.")
        )
        return Promised(words, *LATE)
    if clock.state == ClockState.PAUSED or clock.due_at is None:
        words = (
            _("Our time to reply stands still while we wait.")
            if answers
            else _("Our time to finish stands still while we wait.")
        )
        return Promised(words, *NONE)
    due = wording.clock_time(clock.due_at, now=now)
    words = (
        _("We'll reply by %(due)s.") % {"due": due}
        if answers
        else _("We mean to be done by %(due)s.") % {"due": due}
    )
    return Promised(words, *ON_TIME)
