"""Declaring a time in which nothing is changed, and taking it back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from itsm.accounts.models import Organisation
from itsm.accounts.trail import changing
from itsm.core.errors import Denied, FieldErrors
from valuechain.deliver_support.models import ChangeFreeze
from valuechain.deliver_support.policies import may_declare_freeze
from valuechain.records.models import Record


@transaction.atomic
def save_freeze(
    freeze: ChangeFreeze | None,
    *,
    name: str,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    organisations: Iterable[Organisation],
    services: Iterable[Record],
    actor: Any,
) -> ChangeFreeze:
    """Declare a freeze, or change one. Raises Denied, and FieldErrors when it ends before it begins.

    What is planned already stays planned; the calendar shows what now falls into the freeze.
    """
    organisations = list(organisations)
    decision = may_declare_freeze(actor, organisations)
    if freeze is not None:
        decision = decision and may_declare_freeze(actor, freeze.organisations.all())
    if not decision:
        raise Denied.because(decision)
    if ends_at <= starts_at:
        words = _("A freeze has to end after it begins.")
        raise FieldErrors({"ends_at": [("backwards", words)]})
    saved = freeze or ChangeFreeze(created_by_id=actor.pk)
    with changing(actor, "change_freeze", freeze, also=_holds_for) as change:
        saved.name, saved.reason = name, reason
        saved.starts_at, saved.ends_at = starts_at, ends_at
        saved.save()
        saved.organisations.set(organisations)
        saved.services.set(services)
        change.row = saved
    return saved


@transaction.atomic
def lift_freeze(freeze: ChangeFreeze, *, actor: Any) -> None:
    """Take a freeze back. Raises Denied."""
    decision = may_declare_freeze(actor, freeze.organisations.all())
    if not decision:
        raise Denied.because(decision)
    with changing(actor, "change_freeze", freeze, verb="lifted", also=_holds_for):
        freeze.delete()


def _holds_for(freeze: ChangeFreeze) -> dict[str, list[str]]:
    """Return whom a freeze holds for, for the trail."""
    return {
        "organisations": sorted(str(one) for one in freeze.organisations.all()),
        "services": sorted(freeze.services.values_list("title", flat=True)),
    }
