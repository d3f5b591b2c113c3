"""Taking hold of a record so that nobody else changes it until the transaction ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError
from django.utils.translation import gettext_lazy as _
from psycopg2.errors import DeadlockDetected

from itsm.core.errors import RuleViolation, StaleVersion
from valuechain.records.models import Record


@contextmanager
def never_in_each_others_way() -> Iterator[None]:
    """Turn a deadlock, which the database ends by stopping one of two writers, into a clear answer.

    Two people who merge two tickets into each other hold one row each and want the other's. The
    transaction is over; the caller's atomic block undoes it. Raises RuleViolation("busy").
    """
    try:
        yield
    except OperationalError as problem:
        if isinstance(problem.__cause__, DeadlockDetected):
            raise RuleViolation(
                "busy", _("Somebody changed the same records at this moment. Try again.")
            ) from problem
        raise


def lock_record(record: Record, *, expected_version: int | None = None) -> Record:
    """Return a fresh, locked copy of a record as its own kind. One query; needs a transaction.

    The lock leaves the key alone, so that rows which merely point at the record are not held up.
    Raises StaleVersion when `expected_version` is given and is no longer the record's.
    """
    model = record.kind_entry.model
    with never_in_each_others_way():
        locked: Record = model._default_manager.select_for_update(no_key=True).get(pk=record.pk)
    if expected_version is not None and locked.version != expected_version:
        raise StaleVersion(
            _("Somebody changed this record since you opened it. Compare, then try again."),
            current_version=locked.version,
        )
    return locked


def lock_survivor(record: Record) -> Record:
    """Lock the record that stands for this one today: itself, or what took its place.

    Follows every step (a ticket merged into a merged ticket), each locked before the next is read,
    so that a merge going on at this moment is seen.
    """
    locked = lock_record(record)
    while (successor := locked.kind_entry.successor(locked)) is not None:
        locked = lock_record(successor)
    return locked
