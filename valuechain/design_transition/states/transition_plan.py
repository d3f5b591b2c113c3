"""How a transition plan moves from a draft to a live service, or back."""

from django.utils.translation import gettext_lazy as _

from itsm.core.machine import Machine, Phase, State, Transition
from valuechain.design_transition import asks, policies

TRANSITION_PLAN = Machine(
    "transition_plan",
    states=(
        State("draft", _("Draft"), Phase.NEW),
        State("reviewed", _("Reviewed"), Phase.OPEN),
        State("approved", _("Approved"), Phase.OPEN),
        State("executing", _("Being executed"), Phase.OPEN),
        State("completed", _("Completed"), Phase.DONE, is_final=True),
        State("rolled_back", _("Rolled back"), Phase.VOID, is_final=True),
        State("cancelled", _("Cancelled"), Phase.VOID, is_final=True),
    ),
    transitions=(
        Transition("review", ("draft",), "reviewed", _("It is reviewed"),
                   may=policies.may_transition, guard=policies.is_a_whole_plan, tone="primary"),
        Transition("return", ("reviewed", "approved"), "draft", _("Return"),
                   asks=(asks.REASON,), may=policies.may_decide_on_plan),
        Transition("approve", ("reviewed",), "approved", _("Approve"),
                   may=policies.may_decide_on_plan, tone="primary"),
        Transition("execute", ("approved",), "executing", _("Start"),
                   may=policies.may_transition, guard=policies.may_execute_plan, tone="primary"),
        Transition("complete", ("executing",), "completed", _("It is done"),
                   may=policies.may_transition, tone="primary"),
        Transition("roll_back", ("executing",), "rolled_back", _("Roll back"),
                   asks=(asks.REASON,), may=policies.may_transition, tone="danger"),
        Transition("cancel", ("draft", "reviewed", "approved"), "cancelled", _("Cancel"),
                   asks=(asks.REASON,), may=policies.may_transition, tone="danger"),
    ),
)  # fmt: skip
