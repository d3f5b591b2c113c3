"""Who designs, and what must be there before a specification moves on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _gettext
from django.utils.translation import gettext_lazy as _

from itsm.accounts.roles import Role
from itsm.core.decisions import ALLOW, Decision, deny
from itsm.core.machine import Guard, May, Phase
from valuechain.approvals.reading import is_approved
from valuechain.design_transition.content import hash_of, requirements_of
from valuechain.design_transition.models import Requirement
from valuechain.records.funding import funds
from valuechain.records.models import Handover, Record
from valuechain.records.policies import is_requester, owner_or, requires
from valuechain.records.vocabulary import Activity, LinkKind

may_write_requirement: May = owner_or(Role.ARCHITECT, Role.BRM, Role.PLANNER)
may_open_requirement: May = requires(Role.ARCHITECT, Role.BRM, Role.PLANNER)
may_design: May = owner_or(Role.ARCHITECT)
may_open_spec: May = requires(Role.ARCHITECT, Role.PLANNER, Role.BRM)
may_fund: May = requires(Role.BUDGET_HOLDER, Role.PLANNER)
may_release: May = owner_or(Role.ARCHITECT, Role.BUILDER, Role.PLANNER)
may_transition: May = owner_or(Role.ARCHITECT, Role.RELEASE_MANAGER)
may_open_plan: May = requires(Role.ARCHITECT, Role.RELEASE_MANAGER)
_may_decide_on_plan: May = requires(
    Role.RELEASE_MANAGER, Role.CHANGE_MANAGER, Role.SERVICE_OWNER, Role.ARCHITECT
)

#: A specification takes requirements on in these.
TAKES_ON = ("draft", "in_review", "changes_requested", "approved", "funded")
#: States of other activities' records, as domain.md names them.
_ACCEPTED_COMPONENT = ("accepted", "available", "in_use")
_AUTHORISED_CHANGE = ("authorised", "scheduled", "implementing", "implemented", "reviewing")


def may_decide_on_plan(actor: Any, plan: Any) -> Decision:
    """Whoever answers for going live, but never on what they wrote or own."""
    if actor.pk is not None and (
        plan.owner_id == actor.pk
        or is_requester(actor, plan)
        or plan.events.filter(sequence=1, actor_id=actor.pk).exists()
    ):
        return deny(_("The person who prepares it does not decide on it."), code="own_subject")
    return _may_decide_on_plan(actor, plan)


def may_edit_requirement(actor: Any, requirement: Any) -> Decision:
    """A requirement is written until it is verified."""
    return may_write_requirement(actor, requirement)


def may_edit_plan(actor: Any, plan: Any) -> Decision:
    """What was approved stays as it was read; a return opens it again."""
    if plan.state in ("draft", "reviewed"):
        return may_transition(actor, plan)
    return deny(_("What was approved is fixed. Return it to edit it."), code="fixed")


def has(*fields: str) -> Guard:
    """Return a guard that holds when all the fields are filled, and names those that are not."""

    def guard(record: Any) -> Decision:
        missing = [name for name in fields if _is_empty(getattr(record, name))]
        if not missing:
            return ALLOW
        labels = [str(record._meta.get_field(name).verbose_name) for name in missing]
        return deny(
            _("Fill in first: %(fields)s.") % {"fields": ", ".join(labels)},
            missing=labels,
            code="incomplete",
        )

    return guard


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


has_an_acceptance_test = has("acceptance_test")
is_costed = has("estimate", "time_to_market")
is_a_whole_plan = has("steps", "cut_over", "back_out", "acceptance_criteria")


def unallocated_musts(spec: Any) -> list[Requirement]:
    """Return the musts behind a specification that no specification takes on yet.

    Those are the ones linked to it and those derived from the needs it fulfils.
    """
    needs = Record.objects.filter(links_in__source=spec.pk, kind="need").values("pk")
    behind = Q(links_in__source=spec.pk, links_in__kind=LinkKind.SATISFIES) | Q(
        links_out__target__in=needs, links_out__kind=LinkKind.DERIVED_FROM
    )
    found = Requirement.objects.filter(behind, necessity=Requirement.Necessity.MUST)
    open_ones = found.exclude(state__in=("allocated", "verified", "dropped"))
    return list(open_ones.distinct().order_by("pk"))


def musts_are_allocated(spec: Any) -> Decision:
    """Whether every must-requirement behind the specification is allocated to one."""
    open_ones = unallocated_musts(spec)
    if not open_ones:
        return ALLOW
    numbers = [requirement.number for requirement in open_ones]
    return deny(
        _("Allocate these must-requirements first: %(numbers)s.") % {"numbers": ", ".join(numbers)},
        missing=numbers,
        code="not_allocated",
    )


def is_ready_for_review(spec: Any) -> Decision:
    """Whether estimate and time to market are filled and every must is allocated."""
    return is_costed(spec) & musts_are_allocated(spec)


def is_revised(spec: Any) -> Decision:
    """Whether a specification reads differently from its version in force, and is ready."""
    if spec.in_force is not None and spec.in_force.content_hash == hash_of(spec):
        return deny(_("Nothing has changed since the version in force."), code="unchanged")
    return is_ready_for_review(spec)


def is_agreed_to(spec: Any) -> Decision:
    """Whether the approvers agreed to the specification as it reads now."""
    return is_approved(spec)


def is_in_force(spec: Any) -> Decision:
    """Whether a version of the specification is approved, be it not the newest."""
    if spec.in_force is None and spec.state == "draft":
        return deny(
            _("This is not approved as it reads now. Ask for approval first."),
            missing=[_gettext("approval")],
            code="not_approved",
        )
    if spec.in_force is None:
        return is_approved(spec)
    return is_approved(spec, content_hash=spec.in_force.content_hash)


def is_funded(spec: Any) -> Decision:
    """Whether enough money is set aside for the version in force."""
    version = spec.in_force
    needed = version.estimate if version is not None else spec.estimate or Decimal(0)
    currency = version.currency if version is not None else spec.currency
    return funds.of(spec, currency).covers(needed, currency)


def shortfall_of(spec: Any) -> Decimal:
    """Return how much is still to be set aside for the version in force; never below zero."""
    version = spec.in_force
    needed = version.estimate if version is not None else spec.estimate or Decimal(0)
    currency = version.currency if version is not None else spec.currency
    return max(needed - funds.of(spec, currency).committed, Decimal(0))


def is_funded_or_will_be(spec: Any, answers: Mapping[str, Any]) -> Decision:
    """Whether the money is set aside, or a budget is named to set it aside now."""
    return ALLOW if answers.get("budget") is not None else is_funded(spec)


def is_buildable(spec: Any) -> Decision:
    """The gate of obtain & build: approved and funded, or what is missing of both."""
    if spec.phase == Phase.VOID:
        return deny(
            _("%(number)s is %(state)s.")
            % {"number": spec.number, "state": str(spec.state_label).lower()},
            missing=[_gettext("an approved specification")],
            code="not_buildable",
        )
    decision = is_in_force(spec) & is_funded(spec)
    if decision:
        return ALLOW
    return deny(decision.reason, missing=decision.missing, code="not_buildable")


def is_handed_over(spec: Any) -> Decision:
    """Whether obtain & build accepted the work."""
    accepted = Handover.objects.filter(
        source_id=spec.pk,
        to_activity=Activity.OBTAIN_BUILD,
        status=Handover.Status.ACCEPTED,
    )
    if accepted.exists():
        return ALLOW
    return deny(
        _("Hand it over to obtain & build first, and let them accept it."),
        missing=[_gettext("an accepted handover")],
        code="not_handed_over",
    )


def is_ready_to_build(spec: Any) -> Decision:
    """Whether it is approved, funded, and taken over by those who build."""
    return is_buildable(spec) & is_handed_over(spec)


def components_are_accepted(spec: Any) -> Decision:
    """Whether there are components for the specification and each of them is accepted."""
    components = list(
        Record.objects.filter(
            kind="component", links_out__target=spec.pk, links_out__kind=LinkKind.IMPLEMENTS
        ).exclude(phase=Phase.VOID)
    )
    if not components:
        return deny(
            _("No component implements this yet."),
            missing=[_gettext("a component")],
            code="no_components",
        )
    return _none_left(
        [c.number for c in components if c.state not in _ACCEPTED_COMPONENT],
        _("These components are not accepted yet: %(numbers)s."),
        code="not_accepted",
    )


def _none_left(numbers: Iterable[str], sentence: Any, *, code: str) -> Decision:
    left = list(numbers)
    if not left:
        return ALLOW
    return deny(sentence % {"numbers": ", ".join(left)}, missing=left, code=code)


def is_deployed(spec: Any) -> Decision:
    """Whether a release that implements the specification, or a component of it, is deployed."""
    components = Record.objects.filter(
        kind="component", links_out__target=spec.pk, links_out__kind=LinkKind.IMPLEMENTS
    ).values("pk")
    releases = Record.objects.filter(kind="release", state="deployed").filter(
        Q(links_out__target=spec.pk, links_out__kind=LinkKind.IMPLEMENTS)
        | Q(links_out__target__in=components, links_out__kind=LinkKind.DEPLOYS)
    )
    if releases.exists():
        return ALLOW
    return deny(
        _("No release of this is deployed yet."),
        missing=[_gettext("a deployed release")],
        code="not_deployed",
    )


def is_transitioned(spec: Any) -> Decision:
    """The assurance others ask for: it was deployed."""
    if spec.state in ("transitioned", "in_service"):
        return ALLOW
    return deny(_("%(number)s is not live yet.") % {"number": spec.number}, code="not_transitioned")


def may_execute_plan(plan: Any) -> Decision:
    """Whether the specification is built and the change that puts it live is authorised."""
    return _spec_is_built(plan) & _change_is_authorised(plan)


def _spec_is_built(plan: Any) -> Decision:
    specs = Record.objects.filter(
        kind="design_spec", links_in__source=plan.pk, links_in__kind=LinkKind.IMPLEMENTS
    )
    if any(spec.state in ("built", "transitioned", "in_service") for spec in specs):
        return ALLOW
    return deny(
        _("The specification is not built yet."),
        missing=[spec.number for spec in specs] or [_gettext("a specification")],
        code="not_built",
    )


def _change_is_authorised(plan: Any) -> Decision:
    changes = Record.objects.filter(kind="change").filter(
        Q(links_out__target=plan.pk) | Q(links_in__source=plan.pk)
    )
    if any(change.state in _AUTHORISED_CHANGE for change in changes):
        return ALLOW
    return deny(
        _("Link a change and have it authorised first."),
        missing=[change.number for change in changes] or [_gettext("a change")],
        code="not_authorised",
    )


def is_allocatable(_requirement: Any, answers: Mapping[str, Any]) -> Decision:
    """Whether the specification named can still take a requirement on."""
    spec = answers["spec"]
    if spec.state in TAKES_ON:
        return ALLOW
    return deny(
        _("%(number)s is %(state)s; nothing more can be added to it.")
        % {"number": spec.number, "state": str(spec.state_label).lower()},
        code="too_late",
    )


def uncovered_needs(spec: Any) -> list[Record]:
    """Return the needs a specification fulfils that none of its requirements comes from."""
    covered = requirements_of(spec).values("pk")
    return list(
        Record.objects.filter(
            kind="need", links_in__source=spec.pk, links_in__kind=LinkKind.FULFILS
        ).exclude(links_in__source__in=covered, links_in__kind=LinkKind.DERIVED_FROM)
    )
