"""How one deployment goes: planned, carried out, looked at, kept or taken back."""

from django.utils.translation import gettext_lazy as _

from itsm.core.machine import Machine, Phase, State, Transition
from valuechain.deliver_support import asks, effects, policies, readiness

DEPLOYMENT = Machine(
    "deployment",
    states=(
        State("scheduled", _("Scheduled"), Phase.NEW),
        State("in_progress", _("In progress"), Phase.OPEN),
        State("verifying", _("Being verified"), Phase.OPEN),
        State("succeeded", _("Succeeded"), Phase.DONE, is_final=True),
        State("rolled_back", _("Rolled back"), Phase.VOID, is_final=True),
        State("cancelled", _("Cancelled"), Phase.VOID, is_final=True),
    ),
    transitions=(
        Transition("start", ("scheduled",), "in_progress", _("Start"),
                   may=policies.may_deploy, guard=policies.may_start_deploying, tone="primary"),
        Transition("accept_overlap", ("scheduled",), None, _("Accept the overlap"),
                   asks=(asks.OVERLAP,), may=policies.may_accept_overlap,
                   guard=readiness.is_overlapping, effect=effects.overlap_accepted,
                   tone="quiet"),
        Transition("verify", ("in_progress",), "verifying", _("Start to verify"),
                   may=policies.may_deploy, tone="primary"),
        Transition("succeed", ("verifying",), "succeeded", _("It works"),
                   asks=(asks.VERIFICATION,), may=policies.may_deploy,
                   guard=policies.its_release_is_under_way, tone="primary"),
        Transition("roll_back", ("in_progress", "verifying"), "rolled_back", _("Roll back"),
                   asks=(asks.REASON,), may=policies.may_deploy, tone="danger"),
        Transition("cancel", ("scheduled",), "cancelled", _("Cancel"), asks=(asks.REASON,),
                   may=policies.may_deploy, tone="danger"),
    ),
)  # fmt: skip
