"""The tables of plan."""

from valuechain.plan.models.direction import Objective, PortfolioItem, Vision, VisionReading
from valuechain.plan.models.money import NOTHING, Budget, Commitment
from valuechain.plan.models.policy import Policy, PolicyEdition, PolicyException, PolicyUse

__all__ = [
    "NOTHING",
    "Budget",
    "Commitment",
    "Objective",
    "Policy",
    "PolicyEdition",
    "PolicyException",
    "PolicyUse",
    "PortfolioItem",
    "Vision",
    "VisionReading",
]
