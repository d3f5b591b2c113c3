"""How an order goes from a draft to goods on the shelf."""

from django.utils.translation import gettext_lazy as _

from itsm.core.machine import Machine, Phase, State, Transition
from valuechain.obtain_build import asks, effects, policies

PURCHASE_ORDER = Machine(
    "purchase_order",
    states=(
        State("draft", _("Draft"), Phase.NEW),
        State("submitted", _("Submitted"), Phase.OPEN),
        State("approved", _("Approved"), Phase.OPEN),
        State("ordered", _("Ordered"), Phase.OPEN),
        State("acknowledged", _("Acknowledged"), Phase.OPEN),
        State("partly_received", _("Partly received"), Phase.OPEN),
        State("received", _("Received"), Phase.OPEN),
        State("closed", _("Closed"), Phase.DONE, is_final=True),
        State("cancelled", _("Cancelled"), Phase.VOID, is_final=True),
    ),
    transitions=(
        Transition("submit", ("draft",), "submitted", _("Submit for approval"),
                   may=policies.may_buy, guard=policies.is_whole, tone="primary"),
        Transition("return", ("submitted",), "draft", _("Return"), asks=(asks.REASON,),
                   may=policies.may_approve_order),
        Transition("approve", ("submitted",), "approved", _("Approve"),
                   may=policies.may_approve_order, guard=policies.may_be_approved,
                   effect=policies.hold_the_money, tone="primary"),
        Transition("order", ("approved",), "ordered", _("Ordered from the supplier"),
                   asks=(asks.SUPPLIER_REFERENCE,), may=policies.may_buy,
                   guard=policies.may_be_ordered, tone="primary"),
        Transition("acknowledge", ("ordered",), "acknowledged", _("The supplier promised a date"),
                   asks=(asks.PROMISED_ON,), may=policies.may_buy, tone="primary"),
        Transition("promise", ("acknowledged", "partly_received"), None,
                   _("The supplier promised another date"),
                   asks=(asks.PROMISED_ON, asks.WHY_SO), may=policies.may_buy),
        Transition("receive_part", ("ordered", "acknowledged"), "partly_received",
                   _("Part of it has arrived"), may=policies.may_buy,
                   guard=policies.some_has_arrived),
        Transition("receive", ("ordered", "acknowledged", "partly_received"), "received",
                   _("All of it has arrived"), may=policies.may_buy,
                   effect=effects.everything_received, tone="primary"),
        Transition("close", ("received",), "closed", _("Close"), may=policies.may_buy,
                   tone="primary"),
        Transition("cancel", ("draft", "submitted", "approved", "ordered", "acknowledged"),
                   "cancelled", _("Cancel"), asks=(asks.REASON,), may=policies.may_buy,
                   tone="danger"),
    ),
)  # fmt: skip
