"""What lists of tickets can be narrowed by, beside what every list can."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from valuechain.records.filters import NONE, SeveralFilter
from valuechain.records.panels import panels
from valuechain.records.querysets import staff_rule


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


def register() -> None:
    """Let the list of tickets be narrowed by tags, on its page and in REST."""
    panels.filters["tickets"] = {
        **panels.filters.get("tickets", {}),
        "tag": TagFilter(field_name="tags", label=_("Tag")),
    }
