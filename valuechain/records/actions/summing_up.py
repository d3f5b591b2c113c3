"""The summary pinned above a record's conversation: a field with a history, not a message."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from itsm.core import clock
from itsm.core.errors import Denied, FieldErrors
from valuechain.records import events
from valuechain.records.actions.editing import save_changes
from valuechain.records.actions.locking import lock_record
from valuechain.records.models import Record, Summary
from valuechain.records.policies import may_work

#: More than this is no summary.
LONGEST = 5_000


@transaction.atomic
def sum_up(
    record: Record, text: str, *, actor: Any, via: str, expected_version: int | None = None
) -> Record:
    """Pin a summary to a record, change it, or take it off with an empty text.

    Nothing is written when nothing differs. Raises Denied, FieldErrors, StaleVersion.
    """
    locked = lock_record(record, expected_version=expected_version)
    decision = may_work(actor, locked)
    if not decision:
        raise Denied.because(decision)
    text = text.replace("\r\n", "\n").strip()
    if len(text) > LONGEST or "\x00" in text:
        message = _("At most %(most)d characters fit.") % {"most": LONGEST}
        raise FieldErrors({"text": [("too_long", message)]})
    kept = Summary.objects.filter(record_id=locked.pk)
    before = kept.values_list("text", flat=True).first() or ""
    if text == before:
        return locked
    if text:
        Summary.objects.update_or_create(
            record_id=locked.pk, defaults={"text": text, "by_id": actor.pk, "at": clock.now()}
        )
    else:
        kept.delete()
    event = events.compose(
        locked,
        f"{locked.kind}.summarised",
        actor=actor,
        via=via,
        at=clock.now(),
        from_state=locked.state,
        data={"changes": [{"field": "summary", "before": before, "after": text}]},
        is_internal=True,
    )
    save_changes(locked, [])
    events.publish(locked, event)
    return locked
