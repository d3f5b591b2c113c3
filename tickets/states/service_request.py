"""How a service request moves from being asked for to being in the requester's hands."""

from django.utils.translation import gettext_lazy as _

from itsm.core.machine import Ask, Machine, Phase, State, Transition
from tickets import asks, effects, policies
from valuechain.records.policies import may_ask, may_desk

_WAITING = ("waiting_customer", "waiting_supplier", "waiting_change")
_LIVE = ("new", "awaiting_approval", "approved", "in_fulfilment", *_WAITING)

SERVICE_REQUEST = Machine(
    "service_request",
    states=(
        State("new", _("New"), Phase.NEW),
        State("awaiting_approval", _("Awaiting approval"), Phase.OPEN),
        State("approved", _("Approved"), Phase.OPEN),
        State("in_fulfilment", _("In fulfilment"), Phase.OPEN),
        State("waiting_customer", _("Waiting for the customer"), Phase.WAITING),
        State("waiting_supplier", _("Waiting for a supplier"), Phase.WAITING),
        State("waiting_change", _("Waiting for a change"), Phase.WAITING),
        State("fulfilled", _("Fulfilled"), Phase.DONE),
        State("closed", _("Closed"), Phase.DONE, is_final=True),
        State("rejected", _("Rejected"), Phase.VOID, is_final=True),
        State("merged", _("Merged"), Phase.VOID, is_final=True),
        State("cancelled", _("Cancelled"), Phase.VOID, is_final=True),
    ),
    transitions=(
        Transition("accept", ("new",), "approved", _("Accept: no approval needed"),
                   may=may_desk, tone="primary"),
        Transition("request_approval", ("new",), "awaiting_approval", _("Ask for approval"),
                   may=may_desk),
        Transition("approve", ("awaiting_approval",), "approved", _("Approve"),
                   may=policies.may_approve_request, tone="primary"),
        Transition("reject", ("awaiting_approval",), "rejected", _("Reject"),
                   asks=(asks.PUBLIC_REASON,), may=policies.may_approve_request, tone="danger"),
        Transition("start", ("approved",), "in_fulfilment", _("Start fulfilment"),
                   may=may_desk, effect=effects.take, tone="primary"),
        Transition("fulfil", ("in_fulfilment", *_WAITING), "fulfilled", _("Fulfil"),
                   asks=(asks.RESOLUTION,), may=may_desk,
                   guard=policies.has_no_open_blockers, effect=effects.resolved, tone="primary"),
        Transition("wait_for_customer", ("in_fulfilment", "waiting_supplier", "waiting_change"),
                   "waiting_customer", _("Wait for the customer"), asks=asks.HOLD, may=may_desk),
        Transition("wait_for_supplier", ("in_fulfilment", "waiting_customer", "waiting_change"),
                   "waiting_supplier", _("Wait for a supplier"), asks=asks.HOLD, may=may_desk,
                   tone="quiet"),
        Transition("wait_for_change", ("in_fulfilment", "waiting_customer", "waiting_supplier"),
                   "waiting_change", _("Wait for a change"), asks=asks.HOLD, may=may_desk,
                   tone="quiet"),
        Transition("resume", _WAITING, "in_fulfilment", _("Take up again"), may=may_desk,
                   tone="primary"),
        Transition("reopen", ("fulfilled",), "in_fulfilment", _("This is not what was asked for"),
                   asks=(Ask("reason", _("What is missing or wrong?")),), may=may_ask,
                   guard=policies.is_within_reopen_window, effect=effects.reopened),
        Transition("close", ("fulfilled",), "closed", _("Close"), may=may_ask),
        Transition("reassign", _LIVE, None, _("Reassign"), asks=(asks.TEAM, asks.OWNER),
                   may=may_desk, check=policies.names_somebody),
        Transition("set_priority", _LIVE, None, _("Override priority"),
                   asks=(asks.PRIORITY, asks.OVERRIDE_REASON), may=may_desk, tone="quiet"),
        Transition("merge", _LIVE, "merged", _("Merge into another"), asks=(asks.INTO,),
                   may=may_desk, effect=effects.merged, tone="quiet"),
        Transition("convert", _LIVE, "merged", _("Convert into another kind"),
                   asks=(asks.convert_to(("incident", _("An incident")),
                                         ("change", _("A change")),
                                         ("problem", _("A problem"))),),
                   may=may_desk, effect=effects.converted, tone="quiet"),
        Transition("cancel", _LIVE, "cancelled", _("Cancel"), asks=(asks.PUBLIC_REASON,),
                   may=may_ask, tone="danger"),
    ),
)  # fmt: skip
