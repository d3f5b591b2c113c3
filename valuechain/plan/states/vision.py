"""How a vision moves from a draft to what everybody reads, until the next one."""

from django.utils.translation import gettext_lazy as _

from itsm.core.machine import Machine, Phase, State, Transition
from valuechain.approvals.policies import may_follow_votes
from valuechain.plan import asks, effects, policies

VISION = Machine(
    "vision",
    states=(
        State("draft", _("Draft"), Phase.NEW),
        State("in_review", _("In review"), Phase.OPEN),
        State("published", _("Published"), Phase.OPEN),
        State("superseded", _("Superseded"), Phase.DONE, is_final=True),
    ),
    transitions=(
        Transition("submit", ("draft",), "in_review", _("Submit for review"),
                   may=policies.may_plan, guard=policies.has_a_statement,
                   effect=effects.approval_asked, tone="primary"),
        Transition("return", ("in_review",), "draft", _("Return to draft"), asks=(asks.REASON,),
                   may=policies.may_plan),
        Transition("publish", ("in_review",), "published", _("Publish"), may=may_follow_votes,
                   guard=policies.is_agreed_to, effect=effects.published, is_hidden=True),
        Transition("supersede", ("published",), "superseded", _("The next edition takes over"),
                   may=may_follow_votes, is_hidden=True),
    ),
)  # fmt: skip
