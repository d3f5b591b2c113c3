"""Making components of what a specification requires."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from itsm.core.errors import FieldErrors, RuleViolation
from itsm.core.machine import Phase
from valuechain.obtain_build.actions.checking import take_over_requirements
from valuechain.obtain_build.models import Component
from valuechain.records.actions import link_records, lock_record
from valuechain.records.kinds import kinds
from valuechain.records.models import Link, Record
from valuechain.records.vocabulary import LinkKind


def unmet_requirements(spec: Record) -> list[Record]:
    """Return the requirements of a specification that no live component is to meet. One query."""
    meets = Link.objects.filter(
        target=OuterRef("pk"), kind=LinkKind.SATISFIES, source__kind=Component.KIND
    ).exclude(source__phase=Phase.VOID)
    found = Record.objects.filter(
        kind="requirement", links_in__source=spec.pk, links_in__kind=LinkKind.SATISFIES
    )
    return list(found.exclude(phase=Phase.VOID).exclude(Exists(meets)).distinct().order_by("pk"))


@transaction.atomic
def import_components(
    spec: Record,
    *,
    requirements: Iterable[str],
    sourcing: str,
    needed_at: date | None,
    needed_location: str,
    actor: Any,
    via: str,
) -> list[Record]:
    """Make one component for each requirement named by its number, with its acceptance test as check.

    They are built to the specification; its gate decides when anything is obtained. Raises
    RuleViolation for a finished specification, FieldErrors for a number that is no open requirement
    of it, and what opening a component raises.
    """
    locked = lock_record(spec)
    if not locked.is_live:
        raise RuleViolation("finished", _("%(number)s is finished.") % {"number": locked.number})
    unmet = {requirement.number: requirement for requirement in unmet_requirements(locked)}
    wanted = list(dict.fromkeys(requirements))
    unknown = [number for number in wanted if number not in unmet]
    if unknown or not wanted:
        words = _("Choose requirements of the specification that no component meets yet.")
        raise FieldErrors({"requirements": [("not_understood", words)]})
    return [
        _component(locked, unmet[number], actor=actor, via=via, sourcing=sourcing,
                   needed_at=needed_at, needed_location=needed_location)
        for number in wanted
    ]  # fmt: skip


def _component(spec: Record, requirement: Record, *, actor: Any, via: str, **values: Any) -> Record:
    component = kinds[Component.KIND].open(
        actor=actor,
        via=via,
        title=requirement.title,
        description=requirement.description,
        necessity=getattr(requirement.specific, "necessity", Component.Necessity.MUST),
        organisation=spec.organisation,
        service=spec.service,
        team=spec.team,
        **values,
    )
    link_records(component, spec, LinkKind.IMPLEMENTS, actor=actor, via=via)
    link_records(component, requirement, LinkKind.SATISFIES, actor=actor, via=via)
    take_over_requirements(component, actor=actor, via=via)
    return component
