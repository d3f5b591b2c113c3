"""Improve on one page: the register by worth, what people said, and what is asked about."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import F

from itsm.core import clock
from valuechain.improve.models import Benefit, Feedback, Improvement

MOST = 8


def register(actor: Any) -> list[Any]:
    """Return the open improvements that are worth most, those not estimated yet last. One query."""
    found = Improvement.objects.visible_to(actor).live().with_people()
    return list(found.order_by(F("worth").desc(nulls_last=True), "-opened_at")[:MOST])


def voices(actor: Any) -> list[Any]:
    """Return the feedback that waits for an answer, newest first. One query."""
    found = Feedback.objects.visible_to(actor).live().with_people()
    return list(found.order_by("-opened_at")[:MOST])


def benefits(actor: Any) -> list[Any]:
    """Return the benefits asked about or due to be, nearest day first. One query."""
    found = Benefit.objects.visible_to(actor).live().with_people()
    return list(found.order_by("check_on", "pk")[:MOST])


def low_scores_of_last_month(actor: Any) -> int:
    """Count the low scores of the last thirty days. One query."""
    return int(
        Feedback.objects.visible_to(actor)
        .filter(score__lte=2, opened_at__gte=clock.now() - timedelta(days=30))
        .count()
    )
