"""Changing what a record says, without moving it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from itsm.core import clock
from itsm.core.errors import Denied, FieldErrors
from valuechain.records import events
from valuechain.records.actions.holding import refuse_broken
from valuechain.records.actions.locking import lock_record
from valuechain.records.models import Participation, Record
from valuechain.records.vocabulary import ParticipationRole


@transaction.atomic
def edit_record(
    record: Record,
    changes: Mapping[str, Any],
    *,
    actor: Any,
    via: str,
    expected_version: int | None = None,
    at: datetime | None = None,
    derive: Callable[[Record, Mapping[str, Any]], Mapping[str, Any]] | None = None,
) -> Record:
    """Change fields of a record and write down each value before and after.

    `derive` is told the locked record and the changes, and returns further changes that follow from
    them (a priority from impact and urgency); those need not be editable by hand.

    Nothing is written when nothing differs. Returns the record as it then is. Raises Denied,
    FieldErrors for a field that cannot be edited, StaleVersion when `expected_version` has passed.
    """
    entry = record.kind_entry
    locked = lock_record(record, expected_version=expected_version)
    decision = entry.may_edit(actor, locked)
    if not decision:
        raise Denied.because(decision)
    unknown = [name for name in changes if name not in entry.editable]
    if unknown:
        raise FieldErrors(
            {name: [("not_editable", _("This cannot be edited."))] for name in unknown}
        )
    empty = [n for n in entry.required if n in changes and not str(changes[n] or "").strip()]
    if empty:
        raise FieldErrors({name: [("required", _("This cannot be empty."))] for name in empty})
    if derive is not None:
        changes = {**changes, **derive(locked, changes)}
    written = apply_changes(locked, changes)
    if written:
        refuse_broken(locked)
        event = events.compose(
            locked,
            f"{entry.name}.edited",
            actor=actor,
            via=via,
            at=at or clock.now(),
            from_state=locked.state,
            data={"changes": written},
            is_internal=True,
        )
        save_changes(locked, [change["field"] for change in written])
        events.publish(locked, event)
    return locked


def apply_changes(record: Record, changes: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Set the values that differ; return `{field, before, after}` in words for each of them."""
    written = []
    for name, value in changes.items():
        before = getattr(record, _attname(record, name))
        after = value.pk if isinstance(value, models.Model) else value
        if before == after:
            continue
        was = record.describe(name)
        setattr(record, name, value)
        written.append({"field": name, "before": was, "after": record.describe(name)})
    return written


def save_changes(record: Record, fields: Iterable[str]) -> None:
    """Save the fields named, with the version raised and the audit columns, in one go."""
    fields = list(fields)
    record.version += 1
    record.save(update_fields=[*fields, "version", *events.AUDIT_FIELDS])
    if "requester" in fields and record.requester_id is not None:
        Participation.objects.get_or_create(
            record=record, person_id=record.requester_id, role=ParticipationRole.REQUESTER
        )


def _attname(record: Record, name: str) -> str:
    attname: str = getattr(record._meta.get_field(name), "attname", name)
    return attname
