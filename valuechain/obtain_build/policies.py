"""Who obtains and builds, and what has to be there first."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _gettext
from django.utils.translation import gettext_lazy as _

from itsm.accounts.roles import Role
from itsm.core.decisions import ALLOW, Decision, deny
from itsm.core.errors import RuleViolation
from itsm.core.machine import Change, May
from valuechain.obtain_build import gate
from valuechain.obtain_build.models import Component, PurchaseLine
from valuechain.records.actions import lock_record
from valuechain.records.funding import funds
from valuechain.records.models import Record
from valuechain.records.policies import is_requester, owner_or, requires
from valuechain.records.vocabulary import LinkKind

may_plan: May = owner_or(
    Role.BUILDER, Role.BUYER, Role.ARCHITECT, Role.PLANNER, Role.RELEASE_MANAGER, Role.INTEGRATION
)
may_obtain: May = owner_or(Role.BUILDER, Role.BUYER, Role.INTEGRATION)
may_build: May = owner_or(Role.BUILDER, Role.TEAM_LEAD, Role.AGENT, Role.INTEGRATION)
may_accept: May = requires(Role.ARCHITECT, Role.SERVICE_OWNER, Role.RELEASE_MANAGER, Role.TEAM_LEAD)
may_buy: May = owner_or(Role.BUYER, Role.INTEGRATION)
may_ask_bypass: May = owner_or(Role.BUILDER, Role.BUYER, Role.RELEASE_MANAGER, Role.CHANGE_MANAGER)
_may_confirm: May = requires(
    Role.CHANGE_MANAGER, Role.RELEASE_MANAGER, Role.SERVICE_OWNER, Role.BUDGET_HOLDER
)
_may_approve: May = requires(Role.BUDGET_HOLDER, Role.PLANNER)


def may_confirm_bypass(actor: Any, component: Any) -> Decision:
    """A second person lets it pass, never the one who asked."""
    if actor.pk is not None and actor.pk == component.bypass_asked_by_id:
        return deny(_("Somebody else has to agree; a bypass needs two people."), code="own_subject")
    return _may_confirm(actor, component)


def may_approve_order(actor: Any, order: Any) -> Decision:
    """A budget holder approves what others order, never what they wrote, own or asked for."""
    is_own = actor.pk is not None and (
        order.owner_id == actor.pk
        or is_requester(actor, order)
        or order.events.filter(sequence=1, actor_id=actor.pk).exists()
    )
    if is_own:
        return deny(_("Nobody approves their own order."), code="own_subject")
    return _may_approve(actor, order)


def may_edit_component(actor: Any, component: Any) -> Decision:
    """What was accepted is what it is."""
    if component.state in ("accepted", "available", "in_use"):
        return deny(_("It is accepted; what it had to be is fixed."), code="fixed")
    return may_plan(actor, component)


def may_edit_order(actor: Any, order: Any) -> Decision:
    """What was submitted stays as it was read; a return opens it again."""
    if order.state == "draft":
        return may_buy(actor, order)
    return deny(_("What was submitted is fixed. Return it to edit it."), code="fixed")


# Components -----------------------------------------------------------------------------------------


def is_wanted_somewhere(component: Any) -> Decision:
    """Whether it is said when and where the component is needed."""
    missing = [name for name in ("needed_at", "needed_location") if not getattr(component, name)]
    if not missing:
        return ALLOW
    return deny(_("Say when and where it is needed."), missing=missing, code="incomplete")


def may_be_sourced(component: Any) -> Decision:
    """Whether it is known when and where it is needed, and the gate is open."""
    return gate.is_open(component) & is_wanted_somewhere(component)


def has_passed_its_checks(component: Any) -> Decision:
    """Whether there are checks and every one of them is passed. One query."""
    checks = list(component.checks.all())
    if not checks:
        return deny(
            _("Write down what it has to show before it can be accepted."),
            missing=[_gettext("an acceptance check")],
            code="no_checks",
        )
    left = [check.text for check in checks if not check.passed]
    if not left:
        return ALLOW
    return deny(
        _("These checks are not passed: %(checks)s") % {"checks": "; ".join(left)},
        missing=left,
        code="checks_open",
    )


def is_placed(component: Any) -> Decision:
    """Whether it is where it is needed."""
    if component.is_in_place:
        return ALLOW
    if not component.actual_location:
        return deny(
            _("Say where it is now; it is needed in %(place)s.")
            % {"place": component.needed_location},
            missing=["actual_location"],
            code="not_placed",
        )
    return deny(
        _("It is in %(here)s and needed in %(there)s.")
        % {"here": component.actual_location, "there": component.needed_location},
        missing=["needed_location"],
        code="misplaced",
    )


def is_accepted(component: Any) -> Decision:
    """Others ask by name whether it does what it should."""
    if component.state in ("accepted", "available", "in_use"):
        return ALLOW
    return deny(
        _("%(number)s is not accepted yet.") % {"number": component.number},
        missing=[component.number],
        code="not_accepted",
    )


# Work orders ----------------------------------------------------------------------------------------


def names_somebody(_order: Any, answers: Mapping[str, Any]) -> Decision:
    """Whether an assignment names a team, a person or both."""
    if answers.get("team") or answers.get("owner"):
        return ALLOW
    return deny(_("Name a team, a person, or both."), missing=["team", "owner"])


def its_component_may_be_built(order: Any) -> Decision:
    """Whether the gate is open for the component the work is for."""
    component = Component.objects.filter(pk=order.component_id)[0]
    return gate.is_open(component)


def hold_its_gate(order: Any, change: Change) -> None:
    """Ask the gate of the component again, with its specifications locked."""
    gate.hold(Component.objects.filter(pk=order.component_id)[0], change)


# Purchase orders ------------------------------------------------------------------------------------


def components_of(order: Any) -> list[Component]:
    """Return the components an order buys, in the order of their ids. One query."""
    wanted = PurchaseLine.objects.filter(order_id=order.pk).values("of_component_id")
    return list(Component.objects.filter(pk__in=wanted).order_by("pk"))


def is_whole(order: Any) -> Decision:
    """Whether the order says from whom and what."""
    missing = []
    if order.supplier_id is None:
        missing.append("supplier")
    if not order.lines.exists():
        missing.append("lines")
    if not missing:
        return ALLOW
    return deny(
        _("Name the supplier, and add what is ordered."), missing=missing, code="incomplete"
    )


def components_may_be_bought(order: Any) -> Decision:
    """Whether the gate is open for every component the order buys."""
    decision = ALLOW
    for component in components_of(order):
        decision = decision & gate.is_open(component)
    return decision


def is_funded(order: Any) -> Decision:
    """Whether the money is reserved: for the order, or for the specifications it buys for."""
    needed = order.total
    own = funds.of(order, order.currency).covers(needed, order.currency)
    if own:
        return ALLOW
    specs = {spec.pk: spec for component in components_of(order) for spec in _specs(component)}
    if not specs:
        return own
    reserved = sum(
        (funds.of(spec.specific, order.currency).committed for spec in specs.values()),
        Decimal("0.00"),
    )
    if reserved >= needed + _ordered_already(order, list(specs)):
        return ALLOW
    return own


def _specs(component: Component) -> list[Record]:
    return gate.specs_of(component)


def _ordered_already(order: Any, specs: list[int]) -> Decimal:
    """What other approved orders buy out of the money of the same specifications. One query."""
    lines = PurchaseLine.objects.filter(
        order__currency=order.currency,
        order__state__in=APPROVED_ORDERS,
        of_component__links_out__kind=LinkKind.IMPLEMENTS,
        of_component__links_out__target_id__in=specs,
    ).exclude(order_id=order.pk)
    return sum((line.total for line in lines.distinct()), Decimal("0.00"))


APPROVED_ORDERS = (
    "approved", "ordered", "acknowledged", "partly_received", "received", "closed",
)  # fmt: skip


def may_be_approved(order: Any) -> Decision:
    """Whether the order is whole, its components may be bought, and the money is reserved."""
    return is_whole(order) & components_may_be_bought(order) & is_funded(order)


def may_be_ordered(order: Any) -> Decision:
    """Whether what it buys may still be bought."""
    return components_may_be_bought(order)


def hold_the_money(order: Any, change: Change) -> None:
    """Ask again with the specifications locked: two orders never spend the same money.

    Raises RuleViolation.
    """
    specs = {spec.pk: spec for component in components_of(order) for spec in _specs(component)}
    for pk in sorted(specs):
        lock_record(specs[pk])
    for component in components_of(order):
        gate.hold(component, change)
    answer = is_funded(order)
    if not answer:
        raise RuleViolation(answer.code, answer.reason, missing=answer.missing)


def some_has_arrived(order: Any) -> Decision:
    """Whether goods were booked in, and some are still to come."""
    lines = list(order.lines.all())
    if any(line.received for line in lines) and any(line.open_quantity for line in lines):
        return ALLOW
    return deny(
        _("Book in what has arrived, line by line."), missing=["lines"], code="nothing_arrived"
    )


# Milestones -----------------------------------------------------------------------------------------


def is_after_its_baseline(milestone: Any, answers: Mapping[str, Any]) -> Decision:
    """Whether the new baseline is another date than the old one."""
    if answers["baseline"] != milestone.baseline:
        return ALLOW
    return deny(_("That is its baseline already."), code="unchanged")
