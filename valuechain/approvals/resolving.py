"""Finding the people a step asks, for one record, at one moment."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from itsm.accounts.models import User
from itsm.accounts.roles import Role
from itsm.core.errors import RuleViolation
from valuechain.approvals.models import ApprovalPolicy, PolicyApprover, PolicyStep
from valuechain.approvals.subjects import PolicyDraft, subjects
from valuechain.approvals.vocabulary import Source
from valuechain.records.models import Record
from valuechain.records.vocabulary import LinkKind


def policy_for(record: Record) -> ApprovalPolicy:
    """Return the policy in use for a record's kind: an administrator's before the one that came along.

    Raises RuleViolation("no_approval_policy").
    """
    subject = subjects.get(record.kind)
    policy = policy_in_use(record.kind)
    if policy is None and subject is not None:
        policy = _write_down(subject.kind, subject.policy)
    if policy is None or not policy.is_active:
        raise RuleViolation(
            "no_approval_policy",
            _("No approval policy is in use for %(kind)s. An administrator can add one.")
            % {"kind": str(record.kind_entry.label_plural).lower()},
        )
    return policy


def policy_in_use(kind: str) -> ApprovalPolicy | None:
    """Return the written policy that records of a kind are approved by; None before the first is asked."""
    found = ApprovalPolicy.objects.filter(kinds__contains=[kind], is_active=True)
    subject = subjects.get(kind)
    own = found.exclude(name=subject.policy.name) if subject is not None else found
    return own.order_by("-created_at").first() or found.first()


def _write_down(kind: str, draft: PolicyDraft) -> ApprovalPolicy:
    policy, is_new = ApprovalPolicy.objects.get_or_create(
        name=draft.name, defaults={"kinds": [kind]}
    )
    if is_new:
        for position, step in enumerate(draft.steps, start=1):
            made = PolicyStep.objects.create(
                policy=policy,
                position=position,
                name=str(step.name),
                mode=step.mode,
                count=step.count,
                has_veto=step.has_veto,
                due_hours=step.due_hours,
                remind_hours=step.remind_hours,
            )
            for role in step.roles:
                PolicyApprover.objects.create(step=made, source=Source.ROLE, role=role)
    return policy


def people_of(step: PolicyStep, record: Record) -> list[User]:
    """Return the active people a step asks about a record, each once, by id."""
    found: dict[int, User] = {}
    for approver in step.approvers.all():
        for person in _named(approver, record):
            found[person.pk] = person
    return [found[pk] for pk in sorted(found)]


def _named(approver: PolicyApprover, record: Record) -> list[User]:
    people = User.objects.filter(is_active=True)
    source = Source(approver.source)
    if source is Source.PERSON:
        return list(people.filter(pk=approver.person_id))
    if source is Source.ROLE:
        return list(holders(approver.role, record))
    if source is Source.TEAM:
        return list(people.filter(memberships__team=approver.team_id))
    if source is Source.SERVICE_OWNER:
        owner = record.service.owner_id if record.service is not None else None
        return list(people.filter(pk=owner)) or list(holders(Role.SERVICE_OWNER, record))
    if source is Source.BUDGET_HOLDER:
        return _budget_holders(record)
    return _in_field(approver.field, record)


def holders(role: str, record: Record) -> QuerySet[User]:
    """Return the active people who hold a role where a record belongs."""
    here = (
        Q(grants__organisation__isnull=True, grants__team__isnull=True)
        | Q(grants__organisation__in=record.organisation.lineage)
        | Q(grants__team__isnull=False, grants__team=record.team_id)
    )
    return User.objects.filter(
        here, grants__role=role, is_active=True, is_service_account=False
    ).distinct()


def _budget_holders(record: Record) -> list[User]:
    budgets = Record.objects.filter(
        links_in__source=record.pk, links_in__kind=LinkKind.FUNDED_BY, owner__isnull=False
    )
    owners = User.objects.filter(is_active=True, pk__in=budgets.values("owner"))
    return list(owners) or list(holders(Role.BUDGET_HOLDER, record))


def _in_field(name: str, record: Record) -> list[User]:
    person: Any = getattr(record.specific, name, None)
    return [person] if isinstance(person, User) and person.is_active else []


def authors_of(record: Record) -> list[int]:
    """Ids of those who never vote on a record: its requester and owner, and whoever wrote on it."""
    wrote = record.events.filter(
        verb__in=[f"{record.kind}.opened", f"{record.kind}.edited"], actor__isnull=False
    )
    found = {*wrote.values_list("actor_id", flat=True), record.requester_id, record.owner_id}
    return sorted(pk for pk in found if pk is not None)
