"""The verbs of plan beyond a single transition."""

from valuechain.plan.actions.reading_visions import acknowledge

__all__ = ["acknowledge"]
