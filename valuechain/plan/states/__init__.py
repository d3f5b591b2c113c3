"""How visions, objectives, portfolio items, budgets and policies move."""

from valuechain.plan.states.budget import BUDGET
from valuechain.plan.states.objective import OBJECTIVE
from valuechain.plan.states.policy import POLICY, POLICY_EXCEPTION
from valuechain.plan.states.portfolio_item import PORTFOLIO_ITEM
from valuechain.plan.states.vision import VISION

__all__ = ["BUDGET", "OBJECTIVE", "POLICY", "POLICY_EXCEPTION", "PORTFOLIO_ITEM", "VISION"]
