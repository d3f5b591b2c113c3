"""How the records of improve move."""

from valuechain.improve.states.benefit import BENEFIT
from valuechain.improve.states.feedback import FEEDBACK
from valuechain.improve.states.improvement import IMPROVEMENT

__all__ = ["BENEFIT", "FEEDBACK", "IMPROVEMENT"]
