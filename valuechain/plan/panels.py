"""What the pages of visions, portfolio items and budgets show beyond the common."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import django_filters
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from itsm.core.differences import words_between
from itsm.core.templatetags.ui import money
from valuechain.plan import policies, policy_panels
from valuechain.plan.models import (
    Budget,
    Commitment,
    Objective,
    Policy,
    PolicyException,
    PortfolioItem,
    Vision,
)
from valuechain.plan.overview import add_what_is_behind
from valuechain.records.funding import Funding, funds
from valuechain.records.models import Link, Record
from valuechain.records.panels import panels
from valuechain.records.vocabulary import LinkKind

if TYPE_CHECKING:
    from itsm.core.decisions import Sentence

READERS_SHOWN = 30
#: So many budgets are named where one is to be chosen.
BUDGETS_NAMED = 5


def register() -> None:
    """Tell the record pages how this activity's records are shown."""
    panels.pages.append(page)
    panels.rows.append(add_what_lists_show)
    panels.steps.append(before_a_step)
    policy_panels.register()
    panels.told_above["visions"] = ("statement",)
    panels.column_labels |= {
        "edition_words": _("Edition"),
        "measure_words": _("Measure"),
        "from_to": _("Before → target"),
        "actual_words": _("Now"),
        "due_on_words": _("Due"),
        "score": _("Score"),
        "horizon_words": _("Horizon"),
        "cost_words": _("Cost"),
        "need_count": _("Needs"),
        "spec_count": _("Specs"),
        "amount_words": _("Amount"),
        "reserved_words": _("Set aside"),
        "consumed_words": _("Spent"),
        "available_words": _("Available"),
    }
    panels.columns["visions"] = (
        "number", "title", "edition_words", "state", "organisation", "owner", "updated_at",
    )  # fmt: skip
    panels.columns["objectives"] = (
        "number", "title", "measure_words", "from_to", "actual_words", "due_on_words", "state",
        "owner",
    )  # fmt: skip
    panels.columns["portfolio-items"] = (
        "number", "title", "score", "horizon_words", "cost_words", "need_count", "spec_count",
        "state", "owner",
    )  # fmt: skip
    panels.columns["budgets"] = (
        "number", "title", "amount_words", "consumed_words", "reserved_words", "available_words",
        "state", "owner",
    )  # fmt: skip
    panels.orders["portfolio-items"] = {
        "score": "portfolioitem__score",
        "cost_words": "portfolioitem__cost",
    }
    panels.orders["objectives"] = {"due_on_words": "objective__due"}
    panels.default_ordering["portfolio-items"] = "-score"
    panels.filters["portfolio-items"] = {
        "horizon": django_filters.MultipleChoiceFilter(
            label=_("Horizon"),
            field_name="portfolioitem__horizon",
            choices=PortfolioItem.Horizon.choices,
        ),
        "risk": django_filters.MultipleChoiceFilter(
            label=_("Risk"), field_name="portfolioitem__risk", choices=PortfolioItem.Risk.choices
        ),
        "need": django_filters.CharFilter(label=_("Need"), method=_by_need),
    }
    panels.named_views["portfolio-items"] = (
        ("open", _("All open"), "state=open"),
        ("ideas", _("Candidates"), "state=candidate&state=under_evaluation"),
        ("approved", _("Approved, not funded"), "state=approved"),
        ("delivery", _("In delivery"), "state=funded&state=in_delivery&state=on_hold"),
        ("value", _("Delivered, value open"), "state=delivered"),
        ("now", _("Now"), "state=open&horizon=now"),
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


def _by_need(queryset: Any, _name: str, value: str) -> Any:
    return queryset.filter(
        links_out__kind=LinkKind.DERIVED_FROM, links_out__target__number__iexact=value.strip()
    ).distinct()


def add_what_lists_show(records: Sequence[Record], actor: Any) -> None:
    """Give the rows of one page what their own tables hold. Two queries for each kind at most."""
    for kind, (model, add) in _ROWS.items():
        rows = {record.pk: record for record in records if record.kind == kind}
        if rows:
            add(rows, model._default_manager.filter(pk__in=rows), actor)


def _add_visions(rows: dict[int, Any], found: Any, _actor: Any) -> None:
    for vision in found:
        rows[vision.pk].edition_words = vision.edition


def _add_objectives(rows: dict[int, Any], found: Any, _actor: Any) -> None:
    for objective in found:
        row = rows[objective.pk]
        unit = f" {objective.unit}" if objective.unit else ""
        row.measure_words = objective.measure
        row.from_to = f"{_plain(objective.baseline)} → {_plain(objective.target)}{unit}"
        row.actual_words = "" if objective.actual is None else f"{_plain(objective.actual)}{unit}"
        row.due_on_words = objective.due


def _add_items(rows: dict[int, Any], found: Any, actor: Any) -> None:
    add_what_is_behind(rows.values(), actor=actor)
    for item in found:
        row = rows[item.pk]
        row.score = item.score
        row.horizon_words = item.get_horizon_display()
        row.cost_words = "" if item.cost is None else policies.money(item.cost, item.currency)


def _add_budgets(rows: dict[int, Any], found: Any, _actor: Any) -> None:
    for budget in found:
        row = rows[budget.pk]
        for name in ("amount", "reserved", "consumed", "available"):
            setattr(row, f"{name}_words", policies.money(getattr(budget, name), budget.currency))


def _plain(number: Decimal | None) -> str:
    return "—" if number is None else f"{number.normalize():f}"


_ROWS: dict[str, tuple[Any, Any]] = {
    "vision": (Vision, _add_visions),
    "objective": (Objective, _add_objectives),
    "portfolio_item": (PortfolioItem, _add_items),
    "budget": (Budget, _add_budgets),
    "policy": (Policy, policy_panels.add_policies),
    "policy_exception": (PolicyException, policy_panels.add_exceptions),
}


def before_a_step(record: Any, step: str, actor: Any) -> list[Sentence]:
    """Name the budgets that have most left where one is to be chosen. One query."""
    asks = record.kind_entry.machine.transition(step, record.state).asks
    if not any(ask.kinds == ("budget",) for ask in asks):
        return []
    left = F("amount") - F("reserved") - F("consumed")
    budgets = Budget.objects.visible_to(actor).filter(state="approved").annotate(left=left)
    return [
        _("%(budget)s: %(amount)s available")
        % {"budget": budget, "amount": money(budget.left, budget.currency)}
        for budget in budgets.filter(left__gt=0).order_by("-left")[:BUDGETS_NAMED]
    ]


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
        "editions": list(
            Vision.objects.visible_to(actor)
            .filter(organisation=vision.organisation_id)
            .exclude(pk=vision.pk)
            .order_by("-edition", "-pk")[:READERS_SHOWN]
        ),
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
    "policy": policy_panels.policy_page,
}
