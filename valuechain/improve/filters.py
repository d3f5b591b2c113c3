"""What lists of tickets can be narrowed by: how they were rated."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from valuechain.improve.models import Feedback
from valuechain.records.panels import panels

SCORES = [(str(score), str(score)) for score in range(5, 0, -1)]


class RatedFilter(django_filters.MultipleChoiceFilter):
    """Keeps what got one of the scores; whoever asks for service finds their own ratings only."""

    def filter(self, qs: Any, value: Any) -> Any:
        if not value:
            return qs
        actor = self.parent.actor
        ratings = Feedback.objects.filter(nature=Feedback.Nature.CSAT, score__in=value)
        if not actor.access.is_staff:
            ratings = ratings.filter(respondent=actor)
        return qs.filter(pk__in=ratings.order_by().values("about"))


def register() -> None:
    """Let the list of tickets be narrowed by scores, on its page and in REST."""
    panels.filters["tickets"] = {
        **panels.filters.get("tickets", {}),
        "rated": RatedFilter(label=_("Rated"), choices=SCORES),
    }
