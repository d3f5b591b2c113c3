"""How a project initiation moves from a business case to work that is planned and designed."""

from django.utils.translation import gettext_lazy as _

from itsm.accounts.roles import Role
from itsm.core.machine import Ask, Machine, Phase, State, Transition
from tickets import asks, effects, policies
from valuechain.records.policies import may_ask

_LIVE = (
    "draft", "submitted", "under_assessment", "needs_information", "recommended", "approved",
)  # fmt: skip

PROJECT_INITIATION = Machine(
    "project_initiation",
    states=(
        State("draft", _("Draft"), Phase.NEW),
        State("submitted", _("Submitted"), Phase.NEW, turn_of=Role.BRM),
        State("under_assessment", _("Under assessment"), Phase.OPEN),
        State("needs_information", _("Needs information"), Phase.WAITING),
        State("recommended", _("Recommended"), Phase.OPEN, turn_of=Role.PLANNER),
        State("approved", _("Approved"), Phase.OPEN),
        State("converted", _("Converted"), Phase.DONE, is_final=True),
        State("not_recommended", _("Not recommended"), Phase.VOID, is_final=True),
        State("cancelled", _("Cancelled"), Phase.VOID, is_final=True),
    ),
    transitions=(
        Transition("submit", ("draft",), "submitted", _("Submit"), may=may_ask,
                   guard=policies.has_a_business_case, tone="primary"),
        Transition("assess", ("submitted",), "under_assessment", _("Start assessment"),
                   may=policies.may_assess_project, effect=effects.take, tone="primary"),
        Transition("ask_information", ("under_assessment",), "needs_information",
                   _("Ask for information"), asks=asks.QUESTION, may=policies.may_assess_project),
        Transition("resume", ("needs_information",), "under_assessment",
                   _("Provide information"), asks=(asks.ANSWER,),
                   may=policies.may_provide_for_project, tone="primary"),
        Transition("recommend", ("under_assessment",), "recommended", _("Recommend"),
                   asks=(Ask("recommendation", _("Why it should go ahead")),),
                   may=policies.may_assess_project, tone="primary"),
        Transition("advise_against", ("under_assessment",), "not_recommended",
                   _("Advise against it"), asks=(asks.PUBLIC_REASON,),
                   may=policies.may_assess_project, tone="danger"),
        Transition("approve", ("recommended",), "approved", _("Approve"),
                   may=policies.may_approve_project, tone="primary"),
        Transition("return", ("recommended",), "under_assessment", _("Return for assessment"),
                   asks=(asks.PUBLIC_REASON,), may=policies.may_approve_project),
        Transition("convert", ("approved",), "converted", _("Convert into planned work"),
                   may=policies.may_assess_project, guard=policies.is_planned_and_designed,
                   effect=effects.resolved, tone="primary"),
        Transition("reassign", _LIVE, None, _("Reassign"), asks=(asks.TEAM, asks.OWNER),
                   may=policies.may_assess_project, check=policies.names_somebody),
        Transition("set_priority", _LIVE, None, _("Override priority"),
                   asks=(asks.PRIORITY, asks.OVERRIDE_REASON), may=policies.may_assess_project,
                   tone="quiet"),
        Transition("cancel", _LIVE, "cancelled", _("Cancel"), asks=(asks.PUBLIC_REASON,),
                   may=policies.may_provide_for_project, tone="danger"),
    ),
)  # fmt: skip
