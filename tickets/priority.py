"""Priority from impact and urgency: a table, so that anyone can read why a ticket is a P2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from itsm.accounts.administering import may_administer
from itsm.accounts.trail import note
from itsm.core.errors import Denied
from itsm.core.statements import Given, Statement
from tickets.models import PriorityCell
from valuechain.records.vocabulary import Impact, Priority, Urgency

_P1, _P2, _P3, _P4 = Priority.CRITICAL, Priority.HIGH, Priority.NORMAL, Priority.LOW

#: Rows by impact, columns by urgency: stopped, badly slowed, slowed, can wait.
MATRIX: dict[Impact, tuple[Priority, Priority, Priority, Priority]] = {
    Impact.EVERYONE: (_P1, _P1, _P2, _P3),
    Impact.SITE: (_P1, _P2, _P2, _P3),
    Impact.TEAM: (_P2, _P2, _P3, _P4),
    Impact.PERSON: (_P2, _P3, _P3, _P4),
}
_set_otherwise = Statement(
    lambda: PriorityCell.objects.filter(
        impact=Given("impact"), urgency=Given("urgency")
    ).values_list("priority")
)


def matrix() -> dict[Impact, tuple[Priority, ...]]:
    """Return the table in force: ours, with the cells the company has set otherwise. One query."""
    rows = {impact: list(row) for impact, row in MATRIX.items()}
    for impact, urgency, priority in PriorityCell.objects.values_list(
        "impact", "urgency", "priority"
    ):
        rows[Impact(impact)][urgency - 1] = Priority(priority)
    return {impact: tuple(row) for impact, row in rows.items()}


def priority_of(impact: int | None, urgency: int | None) -> Priority:
    """Return the priority; an impact or urgency not yet known counts as the mildest. One query."""
    row, column = Impact(impact or Impact.PERSON), Urgency(urgency or Urgency.CAN_WAIT)
    for (priority,) in _set_otherwise(impact=row.value, urgency=column.value):
        return Priority(priority)
    return MATRIX[row][column - 1]


@transaction.atomic
def set_matrix(rows: Mapping[tuple[int, int], int], *, actor: Any) -> int:
    """Set the table, and return how many of its cells changed. Raises Denied.

    Tickets that are open keep the priority they have.
    """
    decision = may_administer(actor)
    if not decision:
        raise Denied.because(decision)
    before = matrix()
    changed: dict[str, list[Any]] = {}
    for (impact, urgency), priority in rows.items():
        was = before[Impact(impact)][urgency - 1]
        if was == priority:
            continue
        cell = f"{Impact(impact).name}, {Urgency(urgency).name}".lower().replace("_", " ")
        changed[cell] = [f"P{was.value}", f"P{priority}"]
        PriorityCell.objects.update_or_create(
            impact=impact, urgency=urgency, defaults={"priority": priority}
        )
    if changed:
        note(actor, "priorities.changed", _("Priorities"), changed=changed)
    return len(changed)
