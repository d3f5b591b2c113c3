"""How work on a component goes from planned to verified."""

from django.utils.translation import gettext_lazy as _

from itsm.core.machine import Machine, Phase, State, Transition
from valuechain.obtain_build import asks, policies

WORK_ORDER = Machine(
    "work_order",
    states=(
        State("planned", _("Planned"), Phase.NEW),
        State("assigned", _("Assigned"), Phase.OPEN),
        State("in_progress", _("In progress"), Phase.OPEN),
        State("blocked", _("Blocked"), Phase.WAITING),
        State("done", _("Done"), Phase.OPEN),
        State("verified", _("Verified"), Phase.DONE, is_final=True),
        State("cancelled", _("Cancelled"), Phase.VOID, is_final=True),
    ),
    transitions=(
        Transition("assign", ("planned",), "assigned", _("Assign"),
                   asks=(asks.TEAM, asks.OWNER), may=policies.may_build,
                   check=policies.names_somebody, tone="primary"),
        Transition("start", ("assigned",), "in_progress", _("Start work"),
                   may=policies.may_build, guard=policies.its_component_may_be_built,
                   effect=policies.hold_its_gate, tone="primary"),
        Transition("block", ("in_progress",), "blocked", _("It is blocked"), asks=asks.HOLD,
                   may=policies.may_build),
        Transition("resume", ("blocked",), "in_progress", _("Take up again"),
                   may=policies.may_build, tone="primary"),
        Transition("complete", ("in_progress",), "done", _("It is done"), asks=(asks.RESULT,),
                   may=policies.may_build, tone="primary"),
        Transition("verify", ("done",), "verified", _("Verify"), may=policies.may_accept,
                   tone="primary"),
        Transition("reopen", ("done",), "in_progress", _("It is not done yet"),
                   asks=(asks.REASON,), may=policies.may_accept),
        Transition("cancel", ("planned", "assigned", "in_progress", "blocked"), "cancelled",
                   _("Cancel"), asks=(asks.REASON,), may=policies.may_plan, tone="danger"),
    ),
)  # fmt: skip
