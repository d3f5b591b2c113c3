"""Priority from impact and urgency: a table, so that anyone can read why a ticket is a P2."""

from __future__ import annotations

from valuechain.records.vocabulary import Impact, Priority, Urgency

_P1, _P2, _P3, _P4 = Priority.CRITICAL, Priority.HIGH, Priority.NORMAL, Priority.LOW

#: Rows by impact, columns by urgency: stopped, badly slowed, slowed, can wait.
MATRIX: dict[Impact, tuple[Priority, Priority, Priority, Priority]] = {
    Impact.EVERYONE: (_P1, _P1, _P2, _P3),
    Impact.SITE: (_P1, _P2, _P2, _P3),
    Impact.TEAM: (_P2, _P2, _P3, _P4),
    Impact.PERSON: (_P2, _P3, _P3, _P4),
}


def priority_of(impact: int | None, urgency: int | None) -> Priority:
    """Return the priority; an impact or urgency not yet known counts as the mildest."""
    row = MATRIX[Impact(impact or Impact.PERSON)]
    return row[(urgency or Urgency.CAN_WAIT) - 1]
