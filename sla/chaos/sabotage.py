"""Breaks the claim of a worker on purpose, to show that a chaos run notices: for `manage.py chaos`."""

from __future__ import annotations

from datetime import datetime
from time import sleep
from typing import Any

from celery.signals import worker_process_init

#: Long enough for a second worker to find the same rows.
DAWDLE_S = 1.5


def claim_nothing(now: datetime, size: int, only: int | None = None) -> list[Any]:
    """Find due clocks as the real claim does, but leave them to everybody else as well."""
    from sla.models import Clock

    due = Clock.objects.due(now)
    if only is not None:
        due = due.filter(pk=only)
    found = list(due.select_related("record")[:size])
    sleep(DAWDLE_S)
    return found


@worker_process_init.connect
def break_the_claim(**_signal: Any) -> None:
    """Put the broken claim in place once the apps are loaded."""
    from sla import sweeping

    sweeping.claim = claim_nothing
