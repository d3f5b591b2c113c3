"""Money for a record, taken from the budget that whoever moves the record has named."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from valuechain.records.actions.linking import link_records
from valuechain.records.actions.moving import perform
from valuechain.records.vocabulary import LinkKind

if TYPE_CHECKING:
    from itsm.core.machine import Change
    from valuechain.records.models import Record


def set_aside(record: Record, amount: Decimal, change: Change) -> None:
    """Reserve an amount from the budget in the answers, under the budget's own rules.

    Nothing happens where no budget was named or nothing is missing. Raises what `perform` raises.
    """
    budget = change.answers.get("budget")
    if budget is None or amount <= 0:
        return
    # Linked here first, on this very copy of the record: the budget's own effect then finds the
    # link and writes nothing more on the record that is being moved.
    link_records(record, budget, LinkKind.FUNDED_BY, actor=change.actor, via=change.via)
    perform(
        budget,
        "reserve",
        actor=change.actor,
        via=change.via,
        at=change.at,
        data={"record": record.number, "amount": amount},
    )
