"""Lets clocks follow their records: in the same transaction as what happens to them."""

from __future__ import annotations

from typing import Any

from sla.clocks import following
from valuechain.records.kinds import kinds
from valuechain.records.signals import recorded


def connect() -> None:
    """Listen to everything that happens to records."""
    recorded.connect(follow, dispatch_uid="sla.follow")


def follow(record: Any, event: Any, **_kwargs: Any) -> None:
    """Hand an event on to the rule for it. What moves no clock costs nothing."""
    area, _dot, what = event.verb.partition(".")
    if event.verb == "comment.reply":
        if not event.data["automatic"]:
            (following.answered if event.data["from_staff"] else following.asked)(record, event)
    elif event.verb == "ticket.absorbed":
        following.absorbed(record, event)
    elif area != record.kind or area not in kinds:
        return
    elif what == "opened":
        following.opened(record, event)
    elif what == "edited":
        following.edited(record, event)
    else:
        following.moved(record, event)
