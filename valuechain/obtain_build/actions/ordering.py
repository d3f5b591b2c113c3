"""The lines of a purchase order: what is ordered, and what of it has arrived."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from itsm.accounts.access import SYSTEM
from itsm.core.errors import Denied, FieldErrors, NotOffered
from valuechain.obtain_build.models import PurchaseLine, PurchaseOrder
from valuechain.obtain_build.policies import may_buy, may_edit_order
from valuechain.records import events
from valuechain.records.actions import link_records, lock_record, perform
from valuechain.records.models import Record
from valuechain.records.vocabulary import LinkKind


@transaction.atomic
def add_line(
    order: Record,
    *,
    text: str,
    quantity: int,
    unit_price: Decimal,
    actor: Any,
    via: str,
    component: Record | None = None,
) -> PurchaseLine:
    """Add what is ordered, linked to the component it is for. Raises Denied and FieldErrors."""
    locked = _draft(order, actor)
    text = text.strip() or (component.title if component is not None else "")
    errors: dict[str, list[tuple[str, Any]]] = {}
    if not text:
        errors["text"] = [("required", _("Say what is ordered."))]
    if quantity < 1:
        errors["quantity"] = [("out_of_range", _("At least one is ordered."))]
    if unit_price < 0:
        errors["unit_price"] = [("out_of_range", _("The price cannot be below zero."))]
    if errors:
        raise FieldErrors(errors)
    line = PurchaseLine.objects.create(
        order=locked, of_component=component, text=text[:200], quantity=quantity,
        unit_price=unit_price,
    )  # fmt: skip
    if component is not None:
        link_records(locked, component, LinkKind.FULFILS, actor=SYSTEM, via=via)
    _note(locked, "added", line, actor=actor, via=via)
    return line


@transaction.atomic
def remove_line(line: PurchaseLine, *, actor: Any, via: str) -> None:
    """Take a line off a draft. Raises Denied."""
    locked = _draft(line.order, actor)
    _note(locked, "removed", line, actor=actor, via=via)
    line.delete()


def _draft(order: Record, actor: Any) -> PurchaseOrder:
    locked = lock_record(order)
    decision = may_edit_order(actor, locked)
    if not decision or not isinstance(locked, PurchaseOrder):
        raise Denied.because(decision)
    return locked


def _note(order: PurchaseOrder, what: str, line: PurchaseLine, *, actor: Any, via: str) -> None:
    events.append(
        order,
        f"purchase_order.line_{what}",
        actor=actor,
        via=via,
        data={"line": str(line), "unit_price": str(line.unit_price)},
        is_internal=True,
    )


@transaction.atomic
def receive_goods(order: Record, *, quantities: Mapping[int, int], actor: Any, via: str) -> Record:
    """Book in what has arrived: line id to quantity. The order then is partly or wholly received.

    Raises Denied, NotOffered when nothing is on order, and FieldErrors when more arrives than was
    ordered.
    """
    locked = cast("PurchaseOrder", lock_record(order))
    decision = may_buy(actor, locked)
    if not decision:
        raise Denied.because(decision)
    if locked.state not in ("ordered", "acknowledged", "partly_received"):
        raise NotOffered("not_offered", _("Nothing of this is on its way."))
    lines = {line.pk: line for line in locked.lines.select_for_update()}
    arrived = {pk: count for pk, count in quantities.items() if count}
    for pk, count in arrived.items():
        line = lines.get(pk)
        if line is None or not 0 < count <= line.open_quantity:
            words = _("At most what is still to come can arrive.")
            raise FieldErrors({"quantities": [("out_of_range", words)]})
        line.received += count
        line.save(update_fields=["received"])
    if not arrived:
        raise FieldErrors({"quantities": [("required", _("Say what has arrived."))]})
    events.append(
        locked,
        "purchase_order.goods_received",
        actor=actor,
        via=via,
        data={"lines": {lines[pk].text: count for pk, count in arrived.items()}},
        is_internal=True,
    )
    if not any(line.open_quantity for line in lines.values()):
        return cast("PurchaseOrder", perform(locked, "receive", actor=actor, via=via).record)
    if locked.state != "partly_received":
        return cast("PurchaseOrder", perform(locked, "receive_part", actor=actor, via=via).record)
    return locked
