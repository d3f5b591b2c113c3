"""What components cost so far, beside what they may cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, Sum
from django.utils import formats
from django.utils.translation import gettext as _

from itsm.core.templatetags.ui import money
from valuechain.obtain_build.models import Component, PurchaseLine
from valuechain.obtain_build.policies import APPROVED_ORDERS

NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Cost:
    """One component's money: what it may cost, what is ordered for it, and what else it costs."""

    budget: Decimal | None
    ordered: Decimal
    own: Decimal
    currency: str
    #: Ordered in other currencies: the budget cannot be compared with it.
    elsewhere: tuple[tuple[str, Decimal], ...] = ()

    @property
    def total(self) -> Decimal:
        return self.ordered + self.own

    @property
    def remaining(self) -> Decimal | None:
        """What is left of the budget, below zero when it is overrun."""
        return None if self.budget is None else self.budget - self.total

    @property
    def over(self) -> Decimal:
        """By how much the budget is overrun."""
        return max(-(self.remaining or NOTHING), NOTHING)

    @property
    def words(self) -> str:
        """The cost against the budget, as a cell of a table says it."""
        beside = "".join(f" + {money(amount, code)}" for code, amount in self.elsewhere)
        if self.budget is None:
            return (money(self.total, self.currency) if self.total else "") + beside
        told = {"cost": _short(self.total), "budget": _short(self.budget)}
        return _("%(cost)s of %(budget)s") % told + f"\N{NO-BREAK SPACE}{self.currency}" + beside

    @property
    def over_words(self) -> str:
        """By how much it is over, in words; nothing when it is not."""
        if not self.over:
            return ""
        return _("%(amount)s over") % {"amount": money(self.over, self.currency)}


def _short(amount: Decimal) -> str:
    """An amount without its decimals where there are none."""
    digits = 0 if amount == amount.to_integral_value() else 2
    return formats.number_format(amount, digits, force_grouping=True)


def costs_of(components: Iterable[Component]) -> dict[int, Cost]:
    """Say what some components cost. One query."""
    rows: dict[int, Any] = {component.pk: component for component in components}
    ordered: dict[int, dict[str, Decimal]] = {}
    lines = (
        PurchaseLine.objects.filter(of_component__in=rows, order__state__in=APPROVED_ORDERS)
        .order_by("order__currency")
        .values_list("of_component_id", "order__currency")
        .annotate(amount=Sum(F("unit_price") * F("quantity")))
    )
    for pk, currency, amount in lines:
        ordered.setdefault(pk, {})[currency] = amount
    found = {}
    for pk, component in rows.items():
        known = ordered.get(pk, {})
        found[pk] = Cost(
            budget=component.budgeted,
            ordered=known.pop(component.currency, NOTHING),
            own=component.own_cost or NOTHING,
            currency=component.currency,
            elsewhere=tuple(known.items()),
        )
    return found


def money_together(components: Any) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """Add up the budgets and the costs of many components, by the currency. Two queries."""
    budgets: dict[str, Decimal] = {}
    costs: dict[str, Decimal] = {}
    sums = components.order_by("currency").values_list("currency")
    for currency, budget, own in sums.annotate(Sum("budgeted"), Sum("own_cost")):
        if budget is not None:
            budgets[currency] = budget
        if own is not None:
            costs[currency] = own
    lines = (
        PurchaseLine.objects.filter(
            of_component__in=components.order_by().values("pk"),
            order__state__in=APPROVED_ORDERS,
        )
        .order_by("order__currency")
        .values_list("order__currency")
        .annotate(amount=Sum(F("unit_price") * F("quantity")))
    )
    for currency, amount in lines:
        costs[currency] = costs.get(currency, NOTHING) + amount
    return budgets, costs
