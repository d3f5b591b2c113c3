"""Writing down who must agree to what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from itsm.accounts.trail import changing
from itsm.core.errors import Denied, FieldErrors
from valuechain.approvals.models import ApprovalPolicy, PolicyApprover, PolicyStep
from valuechain.approvals.policies import may_keep_policies
from valuechain.approvals.vocabulary import Mode
from valuechain.records.kinds import kinds


@transaction.atomic
def keep_policy(
    policy: ApprovalPolicy | None,
    *,
    actor: Any,
    name: str,
    kind_names: Sequence[str],
    steps: Sequence[Mapping[str, Any]],
    description: str = "",
    is_active: bool = True,
) -> ApprovalPolicy:
    """Make a policy, or change one for the requests to come.

    `steps` are in order; each has name, mode, count, has_veto, due_hours, remind_hours, escalate_to
    and `approvers`, whose entries have source and person, role, team or field. Raises Denied or
    FieldErrors.
    """
    decision = may_keep_policies(actor)
    if not decision:
        raise Denied.because(decision)
    _refuse_bad(policy, name, kind_names, steps)
    with changing(actor, "approval_policy", policy, also=_steps_told) as change:
        policy = change.row = policy or ApprovalPolicy()
        policy.name = name
        policy.description = description
        policy.kinds = list(kind_names)
        policy.is_active = is_active
        policy.save()
        policy.steps.all().delete()
        for position, step in enumerate(steps, start=1):
            values = {key: value for key, value in step.items() if key != "approvers"}
            made = PolicyStep.objects.create(policy=policy, position=position, **values)
            PolicyApprover.objects.bulk_create(
                PolicyApprover(step=made, **approver) for approver in step["approvers"]
            )
    return policy


def _steps_told(policy: Any) -> dict[str, Any]:
    """Read the steps as the audit log keeps them: a line each."""
    return {
        "steps": [
            f"{step}: {step.mode}{f' {step.count}' if step.mode == Mode.COUNT else ''},"
            f" {', '.join(str(approver) for approver in step.approvers.all())}"
            f"{f', {step.due_hours} h' if step.due_hours else ''}"
            f"{', veto' if step.has_veto else ''}"
            for step in PolicyStep.objects.filter(policy=policy.pk).prefetch_related("approvers")
        ]
    }


def _refuse_bad(
    policy: ApprovalPolicy | None,
    name: str,
    kind_names: Sequence[str],
    steps: Sequence[Mapping[str, Any]],
) -> None:
    errors: dict[str, list[tuple[str, Any]]] = {}
    same = ApprovalPolicy.objects.filter(name=name)
    if (same.exclude(pk=policy.pk) if policy else same).exists():
        errors["name"] = [("taken", _("Another policy has this name."))]
    unknown = [kind for kind in kind_names if kind not in kinds]
    if unknown or not kind_names:
        words = ", ".join(kind.name for kind in kinds)
        errors["kinds"] = [
            ("not_understood", _("Use one or more of: %(words)s.") % {"words": words})
        ]
    if not steps:
        errors["steps"] = [("required", _("Add at least one step."))]
    for step in steps:
        if not step["approvers"]:
            errors["steps"] = [("required", _("Each step names at least one approver."))]
        if step.get("mode") == Mode.COUNT and step.get("count", 1) < 1:
            errors["steps"] = [("not_understood", _("Ask for one approval or more."))]
    if errors:
        raise FieldErrors(errors)
