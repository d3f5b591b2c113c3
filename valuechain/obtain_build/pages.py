"""What record pages show of components, orders and milestones beyond their fields."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Min, Q
from django.urls import reverse
from django.utils import timezone

from itsm.core.machine import Phase
from itsm.core.templatetags.ui import money
from valuechain.approvals.models import Approval
from valuechain.approvals.vocabulary import Result
from valuechain.obtain_build import gate, policies
from valuechain.obtain_build.actions import unchecked_requirements
from valuechain.obtain_build.availability import Availability, availability_of, worst_of
from valuechain.obtain_build.costing import costs_of
from valuechain.obtain_build.forms import CheckForm, LineForm
from valuechain.obtain_build.models import Component
from valuechain.obtain_build.reading import (
    WAITING_KINDS,
    availability_for,
    components_behind,
    together,
)
from valuechain.records.models import Link, Record
from valuechain.records.panels import Card


def add_to_page(record: Record, actor: Any) -> dict[str, Any]:
    """Return what the page of a record of obtain & build shows beyond its fields."""
    add = _PAGES.get(record.kind)
    return add(record, actor) if add is not None else {}


def components_card(record: Record, actor: Any) -> Card | None:
    """Return the box with the components a record waits for; None where it waits for none."""
    if record.kind not in WAITING_KINDS:
        return None
    standings = availability_for(components_behind(record, actor=actor))
    if not standings:
        return _import_card(record, actor)
    return Card(
        "build/_components_card.html",
        {
            "standings": standings,
            "together": together(standings),
            "list_url": reverse("record-list", args=["components"])
            + f"?for_record={record.number}",
            "import_url": reverse("component-import", args=[record.number])
            if record.kind == "design_spec" and record.is_live and policies.may_plan(actor, record)
            else "",
        },
    )


def _import_card(record: Record, actor: Any) -> Card | None:
    """Offer to make components of a specification that has none; None for whoever may not."""
    if record.kind != "design_spec" or not record.is_live:
        return None
    if not policies.may_plan(actor, record):
        return None
    url = reverse("component-import", args=[record.number])
    return Card("build/_import_card.html", {"url": url})


def _component(component: Any, actor: Any) -> dict[str, Any]:
    specs = gate.specs_of(component)
    linked = [spec.pk for spec in specs]
    seen = set(Record.objects.visible_to(actor).filter(pk__in=linked).values_list("pk", flat=True))
    answers = bool(policies.may_accept(actor, component) or policies.may_obtain(actor, component))
    is_settled = component.state in ("accepted", "available", "in_use", "dropped")
    may_edit = bool(policies.may_edit_component(actor, component)) and not is_settled
    return {
        "stands": availability_of(component),
        "early": _needed_too_early(component, [spec for spec in specs if spec.pk in seen]),
        "cost": costs_of([component])[component.pk],
        "gate": gate.is_open(component),
        "gate_specs": [spec for spec in specs if spec.pk in seen],
        "checks": list(component.checks.select_related("checked_by")),
        "checks_open": answers and not is_settled,
        "unchecked": list(unchecked_requirements(component).visible_to(actor)) if may_edit else [],
        "check_form": CheckForm() if may_edit else None,
    }


def _needed_too_early(component: Any, specs: list[Record]) -> dict[str, Any] | None:
    """Say when it is needed before its specification was approved; allowed, and worth a word.

    The first approval of the first specification that came too late. One query, or none.
    """
    if component.needed_at is None or not specs:
        return None
    approved = (
        Approval.objects.filter(subject__in=specs, result=Result.APPROVED, decided_at__isnull=False)
        .order_by("subject_id")
        .values_list("subject_id")
        .annotate(first=Min("decided_at"))
    )
    by_pk = {spec.pk: spec for spec in specs}
    for pk, moment in approved:
        day = timezone.localdate(moment)
        if component.needed_at < day:
            return {"spec": by_pk[pk], "approved": day}
    return None


def _order(order: Any, actor: Any) -> dict[str, Any]:
    may_edit = bool(policies.may_edit_order(actor, order))
    on_its_way = order.state in ("ordered", "acknowledged", "partly_received")
    return {
        "order_lines": list(order.lines.select_related("of_component")),
        "order_total": order.total,
        "line_form": LineForm(actor=actor) if may_edit else None,
        "may_receive": on_its_way and bool(policies.may_buy(actor, order)),
    }


def _milestone(milestone: Any, _actor: Any) -> dict[str, Any]:
    return {"earlier_baselines": list(milestone.earlier_baselines.select_related("replaced_by"))}


_PAGES = {"component": _component, "purchase_order": _order, "milestone": _milestone}


def in_money(amount: Decimal, currency: str) -> str:
    """Say an amount as pages do."""
    return money(amount, currency)


def worst_by_milestone(milestones: Iterable[int], *, actor: Any) -> dict[int, Availability]:
    """Say for each milestone how its components stand together. Two queries."""
    milestones = set(milestones)
    ties = Link.objects.filter(
        Q(source_id__in=milestones, target__kind=Component.KIND)
        | Q(target_id__in=milestones, source__kind=Component.KIND)
    ).values_list("source_id", "target_id")
    pairs = [(a, b) if a in milestones else (b, a) for a, b in ties]
    found = Component.objects.visible_to(actor).exclude(phase=Phase.VOID)
    components = found.in_bulk({component for _milestone, component in pairs})
    by: dict[int, list[Availability]] = {}
    for milestone, pk in pairs:
        if pk in components:
            by.setdefault(milestone, []).append(availability_of(components[pk]))
    return {pk: worst for pk, each in by.items() if (worst := worst_of(each))}
