"""When a step is due, and when somebody is to be reminded of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from valuechain.approvals.models import Approval


def start_step(approval: Approval, place: int, *, at: datetime) -> None:
    """Begin a step: its due date and reminder count from here. Saves nothing."""
    approval.current_step = place
    approval.step_since = at
    approval.is_reminded = False
    hours = approval.step["due_hours"]
    approval.due_at = None if hours is None else at + timedelta(hours=hours)
    approval.next_nudge_at = next_nudge(approval)


def next_nudge(approval: Approval) -> datetime | None:
    """Return when somebody has to be told next: the reminder first, then the due date."""
    hours = approval.step["remind_hours"]
    if hours is not None and not approval.is_reminded:
        return approval.step_since + timedelta(hours=hours)
    return approval.due_at
