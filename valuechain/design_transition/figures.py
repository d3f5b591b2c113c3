"""What a specification costs and when it can be live, as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from itsm.core import clock
from valuechain.design_transition.content import FIGURES
from valuechain.records.funding import Funding, funds


@dataclass(frozen=True)
class BudgetLine:
    """One line of the budget: what is written, what was approved, and what became of it."""

    label: str
    planned: Decimal | None
    approved: Decimal | None = None
    committed: Decimal | None = None
    spent: Decimal | None = None

    @property
    def change(self) -> Decimal | None:
        """How far what is written lies from what was approved; None where nothing differs."""
        if self.planned is None or self.approved is None or self.planned == self.approved:
            return None
        return self.planned - self.approved

    @property
    def remaining(self) -> Decimal | None:
        """What is set aside and not spent yet."""
        if self.committed is None or self.spent is None:
            return None
        return self.committed - self.spent

    @property
    def amounts(self) -> tuple[str, ...]:
        """The cells of its row, as a page says them."""
        return (
            _said(self.planned), _said(self.approved), _said(self.change, signed=True),
            _said(self.committed), _said(self.spent), _said(self.remaining),
        )  # fmt: skip


def _said(amount: Decimal | None, *, signed: bool = False) -> str:
    if amount is None:
        return ""
    sign = "+" if signed and amount > 0 else "\N{MINUS SIGN}" if amount < 0 else ""
    return sign + formats.number_format(abs(amount), 2, force_grouping=True)


@dataclass(frozen=True)
class Budget:
    """The lines, what is missing of the money, and what it costs over its lifetime."""

    lines: tuple[BudgetLine, ...]
    shortfall: Decimal
    lifetime: Decimal | None
    years: int | None
    currency: str


def budget_of(spec: Any, *, is_funded: bool) -> Budget:
    """Return the budget of a specification in its currency. One query at most."""
    funding = funds.of(spec, spec.currency) if is_funded else Funding()
    approved = dict.fromkeys(FIGURES) if spec.in_force is None else spec.in_force.content["figures"]
    was = {name: _amount(approved.get(name)) for name in ("estimate", "contingency", "yearly_cost")}
    needed = was["estimate"] if was["estimate"] is not None else spec.estimate or Decimal(0)
    once = BudgetLine(
        _("One-off"), spec.estimate, was["estimate"], funding.committed, funding.spent
    )  # fmt: skip
    lines = [once]
    if spec.contingency is not None or was["contingency"] is not None:
        lines.append(BudgetLine(_("of which contingency"), spec.contingency, was["contingency"]))
    if spec.yearly_cost is not None or was["yearly_cost"] is not None:
        lines.append(BudgetLine(_("Each year"), spec.yearly_cost, was["yearly_cost"]))
    lifetime = None
    if spec.estimate is not None and spec.yearly_cost is not None and spec.lifetime_years:
        lifetime = spec.estimate + spec.yearly_cost * spec.lifetime_years
    return Budget(
        lines=tuple(lines),
        shortfall=max(needed - funding.committed, Decimal(0)),
        lifetime=lifetime,
        years=spec.lifetime_years,
        currency=spec.currency,
    )


def _amount(value: Any) -> Decimal | None:
    return None if value in (None, "") else Decimal(str(value))


@dataclass(frozen=True)
class Schedule:
    """The day it has to be live, the day it can be, and the days between."""

    target: date | None
    forecast: date | None
    left: int

    @property
    def slack(self) -> int | None:
        """Days to spare; below zero when it cannot be live in time."""
        if self.target is None or self.forecast is None:
            return None
        return (self.target - self.forecast).days

    @property
    def short(self) -> int:
        """Days that are missing."""
        return max(0, -(self.slack or 0))

    @property
    def late(self) -> int:
        """Days since the target, when it has passed."""
        return max(0, -self.left)


def schedule_of(spec: Any) -> Schedule:
    """Forecast when a specification can be live: its duration from the day it came into force.

    Until then the work could begin today at the earliest. What has gone live has no forecast.
    """
    today = clock.now().date()
    begins = spec.in_force.at.date() if spec.in_force is not None else today
    forecast = None
    if spec.duration_days is not None and spec.state not in ("transitioned", "in_service"):
        forecast = max(begins + timedelta(days=spec.duration_days), today)
    left = 0 if spec.time_to_market is None else (spec.time_to_market - today).days
    return Schedule(spec.time_to_market, forecast, left)
