"""How a request to a supplier moves from being written to being answered.

What was opened in error is cancelled before it is sent; afterwards the supplier knows of it.
"""

from django.utils.translation import gettext_lazy as _

from itsm.core.machine import Machine, Phase, State, Transition
from valuechain.engage import asks, effects, policies

SUPPLIER_REQUEST = Machine(
    "supplier_request",
    states=(
        State("open", _("Open"), Phase.NEW),
        State("sent", _("Sent"), Phase.OPEN),
        State("acknowledged", _("Acknowledged"), Phase.OPEN),
        State("in_progress", _("In progress"), Phase.OPEN),
        State("waiting_us", _("Waiting for us"), Phase.WAITING),
        State("answered", _("Answered"), Phase.DONE),
        State("closed", _("Closed"), Phase.DONE, is_final=True),
        State("cancelled", _("Cancelled"), Phase.VOID, is_final=True),
    ),
    transitions=(
        Transition("note", ("open",), "answered", _("Take note of it"),
                   asks=asks.SUPPLIER_NOTICE, may=policies.may_speak_with_suppliers,
                   guard=policies.is_their_notice, effect=effects.notice_taken, tone="primary"),
        Transition("send", ("open",), "sent", _("Sent to the supplier"),
                   may=policies.may_speak_with_suppliers, guard=policies.is_ours_to_send,
                   effect=effects.take, tone="primary"),
        Transition("acknowledge", ("sent",), "acknowledged", _("The supplier has it"),
                   may=policies.may_answer_for_supplier, tone="primary"),
        Transition("start", ("acknowledged",), "in_progress", _("The supplier works on it"),
                   may=policies.may_answer_for_supplier, tone="primary"),
        Transition("wait_for_us", ("in_progress",), "waiting_us", _("The supplier waits for us"),
                   asks=asks.HOLD, may=policies.may_answer_for_supplier),
        Transition("resume", ("waiting_us",), "in_progress", _("Answered them"),
                   may=policies.may_answer_for_supplier, tone="primary"),
        Transition("answer", ("in_progress",), "answered", _("Answer"),
                   asks=asks.SUPPLIER_ANSWER, may=policies.may_answer_for_supplier,
                   tone="primary"),
        Transition("close", ("answered",), "closed", _("Close"),
                   may=policies.may_speak_with_suppliers, tone="primary"),
        Transition("cancel", ("open",), "cancelled", _("Cancel"), asks=(asks.CANCELLED_BECAUSE,),
                   may=policies.may_speak_with_suppliers, tone="danger"),
    ),
)  # fmt: skip
