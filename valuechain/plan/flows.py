"""What plan accepts from the other activities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from itsm.core.decisions import ALLOW, Decision, deny
from itsm.core.machine import Ask, AskKind
from valuechain.plan import policies
from valuechain.records.flows import Flow
from valuechain.records.kinds import kinds
from valuechain.records.models import Record
from valuechain.records.policies import may_work

_TITLE = Ask("title", _("Title"), AskKind.LINE, required=False,
             help=_("Leave it empty to keep the title."))  # fmt: skip


def _is_plannable(record: Any) -> Decision:
    """A need is handed on once it is qualified, a project once it is approved."""
    if record.kind == "need":
        decision: Decision = record.kind_entry.assure("routable", record)
        return decision
    if record.kind == "project_initiation" and record.state != "approved":
        return deny(_("Have the project approved first."), code="not_approved")
    if record.is_live:
        return ALLOW
    return deny(_("%(number)s is finished.") % {"number": record.number}, code="finished")


def _plan(source: Record, actor: Any, via: str, answers: Mapping[str, Any]) -> Record:
    special: Any = source.specific
    return kinds["portfolio_item"].open(
        actor=actor,
        via=via,
        title=answers.get("title") or source.title,
        description=source.description,
        expected_benefit=getattr(special, "benefits", "")
        or getattr(special, "expected_benefit", ""),
        cost=getattr(special, "cost_high", None),
        requester=source.requester,
        organisation=source.organisation,
        service=source.service,
    )


def _next_edition(source: Record, actor: Any, via: str, _answers: Mapping[str, Any]) -> Record:
    vision: Any = source.specific
    return kinds["vision"].open(
        actor=actor,
        via=via,
        title=vision.title,
        statement=vision.statement,
        description=vision.description,
        horizon=vision.horizon,
        edition=vision.edition + 1,
        successor_of=vision,
        owner=vision.owner,
        organisation=vision.organisation,
    )


def _except(source: Record, actor: Any, via: str, answers: Mapping[str, Any]) -> Record:
    return kinds["policy_exception"].open(
        actor=actor,
        via=via,
        title=answers["title"],
        for_policy=source,
        applies_to=answers["applies_to"],
        grounds=answers["grounds"],
        until=answers["until"],
    )


def _is_in_force(policy: Any) -> Decision:
    if policy.state == "in_force":
        return ALLOW
    return deny(_("Only a policy that is in force can have exceptions."), code="not_in_force")


def _is_published(vision: Any) -> Decision:
    if vision.state == "published":
        return ALLOW
    return deny(_("The next edition begins from the published one."), code="not_published")


FLOWS = (
    Flow(
        name="plan",
        sources=("need", "project_initiation", "improvement", "problem"),
        to="portfolio_item",
        label=_("Put into the portfolio"),
        build=_plan,
        asks=(_TITLE,),
        may=policies.may_open_item,
        guard=_is_plannable,
        trigger=_("a demand is justified and has to compete for money"),
        input=_("the demand and what it is worth"),
        output=_("a portfolio decision"),
    ),
    Flow(
        name="next_edition",
        sources=("vision",),
        to="vision",
        label=_("Write the next edition"),
        build=_next_edition,
        may=policies.may_open_plan,
        guard=_is_published,
        trigger=_("the direction changes"),
        input=_("the published vision"),
        output=_("the next edition"),
    ),
    Flow(
        name="except",
        sources=("policy",),
        to="policy_exception",
        label=_("Ask for an exception"),
        build=_except,
        asks=(
            Ask("title", _("What is to be allowed?"), AskKind.LINE),
            Ask("applies_to", _("For whom or what?"), AskKind.LINE),
            Ask("grounds", _("Why?")),
            Ask("until", _("Until"), AskKind.DATE),
        ),
        may=may_work,
        guard=_is_in_force,
        trigger=_("a policy cannot be kept in one case"),
        input=_("the case, the reason and the last day"),
        output=_("an exception, granted or refused"),
    ),
)
