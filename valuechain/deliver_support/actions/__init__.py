"""The verbs of deliver & support beyond a single transition."""

from valuechain.deliver_support.actions.deploying import bring_live, open_deployment
from valuechain.deliver_support.actions.freezing import lift_freeze, save_freeze
from valuechain.deliver_support.actions.offering import edit_offering, open_offering, set_questions
from valuechain.deliver_support.actions.voting import vote

__all__ = [
    "bring_live",
    "edit_offering",
    "lift_freeze",
    "open_deployment",
    "open_offering",
    "save_freeze",
    "set_questions",
    "vote",
]
