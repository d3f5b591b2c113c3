"""When what a record waits for will be there, told by whoever obtains and builds it.

A specification needs to know when it can be live; it must not know components. The app that keeps them
answers here, and where there is none nothing is awaited.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from valuechain.records.models import Record


@dataclass(frozen=True, slots=True)
class Awaited:
    """One thing that comes later than it is needed."""

    record: Record
    needed: date
    expected: date

    @property
    def days(self) -> int:
        """How many days too late it comes."""
        return (self.expected - self.needed).days

    def moves(self, planned: date | None) -> date:
        """Return the day that was planned for, moved by what comes late.

        What was to be done between the day it was needed and the day planned is still to be done.
        """
        rest = timedelta(0) if planned is None else max(planned - self.needed, timedelta(0))
        return self.expected + rest


#: Ids of records -> what each of them waits for too long.
Teller = Callable[[Collection[int]], "dict[int, list[Awaited]]"]


@dataclass
class Forecasts:
    """Where to ask; one app answers."""

    _teller: Teller | None = None

    def told_by(self, teller: Teller) -> None:
        """Say who knows what comes late."""
        self._teller = teller

    def late_for(self, records: Collection[int]) -> dict[int, list[Awaited]]:
        """Map records, by id, to what comes too late for them."""
        return {} if self._teller is None or not records else self._teller(records)


forecasts = Forecasts()
