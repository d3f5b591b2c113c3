"""What happens to tickets by itself, on a schedule."""

from __future__ import annotations

from celery import shared_task

from itsm.accounts.access import SYSTEM
from itsm.core import clock
from tickets.policies import REOPEN_WINDOW
from tickets.receivers import REOPENED_BY_REPLY
from valuechain.records.actions import perform
from valuechain.records.models import Record
from valuechain.records.sweeping import sweep
from valuechain.records.vocabulary import Via


@shared_task(name="tickets.close_resolved", ignore_result=True)
def close_resolved() -> int:
    """Close every ticket that can no longer be reopened. Returns how many."""
    states = [state for states in REOPENED_BY_REPLY.values() for state in states]
    due = Record.objects.of_kind(*REOPENED_BY_REPLY).filter(
        state__in=states, state_since__lt=clock.now() - REOPEN_WINDOW
    )
    return sweep(due, lambda record: perform(record, "close", actor=SYSTEM, via=Via.WORKER)).done
