"""What a component has to show, and what it showed."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from itsm.core import clock
from itsm.core.errors import Denied, FieldErrors, RuleViolation
from valuechain.obtain_build.models import AcceptanceCheck, Component
from valuechain.obtain_build.policies import may_accept, may_edit_component, may_obtain
from valuechain.records import events
from valuechain.records.actions import lock_record
from valuechain.records.models import Record
from valuechain.records.querysets import RecordQuerySet
from valuechain.records.vocabulary import LinkKind

_SETTLED = ("accepted", "available", "in_use", "dropped")


@transaction.atomic
def add_check(
    component: Record, *, text: str, actor: Any, via: str, requirement: Record | None = None
) -> AcceptanceCheck:
    """Write down one thing a component has to show. Raises Denied, FieldErrors, RuleViolation."""
    locked = _unsettled(component)
    decision = may_edit_component(actor, locked)
    if not decision:
        raise Denied.because(decision)
    text = text.strip()
    if not text:
        raise FieldErrors({"text": [("required", _("Write what it has to show."))]})
    check = AcceptanceCheck.objects.create(component=locked, text=text, requirement=requirement)
    events.append(
        locked, "component.check_added", actor=actor, via=via, data={"check": text},
        is_internal=True,
    )  # fmt: skip
    return check


@transaction.atomic
def answer_check(
    check: AcceptanceCheck, *, passed: bool, evidence: str, actor: Any, via: str
) -> AcceptanceCheck:
    """Say whether a check is passed, and what shows it.

    Raises Denied, FieldErrors without evidence, and RuleViolation once the component is accepted.
    """
    locked = _unsettled(check.component)
    decision = may_accept(actor, locked) or may_obtain(actor, locked)
    if not decision:
        raise Denied.because(decision)
    evidence = evidence.strip()
    if not evidence:
        raise FieldErrors({"evidence": [("required", _("Say what shows it."))]})
    check.passed, check.evidence = passed, evidence
    check.checked_by_id, check.checked_at = actor.pk, clock.now()
    check.save(update_fields=["passed", "evidence", "checked_by", "checked_at"])
    events.append(
        locked,
        "component.checked",
        actor=actor,
        via=via,
        data={"check": check.text, "passed": passed, "evidence": evidence},
        is_internal=True,
    )
    return check


@transaction.atomic
def take_over_requirements(component: Record, *, actor: Any, via: str) -> int:
    """Write a check for every requirement the component satisfies that has none. Returns how many."""
    requirements = list(unchecked_requirements(component))
    for requirement in requirements:
        test = getattr(requirement.specific, "acceptance_test", "") or requirement.title
        text = f"{requirement.number}: {test}"
        add_check(component, text=text, requirement=requirement, actor=actor, via=via)
    return len(requirements)


def unchecked_requirements(component: Record) -> RecordQuerySet:
    """Find the requirements the component satisfies that no check of it is about."""
    known = AcceptanceCheck.objects.filter(component_id=component.pk).values("requirement_id")
    found: RecordQuerySet = Record.objects.filter(
        kind="requirement",
        links_in__source_id=component.pk,
        links_in__kind=LinkKind.SATISFIES,
    ).exclude(pk__in=known.filter(requirement__isnull=False))
    return found.distinct().order_by("pk")


def _unsettled(component: Record) -> Component:
    locked = lock_record(component)
    if not isinstance(locked, Component) or locked.state in _SETTLED:
        raise RuleViolation("settled", _("What it had to show is settled."))
    return locked
