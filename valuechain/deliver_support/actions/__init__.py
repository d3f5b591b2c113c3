"""The verbs of deliver & support beyond a single transition."""

from valuechain.deliver_support.actions.deploying import bring_live, open_deployment
from valuechain.deliver_support.actions.freezing import lift_freeze, save_freeze
from valuechain.deliver_support.actions.offering import edit_offering, open_offering, set_questions
from valuechain.deliver_support.actions.stepping import (
    add_step,
    mark_step,
    remove_step,
    take_steps_over,
)
from valuechain.deliver_support.actions.voting import vote

__all__ = [
    "add_step",
    "bring_live",
    "edit_offering",
    "lift_freeze",
    "mark_step",
    "open_deployment",
    "open_offering",
    "remove_step",
    "save_freeze",
    "set_questions",
    "take_steps_over",
    "vote",
]
