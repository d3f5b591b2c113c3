"""Opening a demand anew as another kind of ticket: what it says, whose it is, when it reached us."""

from __future__ import annotations

from typing import Any

from valuechain.records.kinds import kinds
from valuechain.records.models import Record

#: What a ticket of any kind takes along from the one it was.
_TAKEN = (
    "title", "description", "requester", "caller", "service", "impact", "urgency", "priority",
    "channel", "organisation", "tags", "team", "owner", "received_at",
)  # fmt: skip


def reopened_as(ticket: Any, kind: str, *, actor: Any, via: str) -> Record:
    """Open a ticket of a kind with all that another says. Raises what opening raises."""
    values = {name: getattr(ticket, name) for name in _TAKEN}
    return kinds[kind].open(actor=actor, via=via, **values)
