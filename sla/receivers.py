"""Lets clocks follow their records: in the same transaction as what happens to them."""

from __future__ import annotations

from typing import Any

from sla.clocks import following
from valuechain.records.kinds import kinds
from valuechain.records.signals import recorded


def connect() -> None:
    """Listen to everything that happens to records."""
    recorded.connect(follow, dispatch_uid="sla.follow")


#: What other apps do to a record that moves its clocks.
BY_VERB = {
    "approval.requested": following.put_up,
    "approval.decided": following.decided,
    "approval.withdrawn": following.decided,
    "ticket.absorbed": following.absorbed,
    "ticket.released": following.released,
}
#: What a record of any kind does that is no transition.
BY_STEP = {"opened": following.opened, "edited": following.edited}


def follow(record: Any, event: Any, **_kwargs: Any) -> None:
    """Hand an event on to the rule for it. What moves no clock costs nothing."""
    area, _dot, what = event.verb.partition(".")
    if event.verb == "comment.reply":
        if not event.data["automatic"]:
            (following.answered if event.data["from_staff"] else following.asked)(record, event)
    elif event.verb in BY_VERB:
        BY_VERB[event.verb](record, event)
    elif area == record.kind and area in kinds:
        BY_STEP.get(what, following.moved)(record, event)
