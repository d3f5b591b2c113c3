"""How a requirement moves from a sentence to something shown to be met."""

from django.utils.translation import gettext_lazy as _

from itsm.core.machine import Machine, Phase, State, Transition
from valuechain.design_transition import asks, effects, policies

REQUIREMENT = Machine(
    "requirement",
    states=(
        State("draft", _("Draft"), Phase.NEW),
        State("agreed", _("Agreed"), Phase.OPEN),
        State("allocated", _("Allocated"), Phase.OPEN),
        State("verified", _("Verified"), Phase.DONE, is_final=True),
        State("dropped", _("Dropped"), Phase.VOID, is_final=True),
    ),
    transitions=(
        Transition("agree", ("draft",), "agreed", _("Agree on it"),
                   may=policies.may_write_requirement, guard=policies.has_an_acceptance_test,
                   tone="primary"),
        Transition("allocate", ("agreed",), "allocated", _("Allocate to a specification"),
                   asks=(asks.SPEC,), may=policies.may_write_requirement,
                   check=policies.is_allocatable, effect=effects.allocated, tone="primary"),
        Transition("verify", ("allocated",), "verified", _("It is met"), asks=(asks.EVIDENCE,),
                   may=policies.may_write_requirement, tone="primary"),
        Transition("drop", ("draft", "agreed", "allocated"), "dropped", _("Drop"),
                   asks=(asks.PUBLIC_REASON,), may=policies.may_write_requirement,
                   effect=effects.requirement_dropped, tone="danger"),
    ),
)  # fmt: skip
