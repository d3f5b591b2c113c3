"""What follows from the transitions of obtain & build, in the same transaction."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from itsm.accounts.access import SYSTEM
from itsm.core.machine import Change
from valuechain.obtain_build.models import Baseline
from valuechain.records.actions import link_records
from valuechain.records.kinds import kinds
from valuechain.records.vocabulary import LinkKind


def take(record: Any, change: Change) -> None:
    """Whoever starts work nobody owns becomes its owner."""
    if record.owner_id is None and change.actor.pk is not None:
        record.owner_id = change.actor.pk


def bypass_asked(component: Any, change: Change) -> None:
    """Note who asks to let it pass; somebody else has to say yes."""
    component.bypass_asked_by_id = change.actor.pk


def bypass_refused(component: Any, _change: Change) -> None:
    """Forget that it was asked for; the audit trail does not."""
    component.bypass_asked_by_id = None
    component.bypass_reason = ""


def bypassed(component: Any, change: Change) -> None:
    """Let it pass, and open the review that every bypass gets."""
    component.bypass_confirmed_by_id = change.actor.pk
    review = _open_review(component, change)
    link_records(review, component, LinkKind.DERIVED_FROM, actor=SYSTEM, via=change.via)


def _open_review(component: Any, change: Change) -> Any:
    """Open an improvement, or a problem where nobody keeps improvements."""
    kind = kinds["improvement"] if "improvement" in kinds else kinds["problem"]
    values: dict[str, Any] = {
        "title": _("Review: %(number)s passed the gate in an emergency")
        % {"number": component.number},
        "description": component.bypass_reason,
        "organisation": component.organisation,
        "service": component.service,
        "team": component.team,
        "requester": component.bypass_asked_by,
    }
    return kind.open(actor=SYSTEM, via=change.via, **values)


def arrived(component: Any, change: Change) -> None:
    """Where nobody says otherwise it arrived on the day it was reported."""
    if "actual_at" not in change.answers:
        component.actual_at = change.at.date()


def everything_received(order: Any, _change: Change) -> None:
    """All that was ordered is there."""
    for line in order.lines.select_for_update():
        line.received = line.quantity
        line.save(update_fields=["received"])


def rebaselined(milestone: Any, change: Change) -> None:
    """Keep the old date with the reason, and measure against the new one from now on."""
    Baseline.objects.create(
        milestone=milestone,
        date=milestone.baseline,
        reason=change.answers["reason"],
        replaced_at=change.at,
        replaced_by_id=change.actor.pk,
    )
    milestone.baseline = change.answers["baseline"]
