"""How visions, objectives, portfolio items and budgets move."""

from valuechain.plan.states.budget import BUDGET
from valuechain.plan.states.objective import OBJECTIVE
from valuechain.plan.states.portfolio_item import PORTFOLIO_ITEM
from valuechain.plan.states.vision import VISION

__all__ = ["BUDGET", "OBJECTIVE", "PORTFOLIO_ITEM", "VISION"]
