"""The verbs of plan beyond a single transition."""

from valuechain.plan.actions.applying_policies import apply_policy, stop_applying
from valuechain.plan.actions.asking_exceptions import ask_exception
from valuechain.plan.actions.reading_visions import acknowledge

__all__ = ["acknowledge", "apply_policy", "ask_exception", "stop_applying"]
