"""Asking to be let off a policy."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from itsm.core import clock
from itsm.core.errors import FieldErrors, RuleViolation
from valuechain.records.actions import link_records, open_record
from valuechain.records.models import Record
from valuechain.records.vocabulary import LinkKind


@transaction.atomic
def ask_exception(
    *, kind: str, actor: Any, via: str, for_policy: Record, until: date, **values: Any
) -> Record:
    """Ask to be let off a policy that is in force, until a day; it belongs where the policy does.

    Raises RuleViolation("not_in_force"), FieldErrors for a day that is over, and what `open_record`
    raises.
    """
    if for_policy.state != "in_force":
        raise RuleViolation(
            "not_in_force",
            _("Only a policy that is in force can have exceptions."),
            field="for_policy",
        )
    if until < clock.now().date():
        raise FieldErrors({"until": [("in_the_past", _("Choose a day that lies ahead."))]})
    if actor.pk is not None:
        values.setdefault("requester", actor)
    exception = open_record(
        kind,
        actor=actor,
        via=via,
        for_policy=for_policy,
        until=until,
        **(values | {"organisation": for_policy.organisation}),
    )
    link_records(exception, for_policy, LinkKind.DERIVED_FROM, actor=actor, via=via)
    return exception
