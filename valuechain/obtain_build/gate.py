"""The gate: nothing is sourced or built without an approved and funded specification."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from itsm.core.decisions import ALLOW, Decision, deny
from itsm.core.errors import RuleViolation
from itsm.core.machine import Change, Phase
from valuechain.records.actions import lock_record
from valuechain.records.models import Record
from valuechain.records.vocabulary import LinkKind


def specs_of(component: Any) -> list[Record]:
    """Return the specifications a component is built to, in the order of their ids. One query."""
    return list(
        Record.objects.filter(
            kind="design_spec",
            links_in__source_id=component.pk,
            links_in__kind=LinkKind.IMPLEMENTS,
        )
        .exclude(phase=Phase.VOID)
        .distinct()
        .order_by("pk")
    )


def is_open(component: Any) -> Decision:
    """Whether the component may be obtained or built, or what is missing of approval and money."""
    if component.is_bypassed:
        return ALLOW
    return _answer(specs_of(component))


def is_shut(component: Any) -> Decision:
    """Whether there is anything to bypass, and nobody has asked for it yet."""
    if component.bypass_asked_by_id is not None:
        return deny(_("Somebody asked for it already."), code="bypass_asked")
    if is_open(component):
        return deny(_("The way is open; there is nothing to bypass."), code="gate_open")
    return ALLOW


def is_asked(component: Any) -> Decision:
    """Whether somebody asked to let it pass, and nobody has answered."""
    if component.bypass_asked_by_id is not None and not component.is_bypassed:
        return ALLOW
    return deny(_("Nobody asks for it to pass the gate."), code="bypass_not_asked")


def hold(component: Any, _change: Change) -> None:
    """Ask the gate once more with the specifications locked, so that no approval slips away.

    Raises RuleViolation. Whoever withdraws approval or money needs the same row.
    """
    if component.is_bypassed:
        return
    answer = _answer([lock_record(spec) for spec in specs_of(component)])
    if not answer:
        raise RuleViolation(answer.code, answer.reason, missing=answer.missing)


def _answer(specs: list[Record]) -> Decision:
    if not specs:
        return deny(
            _("Link the specification it is built to; nothing is obtained or built without one."),
            missing=[_("an approved and funded specification")],
            code="gate_no_spec",
        )
    refusals = [
        (spec, answer)
        for spec in specs
        if not (answer := spec.kind_entry.assure("buildable", spec))
    ]
    if not refusals:
        return ALLOW
    return deny(
        " ".join(f"{spec.number}: {answer.reason}" for spec, answer in refusals),
        missing=[item for spec, answer in refusals for item in (answer.missing or (spec.number,))],
        code="gate_not_funded",
    )
