"""What follows from transitions of improve, in the same transaction."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from itsm.core.errors import RuleViolation
from itsm.core.machine import Change
from valuechain.records.actions import link_records
from valuechain.records.models import Link
from valuechain.records.vocabulary import LinkKind


def take(record: Any, change: Change) -> None:
    """Whoever takes up a record that nobody owns becomes its owner."""
    if record.owner_id is None and change.actor.pk is not None:
        record.owner_id = change.actor.pk


def accepted(improvement: Any, change: Change) -> None:
    """What was measured before has a day, so that before and after can be read side by side."""
    if improvement.baseline_on is None:
        improvement.baseline_on = change.at.date()


def over(improvement: Any, _change: Change) -> None:
    """Evidence that comes from now on opens a new candidate."""
    improvement.open_key = ""


def duplicated(improvement: Any, change: Change) -> None:
    """Move the evidence to the improvement that stays."""
    stays = change.answers["into"]
    if stays.pk == improvement.pk:
        raise RuleViolation(
            "merge_into_itself", _("Choose another improvement to stay."), field="into"
        )
    if not stays.is_live:
        raise RuleViolation(
            "survivor_finished",
            _("%(number)s is finished; choose one that is still open.") % {"number": stays.number},
            field="into",
        )
    link_records(improvement, stays, LinkKind.DUPLICATES, actor=change.actor, via=change.via)
    for link in Link.objects.filter(target_id=improvement.pk, kind=LinkKind.EVIDENCE_FOR):
        if link.source_id != stays.pk:
            link_records(
                link.source, stays, LinkKind.EVIDENCE_FOR, actor=change.actor, via=change.via
            )
    over(improvement, change)
