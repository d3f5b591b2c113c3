"""The tables of improve, each one step below Record."""

from valuechain.improve.models.benefit import Benefit
from valuechain.improve.models.feedback import Feedback
from valuechain.improve.models.improvement import Improvement

__all__ = ["Benefit", "Feedback", "Improvement"]
