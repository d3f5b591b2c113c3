"""What the pages of visions, portfolio items and budgets show beyond the common."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from itsm.core.differences import words_between
from valuechain.plan import policies
from valuechain.plan.models import Budget, Commitment, Vision
from valuechain.records.funding import Funding, funds
from valuechain.records.models import Link, Record
from valuechain.records.panels import panels
from valuechain.records.vocabulary import LinkKind

READERS_SHOWN = 30


def register() -> None:
    """Tell the record pages how this activity's records are shown."""
    panels.pages.append(page)
    for resource in ("visions", "objectives", "portfolio-items", "budgets"):
        panels.columns[resource] = (
            "number", "title", "state", "organisation", "owner", "updated_at",
        )  # fmt: skip
    panels.named_views["portfolio-items"] = (
        ("open", _("All open"), "state=open"),
        ("ideas", _("Candidates"), "state=candidate&state=under_evaluation"),
        ("approved", _("Approved, not funded"), "state=approved"),
        ("delivery", _("In delivery"), "state=funded&state=in_delivery&state=on_hold"),
        ("value", _("Delivered, value open"), "state=delivered"),
        ("finished", _("Finished"), "state=closed"),
    )
    panels.named_views["budgets"] = (
        ("open", _("All open"), "state=open"),
        ("approved", _("Approved"), "state=approved"),
        ("finished", _("Closed"), "state=closed"),
    )
    panels.named_views["objectives"] = (
        ("open", _("All open"), "state=open"),
        ("risk", _("At risk or off track"), "state=at_risk&state=off_track"),
        ("finished", _("Finished"), "state=closed"),
    )


def page(record: Record, actor: Any) -> dict[str, Any]:
    """Return what the page of a record of this activity shows besides."""
    made = _PAGES.get(record.kind)
    return {} if made is None else made(record, actor)


def vision_page(vision: Any, actor: Any) -> dict[str, Any]:
    """Return the statement, what changed since the last edition, and who has read it."""
    before: Vision | None = vision.successor_of
    read = {"readings": [], "readers": 0, "has_read": False}
    if vision.state not in ("draft", "in_review"):
        read = {
            "readings": list(vision.readings.select_related("person")[:READERS_SHOWN])
            if actor.access.is_staff
            else [],
            "readers": vision.readings.count(),
            "has_read": vision.readings.filter(person_id=actor.pk).exists(),
        }
    return {
        **read,
        "before": before,
        "pieces": words_between(before.statement, vision.statement) if before else [],
    }


def item_page(item: Any, actor: Any) -> dict[str, Any]:
    """Return what a portfolio item is for, what carries it, and its money."""
    links = list(
        Link.objects.visible_to(actor)
        .filter(Q(source=item) | Q(target=item))
        .select_related("source", "target")
        .order_by("pk")
    )
    out = [(link.kind, link.target) for link in links if link.source_id == item.pk]
    is_funded = any(kind == LinkKind.FUNDED_BY for kind, _other in out)
    funding = funds.of(item, item.currency) if is_funded else Funding()
    return {
        "needs": [
            other
            for kind, other in out
            if kind == LinkKind.DERIVED_FROM and other.kind in ("need", "project_initiation")
        ],
        "objectives": [
            other for kind, other in out if kind == LinkKind.FULFILS and other.kind == "objective"
        ],
        "specs": [
            link.source
            for link in links
            if link.kind == LinkKind.DERIVED_FROM and link.source.kind == "design_spec"
        ],
        "money": {
            "cost": item.cost,
            "committed": funding.committed,
            "spent": funding.spent,
            "shortfall": max((item.cost or Decimal(0)) - funding.committed, Decimal(0)),
            "currency": item.currency,
        },
    }


def budget_page(budget: Budget, actor: Any) -> dict[str, Any]:
    """Return how much is left, and what the rest is set aside for or spent on."""
    rows = Commitment.objects.visible_to(actor).filter(budget=budget).select_related("record")
    amounts = (
        (_("Spent"), budget.consumed),
        (_("Set aside"), budget.reserved),
        (_("Available"), budget.available),
    )
    return {
        "commitments": list(rows),
        "bars": [
            {
                "label": label,
                "value": policies.money(amount, budget.currency),
                "share": round(100 * amount / budget.amount) if budget.amount else 0,
                "is_first": place == 0,
            }
            for place, (label, amount) in enumerate(amounts)
        ],
    }


_PAGES: dict[str, Any] = {
    "vision": vision_page,
    "portfolio_item": item_page,
    "budget": budget_page,
}
