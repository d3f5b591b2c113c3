"""What engage accepts from the other activities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from itsm.accounts.models import Organisation, User
from itsm.core.decisions import ALLOW, Decision
from itsm.core.machine import Ask, AskKind
from valuechain.engage import policies
from valuechain.engage.models import SupplierRequest
from valuechain.records.flows import Flow
from valuechain.records.kinds import kinds
from valuechain.records.models import Record
from valuechain.records.policies import may_work

_TITLE = Ask("title", _("What is it about?"), AskKind.LINE, required=False,
             help=_("Leave it empty to keep the title."))  # fmt: skip


def _is_routable(record: Any) -> Decision:
    """A need is handed on once it is qualified; other records whenever there is reason to."""
    return policies.routable(record) if record.kind == "need" else ALLOW


def _raise_need(source: Record, actor: Any, via: str, answers: Mapping[str, Any]) -> Record:
    special = source.specific
    return kinds["need"].open(
        actor=actor,
        via=via,
        title=answers.get("title") or source.title,
        description=answers["statement"],
        requester=source.requester,
        stakeholder=getattr(special, "stakeholder", None),
        organisation=source.organisation,
        service=source.service,
        channel=source.channel,
        state="submitted",
    )


def _ask_supplier(source: Record, actor: Any, via: str, answers: Mapping[str, Any]) -> Record:
    return kinds["supplier_request"].open(
        actor=actor,
        via=via,
        title=answers.get("title") or source.title,
        description=answers["question"],
        organisation=source.organisation,
        service=source.service,
        team=source.team,
    )


def _take_notice(source: Record, actor: Any, via: str, answers: Mapping[str, Any]) -> Record:
    supplier, contact = _supplier_behind(source)
    organisation = source.organisation
    if organisation == supplier:
        # A supplier's mail belongs to the supplier; what is made of it belongs to those it serves.
        organisation = source.team.organisation if source.team is not None else actor.organisation
    return kinds["supplier_request"].open(
        actor=actor,
        via=via,
        title=answers.get("title") or source.title,
        description=answers["statement"],
        subject=SupplierRequest.Subject.NOTICE,
        supplier=supplier,
        contact=contact,
        organisation=organisation,
        service=source.service,
        team=source.team,
    )


def _supplier_behind(source: Record) -> tuple[Organisation | None, User | None]:
    """Find which supplier spoke, and who for them: the stakeholder, or whoever wrote."""
    stakeholder = getattr(source.specific, "stakeholder", None)
    if stakeholder is not None:
        person, company = stakeholder.specific.person, stakeholder.specific.represents
    else:
        person, company = source.requester, None
    company = company or (person.organisation if person is not None else None)
    if company is None or company.kind != Organisation.Kind.SUPPLIER:
        return None, None
    return company, person if person is not None and person.organisation == company else None


RAISE_NEED = Flow(
    name="raise_need",
    sources=(
        "interaction", "incident", "service_request", "problem", "project_initiation",
        "supplier_request",
        "feedback",
        "improvement",
    ),
    to="need",
    label=_("State the need behind it"),
    build=_raise_need,
    asks=(
        _TITLE,
        Ask("statement", _("What is needed, in their words")),
    ),
    may=may_work,
    trigger=_("somebody said what they need"),
    input=_("their words"),
    output=_("a need with a verdict"),
)  # fmt: skip

ASK_SUPPLIER = Flow(
    name="ask_supplier",
    sources=("need", "incident", "service_request", "problem", "change"),
    to="supplier_request",
    label=_("Ask a supplier"),
    build=_ask_supplier,
    asks=(_TITLE, Ask("question", _("What do we ask them?"))),
    may=may_work,
    guard=_is_routable,
    trigger=_("only a supplier can answer"),
    input=_("the question"),
    output=_("the supplier's answer"),
)

TAKE_NOTICE = Flow(
    name="take_notice",
    sources=("interaction", "incident", "service_request"),
    to="supplier_request",
    label=_("Note what a supplier let us know"),
    build=_take_notice,
    asks=(
        _TITLE,
        Ask("statement", _("What did they let us know?"), help=_("Their contact can read this.")),
    ),
    may=may_work,
    trigger=_("a supplier let us know something"),
    input=_("their words"),
    output=_("a new date, or what it means for us"),
)

FLOWS = (RAISE_NEED, ASK_SUPPLIER, TAKE_NOTICE)
