"""How a specification moves: written, approved, funded, built, live."""

from django.utils.translation import gettext_lazy as _

from itsm.accounts.roles import Role
from itsm.core.machine import Machine, Phase, State, Transition
from valuechain.approvals.policies import may_follow_votes
from valuechain.design_transition import asks, effects, policies

#: A version is in force in these; another can be written and put up for approval beside it.
IN_FORCE = ("approved", "funded", "released_to_build")

DESIGN_SPEC = Machine(
    "design_spec",
    states=(
        State("draft", _("Draft"), Phase.NEW),
        State("in_review", _("In review"), Phase.OPEN),
        State("changes_requested", _("Changes requested"), Phase.OPEN),
        State("approved", _("Approved"), Phase.OPEN, turn_of=Role.BUDGET_HOLDER),
        State("funded", _("Funded"), Phase.OPEN),
        State("released_to_build", _("Released to build"), Phase.OPEN),
        State("built", _("Built"), Phase.OPEN),
        State("transitioned", _("Transitioned"), Phase.OPEN),
        State("in_service", _("In service"), Phase.DONE, is_final=True),
        State("rejected", _("Rejected"), Phase.VOID, is_final=True),
        State("cancelled", _("Cancelled"), Phase.VOID, is_final=True),
    ),
    transitions=(
        Transition("submit", ("draft", "changes_requested"), "in_review", _("Submit for review"),
                   may=policies.may_design, guard=policies.is_ready_for_review,
                   effect=effects.submitted, tone="primary"),
        Transition("approve", ("in_review",), "approved", _("Approve"), may=may_follow_votes,
                   guard=policies.is_agreed_to, effect=effects.comes_into_force, is_hidden=True),
        Transition("request_changes", ("in_review",), "changes_requested", _("Ask for changes"),
                   asks=(asks.REASON,), may=may_follow_votes, is_hidden=True),
        Transition("reject", ("in_review",), "rejected", _("Reject"), asks=(asks.PUBLIC_REASON,),
                   may=may_follow_votes, is_hidden=True),
        Transition("fund", ("approved",), "funded", _("Fund"), asks=(asks.BUDGET,),
                   may=policies.may_fund, check=policies.is_funded_or_will_be,
                   effect=effects.funded, tone="primary"),
        Transition("release_to_build", ("funded",), "released_to_build", _("Release to build"),
                   may=policies.may_release, guard=policies.is_ready_to_build, tone="primary"),
        Transition("complete_build", ("released_to_build",), "built", _("The build is complete"),
                   may=policies.may_release, guard=policies.components_are_accepted,
                   tone="primary"),
        Transition("transition", ("built",), "transitioned", _("It is deployed"),
                   may=policies.may_transition, guard=policies.is_deployed, tone="primary"),
        Transition("put_in_service", ("transitioned",), "in_service", _("Put in service"),
                   may=policies.may_transition, tone="primary"),
        Transition("submit_revision", IN_FORCE, None, _("Submit the new version for review"),
                   may=policies.may_design, guard=policies.is_revised,
                   effect=effects.submitted),
        Transition("adopt_revision", IN_FORCE, None, _("Adopt the new version"),
                   may=may_follow_votes, guard=policies.is_agreed_to,
                   effect=effects.comes_into_force, is_hidden=True),
        Transition("turn_down_revision", IN_FORCE, None, _("Turn the new version down"),
                   asks=(asks.REASON,), may=may_follow_votes, is_hidden=True),
        Transition("cancel", ("draft", "changes_requested", *IN_FORCE, "built"), "cancelled",
                   _("Cancel"), asks=(asks.PUBLIC_REASON,), may=policies.may_design,
                   tone="danger"),
    ),
)  # fmt: skip
