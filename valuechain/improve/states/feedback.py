"""How feedback is heard and what becomes of it."""

from django.utils.translation import gettext_lazy as _

from itsm.core.machine import Machine, Phase, State, Transition
from valuechain.improve import asks, effects, policies

FEEDBACK = Machine(
    "feedback",
    states=(
        State("received", _("Received"), Phase.NEW),
        State("acknowledged", _("Acknowledged"), Phase.OPEN),
        State("routed", _("Routed"), Phase.DONE, is_final=True),
        State("no_action", _("No action"), Phase.DONE, is_final=True),
    ),
    transitions=(
        Transition("acknowledge", ("received",), "acknowledged", _("Acknowledge"),
                   may=policies.may_answer_feedback, effect=effects.take, tone="primary"),
        Transition("route", ("acknowledged",), "routed", _("Mark as routed"),
                   may=policies.may_answer_feedback, guard=policies.leads_somewhere,
                   tone="primary"),
        Transition("take_no_action", ("acknowledged",), "no_action", _("Take no action"),
                   asks=(asks.PUBLIC_REASON,), may=policies.may_answer_feedback),
    ),
)  # fmt: skip
