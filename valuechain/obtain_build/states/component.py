"""How a component moves from a line of a specification to its place."""

from django.utils.translation import gettext_lazy as _

from itsm.core.machine import Machine, Phase, State, Transition
from valuechain.obtain_build import asks, effects, gate, policies

_BEFORE_ACCEPTANCE = ("specified", "sourced", "in_progress", "ready_for_check", "rejected")

COMPONENT = Machine(
    "component",
    states=(
        State("specified", _("Specified"), Phase.NEW),
        State("sourced", _("Sourced"), Phase.OPEN),
        State("in_progress", _("In progress"), Phase.OPEN),
        State("ready_for_check", _("Ready for its check"), Phase.OPEN),
        State("rejected", _("Rejected"), Phase.OPEN),
        State("accepted", _("Accepted"), Phase.OPEN),
        State("available", _("Available"), Phase.DONE),
        State("in_use", _("In use"), Phase.DONE, is_final=True),
        State("dropped", _("Dropped"), Phase.VOID, is_final=True),
    ),
    transitions=(
        Transition("source", ("specified",), "sourced", _("Source it"),
                   may=policies.may_obtain, guard=policies.may_be_sourced, effect=gate.hold,
                   tone="primary"),
        Transition("start", ("sourced",), "in_progress", _("Start"),
                   may=policies.may_obtain, guard=gate.is_open, effect=gate.hold,
                   tone="primary"),
        Transition("ask_bypass", ("specified",), None, _("Ask to bypass the gate"),
                   asks=(asks.BYPASS_REASON, asks.PRINCIPLE), may=policies.may_ask_bypass, guard=gate.is_shut,
                   effect=effects.bypass_asked, tone="quiet"),
        Transition("bypass_gate", ("specified",), None, _("Let it pass the gate"),
                   asks=(asks.PRINCIPLE,), may=policies.may_confirm_bypass, guard=gate.is_asked,
                   effect=effects.bypassed, tone="danger"),
        Transition("refuse_bypass", ("specified",), None, _("Refuse the bypass"),
                   asks=(asks.REASON, asks.PRINCIPLE), may=policies.may_confirm_bypass, guard=gate.is_asked,
                   effect=effects.bypass_refused),
        Transition("present", ("in_progress",), "ready_for_check", _("Ready for its check"),
                   may=policies.may_obtain, tone="primary"),
        Transition("accept", ("ready_for_check",), "accepted", _("Accept"),
                   may=policies.may_accept, guard=policies.has_passed_its_checks,
                   tone="primary"),
        Transition("reject", ("ready_for_check",), "rejected", _("Reject"),
                   asks=(asks.REASON,), may=policies.may_accept),
        Transition("rework", ("rejected",), "in_progress", _("Rework it"),
                   may=policies.may_obtain, tone="primary"),
        Transition("promise", (*_BEFORE_ACCEPTANCE, "accepted"), None, _("Promise a date"),
                   asks=(asks.PROMISED_AT, asks.WHY_SO), may=policies.may_obtain),
        Transition("place", (*_BEFORE_ACCEPTANCE[1:], "accepted"), None, _("Say where it is"),
                   asks=(asks.LOCATION, asks.ARRIVED), may=policies.may_obtain,
                   effect=effects.arrived),
        Transition("make_available", ("accepted",), "available", _("It is in place"),
                   may=policies.may_obtain, guard=policies.is_placed, tone="primary"),
        Transition("put_in_use", ("available",), "in_use", _("It is in use"),
                   may=policies.may_plan, tone="primary"),
        Transition("drop", _BEFORE_ACCEPTANCE, "dropped", _("Drop it"), asks=(asks.REASON,),
                   may=policies.may_plan, tone="danger"),
    ),
)  # fmt: skip
