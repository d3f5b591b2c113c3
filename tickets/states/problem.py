"""How a problem moves from a suspected cause to one that is gone."""

from django.utils.translation import gettext_lazy as _

from itsm.core.machine import Ask, Machine, Phase, State, Transition
from tickets import asks, effects, policies
from valuechain.records.policies import may_desk

_LIVE = ("new", "investigating", "known_error", "fix_in_progress")

PROBLEM = Machine(
    "problem",
    states=(
        State("new", _("New"), Phase.NEW),
        State("investigating", _("Under investigation"), Phase.OPEN),
        State("known_error", _("Known error"), Phase.OPEN),
        State("fix_in_progress", _("Fix in progress"), Phase.OPEN),
        State("resolved", _("Resolved"), Phase.DONE),
        State("closed", _("Closed"), Phase.DONE, is_final=True),
        State("cancelled", _("Cancelled"), Phase.VOID, is_final=True),
    ),
    transitions=(
        Transition("investigate", ("new",), "investigating", _("Start investigation"),
                   may=may_desk, effect=effects.take, tone="primary"),
        Transition("record_known_error", ("investigating",), "known_error",
                   _("Record a known error"), asks=(asks.ROOT_CAUSE, asks.WORKAROUND),
                   may=may_desk, tone="primary"),
        Transition("start_fix", ("known_error",), "fix_in_progress", _("Start the fix"),
                   may=may_desk, guard=policies.has_a_change, tone="primary"),
        Transition("resolve", ("fix_in_progress",), "resolved", _("Resolve"),
                   asks=(asks.RESOLUTION,), may=may_desk,
                   guard=policies.has_no_open_blockers, effect=effects.resolved, tone="primary"),
        Transition("recur", ("resolved",), "investigating", _("It happened again"),
                   asks=(Ask("reason", _("What happened?")),), may=may_desk,
                   effect=effects.reopened),
        Transition("close", ("resolved",), "closed", _("Close"), may=may_desk),
        Transition("reassign", _LIVE, None, _("Reassign"), asks=(asks.TEAM, asks.OWNER),
                   may=may_desk, check=policies.names_somebody),
        Transition("set_priority", _LIVE, None, _("Override priority"),
                   asks=(asks.PRIORITY, asks.OVERRIDE_REASON), may=may_desk, tone="quiet"),
        Transition("cancel", _LIVE, "cancelled", _("Cancel"), asks=(asks.PUBLIC_REASON,),
                   may=may_desk, tone="danger"),
    ),
)  # fmt: skip
