"""The verbs of design & transition beyond a single transition."""

from valuechain.design_transition.actions.editing import edit_spec
from valuechain.design_transition.actions.remarking import add_remark, settle_remark
from valuechain.design_transition.actions.versions import review_again, write_version

__all__ = ["add_remark", "edit_spec", "review_again", "settle_remark", "write_version"]
