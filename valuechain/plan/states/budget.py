"""How a budget moves, and how money is set aside, freed and spent in it."""

from django.utils.translation import gettext_lazy as _

from itsm.core.machine import Machine, Phase, State, Transition
from valuechain.approvals.policies import may_follow_votes
from valuechain.plan import asks, effects, policies

BUDGET = Machine(
    "budget",
    states=(
        State("draft", _("Draft"), Phase.NEW),
        State("proposed", _("Proposed"), Phase.OPEN),
        State("approved", _("Approved"), Phase.OPEN),
        State("frozen", _("Frozen"), Phase.OPEN),
        State("closed", _("Closed"), Phase.DONE, is_final=True),
    ),
    transitions=(
        Transition("propose", ("draft",), "proposed", _("Propose"),
                   may=policies.may_hold_budget, guard=policies.has_a_period,
                   effect=effects.approval_asked, tone="primary"),
        Transition("return", ("proposed",), "draft", _("Return to draft"), asks=(asks.REASON,),
                   may=policies.may_hold_budget),
        Transition("approve", ("proposed",), "approved", _("Approve"), may=may_follow_votes,
                   guard=policies.is_agreed_to, is_hidden=True),
        Transition("reserve", ("approved",), None, _("Set money aside"),
                   asks=(asks.FOR, asks.AMOUNT), may=policies.may_fund,
                   check=policies.can_be_set_aside, effect=effects.reserved, tone="primary"),
        Transition("release", ("approved", "frozen"), None, _("Free money"),
                   asks=(asks.FOR, asks.AMOUNT_OR_ALL, asks.REASON), may=policies.may_fund,
                   check=policies.is_set_aside, effect=effects.released),
        Transition("spend", ("approved", "frozen"), None, _("Spend money"),
                   asks=(asks.FOR, asks.AMOUNT), may=policies.may_fund,
                   check=policies.is_set_aside, effect=effects.consumed),
        Transition("freeze", ("approved",), "frozen", _("Freeze"), asks=(asks.REASON,),
                   may=policies.may_hold_budget),
        Transition("unfreeze", ("frozen",), "approved", _("Unfreeze"),
                   may=policies.may_hold_budget),
        Transition("close", ("approved", "frozen"), "closed", _("Close"),
                   may=policies.may_hold_budget, guard=policies.has_nothing_set_aside),
    ),
)  # fmt: skip
