"""How a knowledge article moves from a draft to something people rely on."""

from django.utils.translation import gettext_lazy as _

from itsm.core.machine import Machine, Phase, State, Transition
from valuechain.deliver_support import asks, policies

ARTICLE = Machine(
    "article",
    states=(
        State("draft", _("Draft"), Phase.NEW),
        State("in_review", _("In review"), Phase.OPEN),
        State("published", _("Published"), Phase.OPEN),
        State("outdated", _("Outdated"), Phase.OPEN),
        State("retired", _("Retired"), Phase.DONE, is_final=True),
    ),
    transitions=(
        Transition("submit", ("draft",), "in_review", _("Hand in for review"),
                   may=policies.may_write, guard=policies.has_a_text, tone="primary"),
        Transition("return", ("in_review",), "draft", _("Return to its author"),
                   asks=(asks.REASON,), may=policies.may_publish),
        Transition("publish", ("in_review",), "published", _("Publish"),
                   may=policies.may_publish, guard=policies.has_a_text, tone="primary"),
        Transition("mark_outdated", ("published",), "outdated", _("It is outdated"),
                   asks=(asks.REASON,), may=policies.may_write),
        Transition("revise", ("outdated",), "in_review", _("Hand in the new text"),
                   may=policies.may_write, guard=policies.has_a_text, tone="primary"),
        Transition("retire", ("outdated",), "retired", _("Retire"), may=policies.may_publish,
                   tone="danger"),
        Transition("drop", ("draft",), "retired", _("Drop it"), asks=(asks.REASON,),
                   may=policies.may_write, tone="danger"),
    ),
)  # fmt: skip
