"""The tables of improve, each one step below Record."""

from valuechain.improve.models.benefit import Benefit
from valuechain.improve.models.feedback import Feedback
from valuechain.improve.models.improvement import Improvement
from valuechain.improve.models.quote import Quote

__all__ = ["Benefit", "Feedback", "Improvement", "Quote"]
