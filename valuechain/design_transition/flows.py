"""What design & transition accepts from the other activities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from itsm.core.decisions import ALLOW, Decision, deny
from itsm.core.machine import Ask, AskKind
from valuechain.design_transition import policies
from valuechain.design_transition.models import Requirement
from valuechain.records.actions import link_records
from valuechain.records.flows import Flow
from valuechain.records.kinds import kinds
from valuechain.records.models import Record
from valuechain.records.vocabulary import LinkKind

_TITLE = Ask("title", _("Title"), AskKind.LINE, required=False,
             help=_("Leave it empty to keep the title."))  # fmt: skip
_STATEMENT = Ask("statement", _("What it has to do or be"))
_NECESSITY = Ask(
    "necessity", _("How necessary is it?"), AskKind.CHOICE,
    choices=tuple(Requirement.Necessity.choices),
)  # fmt: skip
_TEST = Ask("acceptance_test", _("How can anybody see that it is met?"), required=False)


def _is_routable(record: Any) -> Decision:
    """A need is handed on once it is qualified; the need says so itself, by name."""
    if record.kind != "need":
        return ALLOW
    decision: Decision = record.kind_entry.assure("routable", record)
    return decision


def _is_live(record: Any) -> Decision:
    if record.is_live:
        return ALLOW
    return deny(_("%(number)s is finished.") % {"number": record.number}, code="finished")


def _behind(source: Record, *names: str) -> list[Record]:
    """The records of those kinds that a source comes from, at one remove."""
    return list(
        Record.objects.filter(
            kind__in=names, links_in__source=source.pk, links_in__kind=LinkKind.DERIVED_FROM
        ).order_by("pk")
    )


def _specify(source: Record, actor: Any, via: str, answers: Mapping[str, Any]) -> Record:
    spec = kinds["design_spec"].open(
        actor=actor,
        via=via,
        title=answers.get("title") or source.title,
        description=source.description,
        requester=source.requester,
        organisation=source.organisation,
        service=source.service,
    )
    # What stands behind the source is met by the same specification: the chain says so at once.
    for need in _behind(source, "need"):
        link_records(spec, need, LinkKind.FULFILS, actor=actor, via=via)
    for project in _behind(source, "project_initiation"):
        link_records(spec, project, LinkKind.DERIVED_FROM, actor=actor, via=via)
    return spec


def _require(source: Record, actor: Any, via: str, answers: Mapping[str, Any]) -> Record:
    return kinds["requirement"].open(
        actor=actor,
        via=via,
        title=answers.get("title") or source.title,
        description=answers["statement"],
        necessity=answers["necessity"],
        acceptance_test=answers.get("acceptance_test", ""),
        requester=source.requester,
        organisation=source.organisation,
        service=source.service,
    )


def _plan_transition(source: Record, actor: Any, via: str, answers: Mapping[str, Any]) -> Record:
    return kinds["transition_plan"].open(
        actor=actor,
        via=via,
        title=answers.get("title") or source.title,
        organisation=source.organisation,
        service=source.service,
    )


SPECIFY_NEED = Flow(
    name="specify",
    sources=("need",),
    to="design_spec",
    label=_("Write a specification"),
    build=_specify,
    link=LinkKind.FULFILS,
    asks=(_TITLE,),
    may=policies.may_open_spec,
    guard=_is_routable,
    is_offered=True,
    trigger=_("a need is qualified"),
    input=_("the need and what is expected"),
    output=_("an approved and funded specification"),
)

SPECIFY = Flow(
    name="specify",
    sources=("portfolio_item", "improvement", "project_initiation", "problem", "change"),
    to="design_spec",
    label=_("Write a specification"),
    build=_specify,
    asks=(_TITLE,),
    may=policies.may_open_spec,
    guard=_is_live,
    trigger=_("work was decided on that needs a blueprint"),
    input=_("the decision and what it is for"),
    output=_("an approved and funded specification"),
)

REQUIRE = Flow(
    name="require",
    sources=("need", "portfolio_item", "improvement", "problem", "feedback"),
    to="requirement",
    label=_("State a requirement"),
    build=_require,
    asks=(_TITLE, _STATEMENT, _NECESSITY, _TEST),
    may=policies.may_open_requirement,
    guard=_is_live,
    trigger=_("something is expected that can be tested"),
    input=_("what is expected"),
    output=_("a requirement with its acceptance test"),
)

PLAN_TRANSITION = Flow(
    name="plan_transition",
    sources=("design_spec",),
    to="transition_plan",
    label=_("Plan the transition"),
    build=_plan_transition,
    link=LinkKind.IMPLEMENTS,
    asks=(_TITLE,),
    may=policies.may_open_plan,
    guard=_is_live,
    trigger=_("the specification has to go live"),
    input=_("the specification"),
    output=_("a service that is live and supported"),
)

FLOWS = (SPECIFY_NEED, SPECIFY, REQUIRE, PLAN_TRANSITION)
