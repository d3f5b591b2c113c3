"""What a specification costs and when it can be live, as its page shows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from itsm.core import clock
from valuechain.design_transition.content import FIGURES
from valuechain.design_transition.models import DesignSpec
from valuechain.records.forecasting import Awaited, forecasts
from valuechain.records.funding import Funding, funds
from valuechain.records.models import Record


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
    is_moved: bool = False
    #: What comes late and moves the forecast; the one that moves it furthest comes first.
    because: tuple[Awaited, ...] = ()

    @property
    def slack(self) -> int | None:
        """Days to spare; below zero when it cannot be live in time."""
        if self.target is None or self.forecast is None:
            return None
        return (self.target - self.forecast).days

    @property
    def words(self) -> str:
        """The slack with its sign and a word; nothing where there is none to tell."""
        slack = self.slack
        if slack is None:
            return ""
        if slack < 0:
            words = ngettext(
                "%(sign)s%(days)d day: too late", "%(sign)s%(days)d days: too late", -slack
            )
            return words % {"sign": "\N{MINUS SIGN}", "days": -slack}
        if slack == 0:
            return _("No day to spare")
        words = ngettext("+%(days)d day of slack", "+%(days)d days of slack", slack)
        return words % {"days": slack}

    @property
    def short(self) -> str:
        """The same for a cell of a table."""
        slack = self.slack
        if slack is None:
            return ""
        if slack < 0:
            return _("%(sign)s%(days)d d late") % {"sign": "\N{MINUS SIGN}", "days": -slack}
        return _("+%(days)d d spare") % {"days": slack} if slack else _("0 d spare")

    @property
    def tone(self) -> str:
        return "ok" if (self.slack or 0) > 0 else "warn" if self.slack == 0 else "bad"

    @property
    def icon(self) -> str:
        return {"ok": "disc-tick", "warn": "triangle-up", "bad": "octagon"}[self.tone]

    @property
    def late(self) -> int:
        """Days since the target, when it has passed."""
        return max(0, -self.left)

    def seen_by(self, actor: Any) -> Schedule:
        """Return the same days, without naming what the actor may not see. One query, or none."""
        if not self.because:
            return self
        named = [awaited.record.pk for awaited in self.because]
        seen = set(
            Record.objects.visible_to(actor).filter(pk__in=named).values_list("pk", flat=True)
        )
        return replace(self, because=tuple(one for one in self.because if one.record.pk in seen))


#: In these nothing is foreseen: it is live, or never will be.
_SETTLED = ("transitioned", "in_service", "rejected", "cancelled")


def schedule_of(spec: Any, late: Sequence[Awaited] | None = None) -> Schedule:
    """Forecast when a specification can be live. One query, or none when `late` is passed.

    Its duration counts from the day it came into force, or from today until then. A component that
    comes late moves that day, and the work that was to follow the component moves with it.
    """
    today = clock.now().date()
    left = 0 if spec.time_to_market is None else (spec.time_to_market - today).days
    if spec.state in _SETTLED:
        return Schedule(spec.time_to_market, None, left)
    begins = spec.in_force.at.date() if spec.in_force is not None else today
    planned: date | None = None
    if spec.duration_days is not None:
        planned = begins + timedelta(days=spec.duration_days)
    if late is None:
        late = forecasts.late_for([spec.pk]).get(spec.pk, [])
    # Without a duration, what is late moves the day that was promised.
    meant = planned or spec.time_to_market
    moved = sorted(late, key=lambda one: one.moves(meant), reverse=True)
    moved = [one for one in moved if meant is None or one.moves(meant) > meant]
    days = [day for day in (planned, *(one.moves(meant) for one in moved)) if day is not None]
    forecast = max(*days, today) if days else None
    return Schedule(spec.time_to_market, forecast, left, bool(moved), tuple(moved))


def schedules_of(records: Iterable[Record]) -> dict[int, Schedule]:
    """Forecast for each of some specifications, by id. Two queries, however many they are."""
    wanted = [record.pk for record in records]
    late = forecasts.late_for(wanted)
    specs = DesignSpec.objects.filter(pk__in=wanted).select_related("in_force")
    return {spec.pk: schedule_of(spec, late.get(spec.pk, ())) for spec in specs}
