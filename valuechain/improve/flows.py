"""What improve accepts from the other activities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from itsm.core.decisions import ALLOW, Decision
from itsm.core.machine import Ask, AskKind
from valuechain.improve.models import Improvement
from valuechain.records.flows import Flow
from valuechain.records.kinds import kinds
from valuechain.records.models import Record
from valuechain.records.policies import may_work

_TITLE = Ask("title", _("What is to be better?"), AskKind.LINE, required=False,
             help=_("Leave it empty to keep the title."))  # fmt: skip


def _is_routable(record: Any) -> Decision:
    """A need is handed on once it is qualified; the need says so itself, by name."""
    if record.kind != "need":
        return ALLOW
    decision: Decision = record.kind_entry.assure("routable", record)
    return decision


def _improve(source: Record, actor: Any, via: str, answers: Mapping[str, Any]) -> Record:
    return kinds["improvement"].open(
        actor=actor,
        via=via,
        title=answers.get("title") or source.title,
        description=answers.get("description", ""),
        organisation=source.organisation,
        service=source.service,
        team=source.team,
        cause=Improvement.Cause.SUGGESTED,
        concerns=source.activity,
    )


def _expect(source: Record, actor: Any, via: str, answers: Mapping[str, Any]) -> Record:
    return kinds["benefit"].open(
        actor=actor,
        via=via,
        about=source,
        title=answers["measure"],
        measure=answers["measure"],
        baseline=answers.get("baseline"),
        target=answers["target"],
        check_on=answers["check_on"],
        **({"requester": answers["asked"]} if answers.get("asked") else {}),
    )


IMPROVE = Flow(
    name="improve",
    sources=(
        "need", "incident", "service_request", "problem", "change", "feedback", "interaction",
        "supplier_request",
    ),
    to="improvement",
    label=_("Make an improvement of it"),
    build=_improve,
    asks=(
        _TITLE,
        Ask("description", _("What happens now, and what is to happen"), required=False),
    ),
    may=may_work,
    guard=_is_routable,
    trigger=_("something could be better"),
    input=_("the evidence"),
    output=_("an improvement with a measured effect"),
)  # fmt: skip

EXPECT_BENEFIT = Flow(
    name="expect_benefit",
    sources=("need", "release"),
    to="benefit",
    label=_("Expect a benefit"),
    build=_expect,
    asks=(
        Ask("measure", _("What will be measured?"), AskKind.LINE),
        Ask("baseline", _("Today"), AskKind.DECIMAL, required=False),
        Ask("target", _("Target"), AskKind.DECIMAL),
        Ask("check_on", _("Ask the stakeholder on"), AskKind.DATE),
        Ask("asked", _("Whom to ask"), AskKind.PERSON, required=False,
            help=_("Left empty, whoever it was made for is asked.")),
    ),
    may=may_work,
    trigger=_("something was promised"),
    input=_("the expectation"),
    output=_("the stakeholder's answer"),
)  # fmt: skip

FLOWS = (IMPROVE, EXPECT_BENEFIT)
