"""What other activities' events do to portfolio items, and to money set aside for nothing."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from itsm.accounts.access import SYSTEM
from itsm.core.machine import Phase
from valuechain.plan import policies
from valuechain.plan.effects import free_money_of
from valuechain.plan.models import PortfolioItem
from valuechain.records.actions import perform
from valuechain.records.models import Record
from valuechain.records.signals import recorded
from valuechain.records.vocabulary import LinkKind

_VERDICTS = {"value_confirmed": "confirm_value", "value_not_realised": "miss_value"}


def connect() -> None:
    """Listen to what happens to records."""
    recorded.connect(follow, dispatch_uid="plan.follow")


def follow(record: Any, event: Any, **_kwargs: Any) -> None:
    """Free the money of what came to nothing, and move portfolio items with their specs and needs."""
    if record.phase == Phase.VOID and event.reaches(record.state):
        free_money_of(record, via=event.via, at=event.at)
    if record.kind == "portfolio_item" and event.verb == "link.added":
        _take(record, "start_delivery", policies.has_a_spec, event)
    elif record.kind == "design_spec" and event.reaches("transitioned", "in_service"):
        for item in _items_behind(record):
            _take(item, "deliver", policies.is_live, event)
    elif record.kind == "need" and event.reaches(*_VERDICTS):
        _pass_verdict_on(record, event)


def _items_behind(spec: Record) -> list[PortfolioItem]:
    return list(
        PortfolioItem.objects.filter(
            links_in__source=spec.pk, links_in__kind=LinkKind.DERIVED_FROM
        ).order_by("pk")
    )


def _pass_verdict_on(need: Record, event: Any) -> None:
    """The stakeholder said whether the value came; what was delivered for the need ends with it."""
    reason = event.data["answers"].get("reason") or _("%(number)s: %(state)s.") % {
        "number": need.number,
        "state": need.state_label,
    }
    for item in PortfolioItem.objects.filter(
        links_out__target=need.pk, links_out__kind=LinkKind.DERIVED_FROM, state="delivered"
    ).order_by("pk"):
        perform(
            item,
            _VERDICTS[event.to_state],
            actor=SYSTEM,
            via=event.via,
            at=event.at,
            data={"reason": str(reason)},
        )


def _take(item: Record, name: str, holds: Any, event: Any) -> None:
    """Take a transition as the program, where the item is there for it."""
    special = item.specific
    if special.state in special.kind_entry.machine.transition(name).source and holds(special):
        perform(special, name, actor=SYSTEM, via=event.via, at=event.at)
