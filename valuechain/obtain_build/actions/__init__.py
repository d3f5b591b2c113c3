"""The verbs of obtain & build beyond a single transition."""

from valuechain.obtain_build.actions.checking import (
    add_check,
    answer_check,
    take_over_requirements,
    unchecked_requirements,
)
from valuechain.obtain_build.actions.importing import import_components, unmet_requirements
from valuechain.obtain_build.actions.ordering import add_line, receive_goods, remove_line
from valuechain.obtain_build.actions.planning import open_work_order

__all__ = [
    "add_check",
    "add_line",
    "answer_check",
    "import_components",
    "open_work_order",
    "receive_goods",
    "remove_line",
    "take_over_requirements",
    "unchecked_requirements",
    "unmet_requirements",
]
