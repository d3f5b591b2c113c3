"""How requirements, specifications and transition plans move."""

from valuechain.design_transition.states.design_spec import DESIGN_SPEC
from valuechain.design_transition.states.requirement import REQUIREMENT
from valuechain.design_transition.states.transition_plan import TRANSITION_PLAN

__all__ = ["DESIGN_SPEC", "REQUIREMENT", "TRANSITION_PLAN"]
