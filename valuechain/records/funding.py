"""How much money is set aside for a record, told by whoever keeps the budgets.

Specifications and orders need to know; they must not know budgets. The app that keeps them answers
here, and where there is none nothing is set aside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils import formats
from django.utils.translation import gettext as _

from itsm.core.decisions import ALLOW, Decision, deny

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from valuechain.records.models import Record

NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Funding:
    """What is set aside for one record in one currency: reserved and already spent together."""

    committed: Decimal = NOTHING
    spent: Decimal = NOTHING
    budgets: tuple[str, ...] = ()

    def covers(self, needed: Decimal, currency: str) -> Decision:
        """Answer whether enough is set aside; what is missing names the shortfall."""
        shortfall = needed - self.committed
        if shortfall <= 0:
            return ALLOW
        words = _("%(amount)s %(currency)s of funding") % {
            "amount": formats.number_format(shortfall, 2, force_grouping=True),
            "currency": currency,
        }
        return deny(
            _("The money is not set aside yet: %(shortfall)s is missing.") % {"shortfall": words},
            missing=[words],
            code="not_funded",
        )


#: (record, currency) -> what is set aside for it.
Teller = Callable[["Record", str], Funding]
#: (records) -> currency -> what is set aside for all of them.
Adder = Callable[["QuerySet[Record]"], "dict[str, Funding]"]


@dataclass
class Funds:
    """Where to ask; one app answers."""

    _teller: Teller | None = None
    _adder: Adder | None = None

    def told_by(self, teller: Teller, adder: Adder) -> None:
        """Say who keeps the budgets."""
        self._teller, self._adder = teller, adder

    def of(self, record: Record, currency: str) -> Funding:
        """Return what is set aside for a record in a currency."""
        return Funding() if self._teller is None else self._teller(record, currency)

    def together(self, records: QuerySet[Record]) -> dict[str, Funding]:
        """Return what is set aside for many records, currency by currency."""
        return {} if self._adder is None else self._adder(records)


funds = Funds()
