"""How a policy comes into force, is changed and read again, and how exceptions to it end."""

from django.utils.translation import gettext_lazy as _

from itsm.core.machine import Machine, Phase, State, Transition
from valuechain.approvals.policies import may_follow_votes
from valuechain.plan import asks, effects, policies

POLICY = Machine(
    "policy",
    states=(
        State("draft", _("Draft"), Phase.NEW),
        State("in_review", _("In review"), Phase.OPEN),
        State("in_force", _("In force"), Phase.OPEN),
        State("withdrawn", _("Withdrawn"), Phase.DONE, is_final=True),
        State("dropped", _("Dropped"), Phase.VOID, is_final=True),
    ),
    transitions=(
        Transition("submit", ("draft",), "in_review", _("Submit for review"),
                   may=policies.may_plan, guard=policies.can_come_into_force,
                   effect=effects.approval_asked, tone="primary"),
        Transition("return", ("in_review",), "draft", _("Return to draft"), asks=(asks.REASON,),
                   may=policies.may_plan),
        Transition("publish", ("in_review",), "in_force", _("Put in force"),
                   may=may_follow_votes, guard=policies.is_agreed_to,
                   effect=effects.came_into_force, is_hidden=True),
        Transition("review", ("in_force",), None, _("It was read again and stands"),
                   asks=(asks.REVIEW_ON, asks.REMARK), may=policies.may_plan,
                   check=policies.is_ahead, tone="primary"),
        Transition("propose_change", ("in_force",), None, _("Propose a new text"),
                   asks=(asks.NEXT_TEXT, asks.WHY_CHANGE), may=policies.may_plan,
                   guard=policies.has_no_change_open, check=policies.says_something_else,
                   effect=effects.approval_asked),
        Transition("take_back_change", ("in_force",), None, _("Take the new text back"),
                   asks=(asks.REASON,), may=policies.may_plan, guard=policies.has_a_change_open,
                   effect=effects.change_taken_back, tone="quiet"),
        Transition("adopt_change", ("in_force",), None, _("Adopt the new text"),
                   may=may_follow_votes, guard=policies.is_agreed_to,
                   effect=effects.came_into_force, is_hidden=True),
        Transition("turn_down_change", ("in_force",), None, _("Turn the new text down"),
                   asks=(asks.REASON,), may=may_follow_votes, effect=effects.change_turned_down,
                   is_hidden=True),
        Transition("assign", ("draft", "in_review", "in_force"), None, _("Change the owner"),
                   asks=(asks.OWNER,), may=policies.may_plan, tone="quiet"),
        Transition("withdraw", ("in_force",), "withdrawn", _("Withdraw the policy"),
                   asks=(asks.PUBLIC_REASON,), may=policies.may_plan,
                   guard=policies.has_no_exception_open, tone="danger"),
        Transition("drop", ("draft", "in_review"), "dropped", _("Drop"), asks=(asks.REASON,),
                   may=policies.may_plan, tone="danger"),
    ),
)  # fmt: skip

POLICY_EXCEPTION = Machine(
    "policy_exception",
    states=(
        State("requested", _("Requested"), Phase.NEW),
        State("granted", _("Granted"), Phase.WAITING),
        State("expired", _("Expired"), Phase.OPEN),
        State("ended", _("Ended"), Phase.DONE, is_final=True),
        State("refused", _("Refused"), Phase.VOID, is_final=True),
        State("withdrawn", _("Withdrawn"), Phase.VOID, is_final=True),
    ),
    transitions=(
        Transition("grant", ("requested",), "granted", _("Grant it"),
                   asks=(asks.WHY_GRANTED, asks.ENDS_AT), may=policies.may_except,
                   guard=policies.can_be_granted, check=policies.is_ahead,
                   effect=effects.exception_granted, tone="primary"),
        Transition("refuse", ("requested",), "refused", _("Refuse it"),
                   asks=(asks.PUBLIC_REASON,), may=policies.may_except, tone="danger"),
        Transition("withdraw", ("requested",), "withdrawn", _("Withdraw the request"),
                   asks=(asks.REASON,), may=policies.may_take_back, tone="quiet"),
        Transition("extend", ("granted", "expired"), "granted", _("Set another last day"),
                   asks=(asks.WHY_GRANTED, asks.ENDS_AT), may=policies.may_except,
                   guard=policies.can_be_granted, check=policies.is_ahead,
                   effect=effects.exception_granted),
        Transition("resume", ("granted",), "expired", _("It has run out"),
                   may=policies.may_except_or_program, guard=policies.has_run_out),
        Transition("close", ("expired",), "ended", _("The policy is kept again"),
                   may=policies.may_except, tone="primary"),
        Transition("end", ("granted",), "ended", _("End it now"), asks=(asks.PUBLIC_REASON,),
                   may=policies.may_except, tone="danger"),
    ),
)  # fmt: skip
