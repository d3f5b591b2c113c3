"""How an incident moves from the first report to closed."""

from django.utils.translation import gettext_lazy as _

from itsm.core.machine import Ask, AskKind, Machine, Phase, State, Transition
from tickets import asks, effects, policies
from valuechain.records.policies import may_ask, may_desk

_WORKING = ("assigned", "in_progress")
_WAITING = ("waiting_customer", "waiting_supplier", "waiting_change")
_LIVE = ("new", *_WORKING, *_WAITING)

INCIDENT = Machine(
    "incident",
    states=(
        State("new", _("New"), Phase.NEW),
        State("assigned", _("Assigned"), Phase.OPEN),
        State("in_progress", _("In progress"), Phase.OPEN),
        State("waiting_customer", _("Waiting for the customer"), Phase.WAITING),
        State("waiting_supplier", _("Waiting for a supplier"), Phase.WAITING),
        State("waiting_change", _("Waiting for a change"), Phase.WAITING),
        State("resolved", _("Resolved"), Phase.DONE),
        State("closed", _("Closed"), Phase.DONE, is_final=True),
        State("merged", _("Merged"), Phase.VOID, is_final=True),
        State("cancelled", _("Cancelled"), Phase.VOID, is_final=True),
    ),
    transitions=(
        Transition("start", ("new", "assigned"), "in_progress", _("Start work"),
                   may=may_desk, effect=effects.take, tone="primary"),
        Transition("assign", ("new",), "assigned", _("Assign"),
                   asks=(asks.TEAM, asks.OWNER), may=may_desk,
                   check=policies.names_somebody),
        Transition("reassign", (*_WORKING, *_WAITING), None, _("Reassign"),
                   asks=(asks.TEAM, asks.OWNER), may=may_desk,
                   check=policies.names_somebody),
        Transition("resolve", _LIVE, "resolved", _("Resolve"),
                   asks=(asks.RESOLUTION_CODE, asks.RESOLUTION), may=may_desk,
                   guard=policies.has_no_open_blockers, effect=effects.resolved, tone="primary"),
        Transition("wait_for_customer", ("new", *_WORKING, *_WAITING[1:]), "waiting_customer",
                   _("Wait for the customer"), asks=asks.HOLD, may=may_desk),
        Transition("wait_for_supplier", ("new", *_WORKING, "waiting_customer", "waiting_change"),
                   "waiting_supplier", _("Wait for a supplier"), asks=asks.HOLD, may=may_desk,
                   tone="quiet"),
        Transition("wait_for_change", ("new", *_WORKING, "waiting_customer", "waiting_supplier"),
                   "waiting_change", _("Wait for a change"), asks=asks.HOLD, may=may_desk,
                   tone="quiet"),
        Transition("resume", _WAITING, "in_progress", _("Take up again"), may=may_desk,
                   tone="primary"),
        Transition("reopen", ("resolved",), "in_progress", _("This is still broken"),
                   asks=(Ask("reason", _("What is still wrong?")),), may=may_ask,
                   guard=policies.is_within_reopen_window, effect=effects.reopened),
        Transition("close", ("resolved",), "closed", _("Close"), may=may_ask),
        Transition("set_priority", _LIVE, None, _("Override priority"),
                   asks=(asks.PRIORITY, asks.OVERRIDE_REASON), may=may_desk, tone="quiet"),
        Transition("declare_major", _LIVE, None, _("Declare a major incident"),
                   asks=(Ask("reason", _("Why is it major?"), AskKind.LINE, is_internal=True),),
                   may=policies.may_call_major, guard=policies.is_not_major,
                   effect=effects.major, tone="quiet"),
        Transition("stand_down", _LIVE, None, _("No longer major"),
                   may=policies.may_call_major, guard=policies.is_major,
                   effect=effects.not_major, tone="quiet"),
        Transition("merge", _LIVE, "merged", _("Merge into another"), asks=(asks.INTO,),
                   may=may_desk, effect=effects.merged, tone="quiet"),
        Transition("convert", _LIVE, "merged", _("Convert into another kind"),
                   asks=(asks.convert_to(("service_request", _("A service request")),
                                         ("change", _("A change")),
                                         ("problem", _("A problem"))),),
                   may=may_desk, effect=effects.converted, tone="quiet"),
        Transition("cancel", _LIVE, "cancelled", _("Cancel"), asks=(asks.PUBLIC_REASON,),
                   may=may_ask, tone="danger"),
    ),
)  # fmt: skip
