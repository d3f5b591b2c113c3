"""What lists of tickets can be narrowed by, beside what every list can."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import django_filters
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from valuechain.records.filters import NONE, SeveralFilter
from valuechain.records.models import Event
from valuechain.records.panels import panels
from valuechain.records.querysets import staff_rule

#: Done so soon after it was opened, a ticket was settled in the first contact.
AT_ONCE = timedelta(minutes=30)
SOLVED_AT_ONCE = Q(closed_at__lte=F("opened_at") + AT_ONCE)


class TagFilter(SeveralFilter):
    """Keeps what has any of the tags, of what the reader works on: tags are the desk's own."""

    def filter(self, qs: Any, value: list[str]) -> Any:
        if not value:
            return qs
        tags = [word.lower() for word in value if word != NONE]
        found = qs.filter(tags__overlap=tags) if tags else qs.none()
        if NONE in value:
            found = qs.filter(tags=[]) if not tags else found | qs.filter(tags=[])
        # While the API is described nobody asks.
        access = getattr(self.parent.actor, "access", None)
        rule = staff_rule(access) if access is not None else None
        return found if rule is None else found.filter(rule)


class AtOnceFilter(django_filters.BooleanFilter):
    """Keeps what was finished while the caller was still there, or leaves it out."""

    def filter(self, qs: Any, value: Any) -> Any:
        if value is None:
            return qs
        return qs.filter(SOLVED_AT_ONCE) if value else qs.exclude(SOLVED_AT_ONCE)


class ReopenedFilter(django_filters.BooleanFilter):
    """Keeps what was reopened at least once, or leaves it out."""

    def filter(self, qs: Any, value: Any) -> Any:
        if value is None:
            return qs
        return qs.filter(had_come_back()) if value else qs.exclude(had_come_back())


def had_come_back() -> Exists:
    """Whether a ticket was reopened at least once."""
    return Exists(Event.objects.filter(record_id=OuterRef("pk"), verb__endswith=".reopen"))


def register() -> None:
    """Let the list of tickets be narrowed by tags and by how they ended, on its page and in REST."""
    panels.filters["tickets"] = {
        **panels.filters.get("tickets", {}),
        "tag": TagFilter(field_name="tags", label=_("Tag")),
        "at_once": AtOnceFilter(label=_("Solved in the first contact")),
        "reopened": ReopenedFilter(label=_("Had come back")),
    }
