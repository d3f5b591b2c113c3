"""Ordering what the catalogue offers: the order is a service request with the answers in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from itsm.accounts.access import SYSTEM
from itsm.core.errors import Denied
from tickets.actions import open_ticket
from valuechain.deliver_support.models import ServiceOffering
from valuechain.deliver_support.policies import may_order
from valuechain.deliver_support.questions import read_answers
from valuechain.records.actions import link_records, perform
from valuechain.records.models import Record
from valuechain.records.vocabulary import LinkKind


@transaction.atomic
def order(
    offering: ServiceOffering,
    *,
    answers: Mapping[str, Any],
    actor: Any,
    via: str,
    requester: Any = None,
    channel: str = "portal",
) -> Record:
    """Order an item of the catalogue for somebody (default: the actor).

    Opens a service request with the team that fulfils it; it waits for approval where the item
    names a policy, and is accepted at once otherwise. Raises Denied, and FieldErrors naming each
    answer that is missing or not understood.
    """
    requester = requester or actor
    decision = may_order(requester, offering)
    if not decision:
        raise Denied.because(decision)
    said = read_answers(offering, answers, actor=actor)
    lines = [(label, answer) for _name, label, answer in said]
    if offering.approval_policy:
        lines.append((_("Has to be approved"), offering.approval_policy))
    request = open_ticket(
        kind="service_request",
        title=offering.title,
        description="\n".join(f"- **{label}**: {answer}" for label, answer in lines),
        actor=actor,
        via=via,
        requester=requester,
        organisation=requester.organisation,
        service=offering.service,
        team=offering.fulfilment_team,
        channel=channel,
        data={
            "offering": offering.number,
            "ordered": {name: answer for name, _label, answer in said},
        },
    )
    link_records(request, offering, LinkKind.RELATES_TO, actor=SYSTEM, via=via)
    step = "request_approval" if offering.approval_policy else "accept"
    return perform(request, step, actor=SYSTEM, via=via).record
