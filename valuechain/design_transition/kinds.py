"""The kinds of design & transition as the registry knows them."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _gettext
from django.utils.translation import gettext_lazy as _

from itsm.accounts.roles import Role
from valuechain.approvals.subjects import PolicyDraft, StepDraft, Subject
from valuechain.approvals.vocabulary import Result
from valuechain.design_transition import policies
from valuechain.design_transition.actions import edit_spec
from valuechain.design_transition.content import content_of, version_number
from valuechain.design_transition.models import (
    DesignSpec,
    Requirement,
    SpecVersion,
    TransitionPlan,
)
from valuechain.design_transition.states import DESIGN_SPEC, REQUIREMENT, TRANSITION_PLAN
from valuechain.design_transition.states.design_spec import IN_FORCE
from valuechain.records.kinds import Kind
from valuechain.records.vocabulary import Activity

EXTERNAL = ("external_source", "external_id")
PLACE = ("service", "requester", "owner", "team", "organisation")

KINDS = (
    Kind(
        name="requirement",
        prefix="REQT",
        label=_("Requirement"),
        label_plural=_("Requirements"),
        activity=Activity.DESIGN_TRANSITION,
        resource="requirements",
        model=Requirement,
        machine=REQUIREMENT,
        fields=(
            "title", "description", "requirement_type", "necessity", "acceptance_test", "measure",
            "target", "horizon", *PLACE, *EXTERNAL,
        ),
        fixed=EXTERNAL,
        may_open=policies.may_open_requirement,
        may_edit=policies.may_edit_requirement,
        help=_("One thing a service has to do or be, with the test that shows it."),
    ),
    Kind(
        name="design_spec",
        prefix="SPEC",
        label=_("Specification"),
        label_plural=_("Specifications"),
        activity=Activity.DESIGN_TRANSITION,
        resource="specs",
        model=DesignSpec,
        machine=DESIGN_SPEC,
        fields=(
            "title", "description", "blueprint", "quality_standards", "options_considered",
            "transition_approach", "risks", "capacity_today", "capacity_horizon",
            "lifetime_years", "estimate", "contingency", "yearly_cost", "currency",
            "duration_days", "time_to_market", *PLACE, *EXTERNAL,
        ),
        fixed=EXTERNAL,
        may_open=policies.may_open_spec,
        may_edit=policies.may_design,
        editor=edit_spec,
        assurances={
            "buildable": policies.is_buildable,
            "transitioned": policies.is_transitioned,
        },
        help=_("The blueprint: what is to be built, for how much, and by when."),
    ),
    Kind(
        name="transition_plan",
        prefix="TRP",
        label=_("Transition plan"),
        label_plural=_("Transition plans"),
        activity=Activity.DESIGN_TRANSITION,
        resource="transition-plans",
        model=TransitionPlan,
        machine=TRANSITION_PLAN,
        fields=(
            "title", "description", "steps", "cut_over", "back_out", "training", "support_model",
            "acceptance_criteria", "window_start", "window_end", *PLACE, *EXTERNAL,
        ),
        fixed=EXTERNAL,
        may_open=policies.may_open_plan,
        may_edit=policies.may_edit_plan,
        help=_("How a specification goes live: steps, cut-over, back-out, training, support."),
    ),
)  # fmt: skip


def _label(spec: DesignSpec) -> str:
    return _gettext("version %(number)d") % {"number": version_number(spec)}


def _changes(spec: DesignSpec, content_hash: str) -> str:
    """The page of what changed from a version to the newest one; empty where nothing did."""
    versions = SpecVersion.objects.filter(spec=spec)
    numbers = list(versions.values_list("number", "content_hash"))
    read = next((number for number, its in numbers if its == content_hash), None)
    if read is None or read == numbers[0][0]:
        return ""
    return reverse("spec-version", args=[spec.number, numbers[0][0]]) + f"?diff={read}&only=changes"


SPEC_APPROVAL = Subject(
    kind="design_spec",
    content=content_of,
    label=_label,
    changes=_changes,
    states=("in_review", *IN_FORCE),
    moves={
        Result.APPROVED: ("approve", "adopt_revision"),
        Result.CHANGES_REQUESTED: ("request_changes", "turn_down_revision"),
        Result.REJECTED: ("reject", "turn_down_revision"),
    },
    policy=PolicyDraft(
        "Specification review",
        (
            StepDraft(_("Design"), (Role.ARCHITECT, Role.SERVICE_OWNER)),
            StepDraft(_("Money"), (Role.BUDGET_HOLDER,)),
        ),
    ),
)
