"""How a catalogue item comes into the catalogue, and out of it."""

from django.utils.translation import gettext_lazy as _

from itsm.core.machine import Machine, Phase, State, Transition
from valuechain.deliver_support import asks, policies

OFFERING = Machine(
    "offering",
    states=(
        State("draft", _("Draft"), Phase.NEW),
        State("published", _("In the catalogue"), Phase.OPEN),
        State("suspended", _("Suspended"), Phase.WAITING),
        State("retired", _("Retired"), Phase.DONE, is_final=True),
    ),
    transitions=(
        Transition("publish", ("draft",), "published", _("Put into the catalogue"),
                   may=policies.may_offer, guard=policies.is_orderable, tone="primary"),
        Transition("suspend", ("published",), "suspended", _("Take out for a while"),
                   asks=(asks.REASON, asks.FOLLOW_UP), may=policies.may_offer),
        Transition("resume", ("suspended",), "published", _("Offer it again"),
                   may=policies.may_offer, tone="primary"),
        Transition("retire", ("draft", "published", "suspended"), "retired", _("Retire"),
                   asks=(asks.REASON,), may=policies.may_offer, tone="danger"),
    ),
)  # fmt: skip
