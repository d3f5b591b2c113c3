"""Taking up rows whose time has come, safely on several machines at once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection, transaction

from valuechain.records.models import Record
from valuechain.records.querysets import RecordQuerySet

log = logging.getLogger(__name__)

BATCH = 200


@dataclass(frozen=True, slots=True)
class Swept:
    """How many records a sweep moved, and how many it could not."""

    done: int
    failed: int


def sweep(due: RecordQuerySet, act: Callable[[Record], object], *, batch: int = BATCH) -> Swept:
    """Do `act` to every record that `due` finds, each in a transaction of its own.

    A record is locked and looked at again first, and one that another worker holds is left to it, so
    the sweep may run twice at once. One that fails is logged and left for the next sweep; the
    others go on. A lost database connection ends the sweep by raising.
    """
    done = failed = last = 0
    while True:
        found = list(due.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:batch])
        if not found:
            return Swept(done=done, failed=failed)
        for last in found:
            try:
                done += _take_up(due, last, act)
            except Exception:
                if not connection.is_usable():
                    raise
                failed += 1
                log.exception("A record could not be moved on.", extra={"record": last})


@transaction.atomic
def _take_up(due: RecordQuerySet, pk: int, act: Callable[[Record], object]) -> int:
    record = (
        due.select_for_update(no_key=True, skip_locked=True, of=("self",)).filter(pk=pk).first()
    )
    if record is None:
        return 0
    act(record)
    return 1
