"""Saying where a policy is applied, and that it no longer is."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from itsm.core.errors import Denied, FieldErrors, RuleViolation
from valuechain.plan import policies
from valuechain.plan.applying import places
from valuechain.plan.models import Policy, PolicyUse
from valuechain.records import events
from valuechain.records.actions import lock_record


@transaction.atomic
def apply_policy(policy: Policy, place: str, key: str, *, actor: Any, via: str) -> PolicyUse:
    """Say that a thing of another app applies the policy. Saying it twice changes nothing.

    Raises Denied, RuleViolation("finished"), and FieldErrors for what does not exist for the actor.
    """
    locked = _locked(policy, actor)
    choices = places[place].choices(actor) if place in places else {}
    if key not in choices:
        message = _("Choose one of those that are offered.")
        raise FieldErrors({"where": [("not_found", message)]})
    use, is_new = PolicyUse.objects.get_or_create(
        policy=locked, place=place, key=key, defaults={"added_by_id": actor.pk}
    )
    if is_new:
        _tell(locked, "policy.applied", use, choices[key], actor=actor, via=via)
    return use


@transaction.atomic
def stop_applying(use: PolicyUse, *, actor: Any, via: str) -> None:
    """Say that it applies the policy no more; the trail keeps that it did. Raises Denied."""
    locked = _locked(use.policy, actor)
    label = places.label_of(use.place, use.key, actor)
    _tell(locked, "policy.unapplied", use, label, actor=actor, via=via)
    use.delete()


def _locked(policy: Policy, actor: Any) -> Any:
    locked: Any = lock_record(policy)
    decision = policies.may_plan(actor, locked)
    if not decision:
        raise Denied.because(decision)
    if not locked.is_live:
        raise RuleViolation("finished", _("%(number)s is finished.") % {"number": locked.number})
    return locked


def _tell(policy: Any, verb: str, use: PolicyUse, label: str, *, actor: Any, via: str) -> None:
    data = {"place": use.place, "key": use.key, "label": label}
    events.append(policy, verb, actor=actor, via=via, data=data, is_internal=True)
