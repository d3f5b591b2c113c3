"""How a portfolio item moves from an idea with a need behind it to value somebody confirms."""

from django.utils.translation import gettext_lazy as _

from itsm.core.machine import Machine, Phase, State, Transition
from valuechain.approvals.policies import may_follow_votes
from valuechain.plan import asks, effects, policies

_LIVE = (
    "candidate", "under_evaluation", "deferred", "approved", "funded", "in_delivery", "on_hold",
)  # fmt: skip

PORTFOLIO_ITEM = Machine(
    "portfolio_item",
    states=(
        State("candidate", _("Candidate"), Phase.NEW),
        State("under_evaluation", _("Under evaluation"), Phase.OPEN),
        State("deferred", _("Deferred"), Phase.WAITING),
        State("approved", _("Approved"), Phase.OPEN),
        State("funded", _("Funded"), Phase.OPEN),
        State("in_delivery", _("In delivery"), Phase.OPEN),
        State("on_hold", _("On hold"), Phase.WAITING),
        State("delivered", _("Delivered"), Phase.OPEN),
        State("value_confirmed", _("Value confirmed"), Phase.DONE, is_final=True),
        State("value_missed", _("Value missed"), Phase.DONE, is_final=True),
        State("rejected", _("Rejected"), Phase.VOID, is_final=True),
        State("cancelled", _("Cancelled"), Phase.VOID, is_final=True),
    ),
    transitions=(
        Transition("evaluate", ("candidate",), "under_evaluation", _("Start evaluation"),
                   may=policies.may_plan, tone="primary"),
        Transition("request_approval", ("under_evaluation",), None, _("Ask for approval"),
                   may=policies.may_plan, guard=policies.is_worth_deciding,
                   effect=effects.approval_asked, tone="primary"),
        Transition("approve", ("under_evaluation",), "approved", _("Approve"),
                   may=may_follow_votes, guard=policies.may_be_chosen, is_hidden=True),
        Transition("defer", ("under_evaluation",), "deferred", _("Defer"), asks=asks.HOLD,
                   may=policies.may_plan),
        Transition("resume", ("deferred",), "under_evaluation", _("Evaluate again"),
                   may=policies.may_plan, tone="primary"),
        Transition("reject", ("under_evaluation",), "rejected", _("Reject"),
                   asks=(asks.PUBLIC_REASON,), may=policies.may_plan, tone="danger"),
        Transition("fund", ("approved",), "funded", _("Fund"), asks=(asks.BUDGET,),
                   may=policies.may_fund, check=policies.is_funded_or_will_be,
                   effect=effects.item_funded, tone="primary"),
        Transition("start_delivery", ("funded",), "in_delivery", _("Start delivery"),
                   may=policies.may_plan, guard=policies.has_a_spec, tone="primary"),
        Transition("hold", ("in_delivery",), "on_hold", _("Put on hold"), asks=asks.HOLD,
                   may=policies.may_plan),
        Transition("resume", ("on_hold",), "in_delivery", _("Resume delivery"),
                   may=policies.may_plan, tone="primary"),
        Transition("deliver", ("in_delivery",), "delivered", _("It is delivered"),
                   may=policies.may_plan, guard=policies.is_live, tone="primary"),
        Transition("confirm_value", ("delivered",), "value_confirmed", _("The value came"),
                   asks=(asks.VALUE,), may=policies.may_judge_value, tone="primary"),
        Transition("miss_value", ("delivered",), "value_missed", _("The value did not come"),
                   asks=(asks.VALUE,), may=policies.may_judge_value),
        Transition("cancel", _LIVE, "cancelled", _("Cancel"), asks=(asks.PUBLIC_REASON,),
                   may=policies.may_plan, tone="danger"),
    ),
)  # fmt: skip
