"""Who plans, and what must be there before money or a promise is given."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _gettext
from django.utils.translation import gettext_lazy as _

from itsm.accounts.roles import Role
from itsm.core import clock
from itsm.core.decisions import ALLOW, Decision, deny
from itsm.core.machine import Guard, May, Phase
from valuechain.approvals.reading import is_approved
from valuechain.approvals.subjects import plain_content
from valuechain.plan.models import Commitment, PolicyException
from valuechain.records.funding import funds
from valuechain.records.models import Record
from valuechain.records.policies import is_requester, may_work, owner_or, requires
from valuechain.records.vocabulary import LinkKind

may_plan: May = owner_or(Role.PLANNER)
may_open_plan: May = requires(Role.PLANNER)
may_open_item: May = requires(Role.PLANNER, Role.BRM, Role.ARCHITECT)
may_hold_budget: May = owner_or(Role.BUDGET_HOLDER)
may_open_budget: May = requires(Role.BUDGET_HOLDER, Role.PLANNER)
may_fund: May = requires(Role.BUDGET_HOLDER, Role.PLANNER)

#: What a need is once it was found justified, as domain.md names its states.
_JUSTIFIED_NEED = (
    "qualified", "routed", "in_fulfilment", "fulfilled", "value_confirmed", "value_partly",
)  # fmt: skip
_APPROVED_PROJECT = ("approved", "converted")
_LIVE_SPEC = ("transitioned", "in_service")


def has(*fields: str) -> Guard:
    """Return a guard that holds when all the fields are filled, and names those that are not."""

    def guard(record: Any) -> Decision:
        missing = [
            str(record._meta.get_field(name).verbose_name)
            for name in fields
            if getattr(record, name) in (None, "") or not str(getattr(record, name)).strip()
        ]
        if not missing:
            return ALLOW
        return deny(
            _("Fill in first: %(fields)s.") % {"fields": ", ".join(missing)},
            missing=missing,
            code="incomplete",
        )

    return guard


has_a_statement = has("statement", "horizon")
is_measurable = has("measure", "target", "due")
is_weighed = has("expected_benefit", "cost", "risk")
has_a_period = has("amount", "period_start", "period_end")


def editable_in(*states: str, by: May) -> May:
    """Return a policy that lets a record be edited in some states only."""

    def may(actor: Any, record: Any) -> Decision:
        if record.state in states:
            return by(actor, record)
        return deny(_("What was decided on stays as it was read."), code="fixed")

    return may


def is_agreed_to(record: Any) -> Decision:
    """Whether the approvers agreed to the record as it reads now."""
    return is_approved(record)


# Objectives ---------------------------------------------------------------------------------------


def meets_its_target(objective: Any, answers: Mapping[str, Any]) -> Decision:
    """Whether what was measured reaches the target, in the direction the baseline gives."""
    actual, target = answers["actual"], objective.target
    reached = actual <= target if objective.is_less_better else actual >= target
    if reached:
        return ALLOW
    return deny(
        _("%(actual)s does not reach the target of %(target)s.")
        % {"actual": actual, "target": target},
        missing=[str(target)],
        code="target_missed",
    )


def is_past_due(objective: Any) -> Decision:
    """Whether the day it was due on has passed."""
    if objective.due is not None and objective.due < clock.now().date():
        return ALLOW
    return deny(_("It can be missed only when its day has passed."), code="not_due_yet")


# The portfolio ------------------------------------------------------------------------------------


def has_a_justified_need(item: Any) -> Decision:
    """Whether a justified need, or a project that was approved, stands behind the item."""
    behind = Record.objects.filter(
        kind__in=("need", "project_initiation"),
        links_in__source=item.pk,
        links_in__kind=LinkKind.DERIVED_FROM,
    )
    for record in behind:
        wanted = _JUSTIFIED_NEED if record.kind == "need" else _APPROVED_PROJECT
        if record.state in wanted:
            return ALLOW
    return deny(
        _("Link a justified need first (“derived from”)."),
        missing=[record.number for record in behind] or [_gettext("a justified need")],
        code="no_justified_need",
    )


def is_worth_deciding(item: Any) -> Decision:
    """Whether benefit, cost and risk are weighed and a justified need is behind it."""
    return is_weighed(item) & has_a_justified_need(item)


def may_be_chosen(item: Any) -> Decision:
    """Whether the approvers agreed, and a justified need is still behind it."""
    return is_agreed_to(item) & has_a_justified_need(item)


def is_funded(item: Any) -> Decision:
    """Whether enough money is set aside for the item."""
    return funds.of(item, item.currency).covers(item.cost or Decimal(0), item.currency)


def what_is_weighed(item: Any) -> dict[str, Any]:
    """Return what the board reads; a line of the vision that is not named leaves no trace in it.

    So what was approved before items could name one is still what was read.
    """
    content = plain_content(item)
    if not item.vision_line:
        del content["vision_line"]
    return content


def shortfall_of(item: Any) -> Decimal:
    """Return how much is still to be set aside; never below zero."""
    committed = funds.of(item, item.currency).committed
    return max((item.cost or Decimal(0)) - committed, Decimal(0))


def is_funded_or_will_be(item: Any, answers: Mapping[str, Any]) -> Decision:
    """Whether the money is set aside, or a budget is named to set it aside now."""
    return ALLOW if answers.get("budget") is not None else is_funded(item)


def specs_of(item: Any) -> list[Record]:
    """Return the specifications written for an item, abandoned ones left out."""
    return list(
        Record.objects.filter(
            kind="design_spec", links_out__target=item.pk, links_out__kind=LinkKind.DERIVED_FROM
        )
        .exclude(phase=Phase.VOID)
        .order_by("pk")
    )


def has_a_spec(item: Any) -> Decision:
    """Whether somebody writes, or wrote, a specification for the item."""
    if specs_of(item):
        return ALLOW
    return deny(
        _("Write a specification for it first."),
        missing=[_gettext("a specification")],
        code="no_spec",
    )


def is_live(item: Any) -> Decision:
    """Whether every specification of the item is deployed."""
    decision = has_a_spec(item)
    if not decision:
        return decision
    waiting = [spec.number for spec in specs_of(item) if spec.state not in _LIVE_SPEC]
    if not waiting:
        return ALLOW
    return deny(
        _("These are not live yet: %(numbers)s.") % {"numbers": ", ".join(waiting)},
        missing=waiting,
        code="not_live",
    )


def may_judge_value(actor: Any, item: Any) -> Decision:
    """Only those whose need it was say whether the value came; the program passes their word on."""
    if actor.access.is_system or is_requester(actor, item):
        return ALLOW
    stakeholders = Record.objects.filter(
        kind__in=("need", "project_initiation"),
        links_in__source=item.pk,
        links_in__kind=LinkKind.DERIVED_FROM,
        requester_id=actor.pk,
    )
    if actor.pk is not None and stakeholders.exists():
        return ALLOW
    return deny(_("Only its stakeholder can say whether the value came."))


# Money --------------------------------------------------------------------------------------------


def money(amount: Decimal, currency: str) -> str:
    """Say an amount in words for a refusal."""
    return f"{formats.number_format(amount, 2, force_grouping=True)} {currency}"


def can_be_set_aside(budget: Any, answers: Mapping[str, Any]) -> Decision:
    """Whether the budget still has that much, for a record that is still going on."""
    amount, record = answers["amount"], answers["record"]
    if amount <= 0:
        return deny(_("Set aside more than nothing."), code="not_positive")
    if not record.is_live or record.pk == budget.pk:
        return deny(
            _("Money cannot be set aside for %(number)s.") % {"number": record.number},
            code="not_fundable",
        )
    if amount <= budget.available:
        return ALLOW
    shortfall = money(amount - budget.available, budget.currency)
    return deny(
        _("The budget has %(available)s left; %(shortfall)s is missing.")
        % {"available": money(budget.available, budget.currency), "shortfall": shortfall},
        missing=[shortfall],
        code="overspent",
    )


def is_set_aside(budget: Any, answers: Mapping[str, Any]) -> Decision:
    """Whether that much is set aside in the budget for the record."""
    commitment = Commitment.objects.filter(budget=budget, record=answers["record"]).first()
    reserved = commitment.reserved if commitment is not None else Decimal(0)
    amount = answers.get("amount", reserved)
    if 0 < amount <= reserved:
        return ALLOW
    return deny(
        _("Only %(reserved)s is set aside for %(number)s.")
        % {"reserved": money(reserved, budget.currency), "number": answers["record"].number},
        code="not_set_aside",
    )


def has_nothing_set_aside(budget: Any) -> Decision:
    """Whether all that was set aside is spent or free again."""
    open_ones = list(
        budget.commitments.filter(reserved__gt=0).values_list("record__number", flat=True)
    )
    if not open_ones:
        return ALLOW
    return deny(
        _("Money is still set aside for: %(numbers)s.") % {"numbers": ", ".join(open_ones)},
        missing=open_ones,
        code="still_reserved",
    )


# Policies -----------------------------------------------------------------------------------------

may_open_policy: May = requires(
    Role.PLANNER, Role.SERVICE_OWNER, Role.ARCHITECT, Role.CHANGE_MANAGER
)
can_come_into_force = has("text", "owner", "review_on")


def what_is_to_hold(policy: Any) -> dict[str, Any]:
    """Return what approvers of a policy read: the text that is to hold."""
    return {"title": policy.title, "text": policy.next_text or policy.text}


def edition_words(policy: Any) -> str:
    """Name the edition that is put to the approvers."""
    return _gettext("Edition %(edition)d") % {"edition": policy.edition + 1}


def has_no_change_open(policy: Any) -> Decision:
    """Whether nobody has put another text up that is still to be decided on."""
    if not policy.next_text:
        return ALLOW
    return deny(_("A new text is before the approvers already."), code="change_open")


def has_a_change_open(policy: Any) -> Decision:
    """Whether a new text is before the approvers."""
    if policy.next_text:
        return ALLOW
    return deny(_("No new text was proposed."), code="no_change_open")


def says_something_else(policy: Any, answers: Mapping[str, Any]) -> Decision:
    """Whether a proposed text differs from the one in force."""
    if answers["next_text"].strip() != policy.text.strip():
        return ALLOW
    return deny(_("The new text is the one that is in force."), code="unchanged")


def is_ahead(_record: Any, answers: Mapping[str, Any]) -> Decision:
    """Whether a day that was given still lies ahead."""
    day, instant = answers.get("review_on"), answers.get("follow_up_at")
    if instant is not None and instant > clock.now():
        return ALLOW
    if day is not None and day > clock.now().date():
        return ALLOW
    return deny(_("Choose a day that lies ahead."), code="in_the_past")


def has_no_exception_open(policy: Any) -> Decision:
    """Whether nobody is let off the policy any more, or waits to be."""
    open_ones = list(
        PolicyException.objects.live()
        .filter(for_policy=policy.pk)
        .order_by("pk")
        .values_list("number", flat=True)
    )
    if not open_ones:
        return ALLOW
    return deny(
        _("End its exceptions first: %(numbers)s.") % {"numbers": ", ".join(open_ones)},
        missing=open_ones,
        code="exceptions_open",
    )


def may_ask_exception(actor: Any, exception: Any) -> Decision:
    """Whoever works here may ask to be let off a policy."""
    return may_work(actor, exception)


def may_except(actor: Any, exception: Any) -> Decision:
    """The owner of the policy or a planner lets somebody off it, and nobody lets off themselves."""
    if is_requester(actor, exception):
        return deny(_("Nobody grants the exception they asked for."), code="own_request")
    works = may_work(actor, exception)
    if not works:
        return works
    is_owner = actor.pk is not None and exception.for_policy.owner_id == actor.pk
    if is_owner or actor.access.holds((Role.PLANNER, Role.ADMIN), exception):
        return ALLOW
    return deny(_("Only the owner of the policy or a planner may do this."))


def may_except_or_program(actor: Any, exception: Any) -> Decision:
    """The same, and the program when the last day is over."""
    return ALLOW if actor.access.is_system else may_except(actor, exception)


def may_take_back(actor: Any, exception: Any) -> Decision:
    """Whoever asked for it."""
    if is_requester(actor, exception):
        return ALLOW
    return deny(_("Only whoever asked for it may withdraw it."))


def can_be_granted(exception: Any) -> Decision:
    """Whether the policy it is about still holds."""
    if exception.for_policy.state == "in_force":
        return ALLOW
    return deny(_("The policy is not in force."), code="not_in_force")


def has_run_out(exception: Any) -> Decision:
    """Whether its last day is over."""
    if exception.follow_up_at is None or exception.follow_up_at <= clock.now():
        return ALLOW
    return deny(
        _("It holds until %(day)s; end it earlier with a reason.")
        % {"day": formats.date_format(exception.until, "DATE_FORMAT")},
        code="not_over_yet",
    )
