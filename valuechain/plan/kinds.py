"""The kinds of plan as the registry knows them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from itsm.accounts.roles import Role
from valuechain.approvals.subjects import USUAL_MOVES, PolicyDraft, StepDraft, Subject
from valuechain.approvals.vocabulary import Result
from valuechain.plan import policies
from valuechain.plan.actions import ask_exception
from valuechain.plan.models import (
    Budget,
    Objective,
    Policy,
    PolicyException,
    PortfolioItem,
    Vision,
)
from valuechain.plan.states import (
    BUDGET,
    OBJECTIVE,
    POLICY,
    POLICY_EXCEPTION,
    PORTFOLIO_ITEM,
    VISION,
)
from valuechain.records.kinds import Kind
from valuechain.records.vocabulary import Activity

EXTERNAL = ("external_source", "external_id")
PLACE = ("owner", "team", "organisation")

KINDS = (
    Kind(
        name="vision",
        prefix="VIS",
        label=_("Vision"),
        label_plural=_("Visions"),
        activity=Activity.PLAN,
        resource="visions",
        model=Vision,
        machine=VISION,
        fields=("title", "statement", "description", "horizon", *PLACE, *EXTERNAL),
        fixed=EXTERNAL,
        may_open=policies.may_open_plan,
        may_edit=policies.editable_in("draft", "in_review", by=policies.may_plan),
        public_states=("published",),
        help=_("Where we want to be, in one statement that everybody can read."),
    ),
    Kind(
        name="objective",
        prefix="OBJ",
        label=_("Objective"),
        label_plural=_("Objectives"),
        activity=Activity.PLAN,
        resource="objectives",
        model=Objective,
        machine=OBJECTIVE,
        fields=(
            "title", "description", "for_vision", "measure", "unit", "baseline", "target", "due",
            *PLACE, *EXTERNAL,
        ),
        fixed=EXTERNAL,
        may_open=policies.may_open_plan,
        may_edit=policies.may_plan,
        help=_("Something measurable that brings the vision closer."),
    ),
    Kind(
        name="portfolio_item",
        prefix="PFI",
        label=_("Portfolio item"),
        label_plural=_("Portfolio"),
        activity=Activity.PLAN,
        resource="portfolio-items",
        model=PortfolioItem,
        machine=PORTFOLIO_ITEM,
        fields=(
            "title", "description", "vision_line", "expected_benefit", "cost", "currency", "risk", "size", "horizon",
            "score", "service", "requester", *PLACE, *EXTERNAL,
        ),
        fixed=EXTERNAL,
        may_open=policies.may_open_item,
        may_edit=policies.editable_in(
            "candidate", "under_evaluation", "deferred", by=policies.may_plan
        ),
        help=_("Work that is considered or chosen because of the needs behind it."),
    ),
    Kind(
        name="budget",
        prefix="BUD",
        label=_("Budget"),
        label_plural=_("Budgets"),
        activity=Activity.PLAN,
        resource="budgets",
        model=Budget,
        machine=BUDGET,
        fields=(
            "title", "description", "amount", "currency", "period_start", "period_end", *PLACE,
            *EXTERNAL,
        ),
        fixed=EXTERNAL,
        may_open=policies.may_open_budget,
        may_edit=policies.editable_in("draft", "proposed", by=policies.may_hold_budget),
        help=_("An amount of money for a period, to set aside for what is chosen."),
    ),
    Kind(
        name="policy",
        prefix="POL",
        label=_("Policy"),
        label_plural=_("Policies"),
        activity=Activity.PLAN,
        resource="policies",
        model=Policy,
        machine=POLICY,
        fields=("title", "text", "review_on", *PLACE, *EXTERNAL),
        fixed=EXTERNAL,
        may_open=policies.may_open_policy,
        may_edit=policies.editable_in("draft", "in_review", by=policies.may_plan),
        public_states=("in_force",),
        internal=("next_text",),
        help=_("A rule in words: who owns it, when it is read again, where it is applied."),
    ),
    Kind(
        name="policy_exception",
        prefix="PEX",
        label=_("Exception to a policy"),
        label_plural=_("Exceptions to policies"),
        activity=Activity.PLAN,
        resource="policy-exceptions",
        model=PolicyException,
        machine=POLICY_EXCEPTION,
        fields=(
            "title", "for_policy", "applies_to", "grounds", "until", "requester", "organisation",
            *EXTERNAL,
        ),
        fixed=("for_policy", "requester", "organisation", *EXTERNAL),
        required=("title", "for_policy", "applies_to", "grounds", "until", "requester"),
        may_open=policies.may_ask_exception,
        may_edit=policies.editable_in("requested", by=policies.may_ask_exception),
        opener=ask_exception,
        help=_("Who is let off a policy, why, and until when."),
    ),
)  # fmt: skip

_BACK: dict[str, tuple[str, ...]] = {
    Result.CHANGES_REQUESTED: ("return",),
    Result.REJECTED: ("return",),
}
APPROVALS = (
    Subject(
        kind="vision",
        states=("in_review",),
        moves={Result.APPROVED: ("publish",), **_BACK},
        policy=PolicyDraft(
            "Vision", (StepDraft(_("Leadership"), (Role.PLANNER, Role.BUDGET_HOLDER)),)
        ),
    ),
    Subject(
        kind="portfolio_item",
        states=("under_evaluation",),
        content=policies.what_is_weighed,
        # Whoever asks for changes leaves the item under evaluation, with the reason on its page.
        moves={key: USUAL_MOVES[key] for key in (Result.APPROVED, Result.REJECTED)},
        policy=PolicyDraft(
            "Portfolio decision",
            (StepDraft(_("Portfolio board"), (Role.PLANNER, Role.BUDGET_HOLDER)),),
        ),
    ),
    Subject(
        kind="policy",
        # A new text is put up while the one before it stays in force.
        states=("in_review", "in_force"),
        content=policies.what_is_to_hold,
        label=policies.edition_words,
        moves={
            Result.APPROVED: ("publish", "adopt_change"),
            Result.CHANGES_REQUESTED: ("return", "turn_down_change"),
            Result.REJECTED: ("return", "turn_down_change"),
        },
        policy=PolicyDraft(
            "Policy", (StepDraft(_("Leadership"), (Role.PLANNER, Role.BUDGET_HOLDER)),)
        ),
    ),
    Subject(
        kind="budget",
        states=("proposed",),
        moves={Result.APPROVED: ("approve",), **_BACK},
        policy=PolicyDraft(
            "Budget", (StepDraft(_("Finance"), (Role.BUDGET_HOLDER, Role.PLANNER)),)
        ),
    ),
)
