"""What others bring about: a supplier's word promises components anew, a release puts them in use."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from itsm.accounts.access import SYSTEM
from valuechain.obtain_build.models import Component
from valuechain.obtain_build.policies import components_of
from valuechain.records.actions import perform
from valuechain.records.models import Record
from valuechain.records.signals import recorded
from valuechain.records.vocabulary import LinkKind

_ENDS = {"component", "supplier_request"}
_UNPLACED = ("specified", "sourced", "in_progress", "ready_for_check", "rejected", "accepted")


def connect() -> None:
    """Listen to suppliers and to releases."""
    recorded.connect(hear_the_supplier, dispatch_uid="obtain_build.hear_the_supplier")
    recorded.connect(catch_up, dispatch_uid="obtain_build.catch_up")
    recorded.connect(follow_release, dispatch_uid="obtain_build.follow_release")


def hear_the_supplier(record: Any, event: Any, **_kwargs: Any) -> None:
    """Give the linked components the date a supplier names, with where it was said."""
    if event.verb in ("supplier_request.answer", "supplier_request.note"):
        promised = event.data["answers"].get("promised_on")
        components = _linked_to(record)
    elif event.verb in ("purchase_order.acknowledge", "purchase_order.promise"):
        promised = event.data["answers"].get("promised_on")
        components = components_of(record)
    else:
        return
    if promised is None:
        return
    for component in components:
        _promise(component, date.fromisoformat(promised), record, event)


def catch_up(record: Any, event: Any, **_kwargs: Any) -> None:
    """Give a component the date its supplier named before it was linked.

    Both ends of a link tell of it, the target last; only then are both of them written.
    """
    if event.verb != "link.added" or event.data["direction"] != "in" or record.kind not in _ENDS:
        return
    other = Record.objects.get(number=event.data["other"])
    ends = {end.kind: end for end in (record, other)}
    if set(ends) != _ENDS:
        return
    answer = ends["supplier_request"].specific
    if answer.promised_on is not None:
        _promise(ends["component"].specific, answer.promised_on, answer, event)


def follow_release(record: Any, event: Any, **_kwargs: Any) -> None:
    """Put what a release brought into production in use."""
    if record.kind != "release" or not event.reaches("deployed"):
        return
    brought = Component.objects.filter(
        state="available", links_in__source=record.pk, links_in__kind=LinkKind.DEPLOYS
    )
    for component in brought.distinct().order_by("pk"):
        at = max(event.at, component.state_since)
        perform(component, "put_in_use", actor=SYSTEM, via=event.via, at=at)


def _linked_to(record: Any) -> list[Component]:
    beside = Q(links_out__target_id=record.pk) | Q(links_in__source_id=record.pk)
    return list(Component.objects.filter(beside).distinct().order_by("pk"))


def _promise(component: Component, day: date, source: Any, event: Any) -> None:
    if component.state not in _UNPLACED or component.promised_at == day:
        return
    perform(
        component,
        "promise",
        actor=SYSTEM,
        via=event.via,
        at=max(event.at, component.state_since),
        data={
            "promised_at": day,
            "reason": _("%(number)s: the supplier said so.") % {"number": source.number},
        },
    )
