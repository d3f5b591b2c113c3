"""Letting somebody else vote while one is away."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from itsm.core import clock
from itsm.core.errors import Denied, FieldErrors
from valuechain.approvals.actions.requesting import let_see
from valuechain.approvals.models import Approval, Delegation


@transaction.atomic
def delegate(
    *, receiver: Any, starts_on: date, ends_on: date, actor: Any, note: str = "", giver: Any = None
) -> Delegation:
    """Let somebody vote for the actor from one day to another, both included, in UTC.

    An administrator may do so for somebody else (`giver`). Raises Denied or FieldErrors.
    """
    giver = giver or actor
    if giver.pk != actor.pk and not actor.access.is_admin:
        raise Denied("not_allowed", _("You can delegate your own votes only."))
    errors: dict[str, list[tuple[str, Any]]] = {}
    if receiver.pk == giver.pk:
        errors["receiver"] = [("to_another", _("Choose somebody else."))]
    elif not receiver.is_active:
        errors["receiver"] = [("not_active", _("Choose somebody who still works here."))]
    if ends_on < starts_on:
        errors["ends_on"] = [("backwards", _("The last day has to come after the first."))]
    if errors:
        raise FieldErrors(errors)
    made = Delegation.objects.create(
        giver=giver, receiver=receiver, starts_on=starts_on, ends_on=ends_on, note=note.strip()
    )
    now = clock.now()
    for approval in Approval.objects.waiting_for(giver, now=now).with_subject():
        let_see(approval.subject, [giver], at=now)
    return made


def end_delegation(delegation: Delegation, *, actor: Any) -> None:
    """Take a delegation back; votes given under it stay. Raises Denied."""
    if delegation.giver_id != actor.pk and not actor.access.is_admin:
        raise Denied("not_allowed", _("Only whoever gave it can take it back."))
    delegation.delete()
