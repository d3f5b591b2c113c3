"""What the service desk accepts from the other activities, and from its own tickets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from itsm.core.decisions import ALLOW, Decision
from itsm.core.machine import Ask, AskKind
from tickets.policies import may_open_staff_ticket
from valuechain.records.flows import Build, Flow
from valuechain.records.kinds import kinds
from valuechain.records.models import Record
from valuechain.records.policies import may_work
from valuechain.records.vocabulary import LinkKind

TITLE = Ask("title", _("Title"), AskKind.LINE, required=False,
            help=_("Leave it empty to keep the title."))  # fmt: skip
DESCRIPTION = Ask("description", _("What is to be done"), required=False,
                  help=_("Leave it empty to keep the description."))  # fmt: skip
TEAM = Ask("team", _("Team"), AskKind.TEAM, required=False)
BUSINESS_CASE = Ask("business_case", _("Business case"), required=False)


def _is_routable(record: Any) -> Decision:
    """A need is handed on once it is qualified; the need says so itself, by name."""
    if record.kind != "need":
        return ALLOW
    decision: Decision = record.kind_entry.assure("routable", record)
    return decision


def opens(kind: str) -> Build:
    """Return a builder that opens a ticket of a kind with what the source says.

    The demand keeps the instant at which it reached us, and the person it is for.
    """

    def build(source: Record, actor: Any, via: str, answers: Mapping[str, Any]) -> Record:
        own = {name: answers[name] for name in ("business_case",) if answers.get(name)}
        return kinds[kind].open(
            actor=actor,
            via=via,
            title=answers.get("title") or source.title,
            description=answers.get("description") or source.description,
            requester=source.requester or (actor if actor.pk is not None else None),
            organisation=source.organisation,
            service=source.service,
            impact=source.impact,
            urgency=source.urgency,
            channel=source.channel,
            received_at=source.received_at,
            team=answers.get("team"),
            **own,
        )

    return build


FLOWS = (
    Flow(
        name="report_incident",
        sources=("need", "supplier_request", "feedback"),
        to="incident",
        label=_("Report an incident"),
        build=opens("incident"),
        asks=(TITLE, DESCRIPTION, TEAM),
        may=may_work,
        guard=_is_routable,
        trigger=_("something is broken"),
        input=_("what is wrong"),
        output=_("the service restored"),
    ),
    Flow(
        name="request_service",
        sources=("need", "incident"),
        to="service_request",
        label=_("Request a service"),
        build=opens("service_request"),
        asks=(TITLE, DESCRIPTION, TEAM),
        may=may_work,
        guard=_is_routable,
        trigger=_("it can be had from the catalogue"),
        input=_("what is asked for"),
        output=_("the request fulfilled"),
    ),
    Flow(
        name="open_problem",
        sources=("incident", "service_request", "improvement"),
        to="problem",
        label=_("Open a problem"),
        build=opens("problem"),
        asks=(TITLE, DESCRIPTION, TEAM),
        may=may_open_staff_ticket,
        trigger=_("incidents share a cause"),
        input=_("the incidents"),
        output=_("the cause found and removed"),
    ),
    Flow(
        name="request_change",
        sources=(
            "need",
            "incident",
            "service_request",
            "problem",
            "supplier_request",
            "improvement",
        ),
        to="change",
        label=_("Request a change"),
        build=opens("change"),
        asks=(TITLE, DESCRIPTION, TEAM),
        may=may_open_staff_ticket,
        guard=_is_routable,
        trigger=_("something that runs has to be different"),
        input=_("what is to change, and why"),
        output=_("the change made, or the reason why not"),
    ),
    Flow(
        name="request_change",
        sources=("release",),
        to="change",
        label=_("Request a change"),
        build=opens("change"),
        # Links read `target link source`: the release is what the change puts live.
        link=LinkKind.IMPLEMENTS,
        asks=(TITLE, DESCRIPTION, TEAM),
        may=may_open_staff_ticket,
        trigger=_("a release needs leave to go live"),
        input=_("what goes live, and when"),
        output=_("the change authorised, or the reason why not"),
    ),
    Flow(
        name="start_project",
        sources=("need", "improvement"),
        to="project_initiation",
        label=_("Start a project"),
        build=opens("project_initiation"),
        asks=(TITLE, DESCRIPTION, BUSINESS_CASE, TEAM),
        may=may_work,
        guard=_is_routable,
        trigger=_("the demand needs a business case"),
        input=_("the need and its justification"),
        output=_("a recommendation"),
    ),
)  # fmt: skip
