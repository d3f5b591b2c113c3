"""What Celery does for clocks. Beat only wakes these; what is due stands in the rows."""

from __future__ import annotations

import logging

from celery import shared_task

from sla import checking, delivering, rolling_out, sweeping

log = logging.getLogger(__name__)


@shared_task(name="sla.sweep", ignore_result=True)
def sweep() -> int:
    """Fire every breach and escalation that is due. Returns how many."""
    return sweeping.sweep().fired


@shared_task(name="sla.deliver", ignore_result=True)
def deliver() -> int:
    """Do what escalations ask for. Returns how many were delivered."""
    return delivering.deliver()


@shared_task(name="sla.roll_out", ignore_result=True)
def roll_out() -> int:
    """Bring running clocks under what was published. Returns how many were looked at."""
    return rolling_out.roll_out()


@shared_task(name="sla.check", ignore_result=True)
def check() -> int:
    """Compare every clock with its ledger and raise the alarm about each difference."""
    found = list(checking.differences())
    for difference in found:
        log.error("A clock differs from its ledger.", extra={"difference": repr(difference)})
    return len(found)
