"""What happens to approvals by itself, on a schedule."""

from __future__ import annotations

from celery import shared_task

from itsm.core import clock
from valuechain.approvals.actions import nudge
from valuechain.approvals.models import Approval
from valuechain.records.models import Record
from valuechain.records.sweeping import sweep
from valuechain.records.vocabulary import Via


@shared_task(name="approvals.nudge", ignore_result=True)
def nudge_approvers() -> int:
    """Remind those who are waited for and escalate what is overdue. Returns how many records."""
    now = clock.now()
    late = Approval.objects.pending().filter(next_nudge_at__lte=now).values("subject")
    due = Record.objects.filter(pk__in=late)
    return sweep(due, lambda record: nudge(record.specific, via=Via.WORKER, at=now)).done
