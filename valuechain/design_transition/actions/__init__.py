"""The verbs of design & transition beyond a single transition."""

from valuechain.design_transition.actions.editing import edit_spec
from valuechain.design_transition.actions.versions import review_again, write_version

__all__ = ["edit_spec", "review_again", "write_version"]
