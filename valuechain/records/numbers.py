"""Human numbers such as INC-1007: one database sequence per kind, so none is ever given twice.

A sequence takes no lock that a second writer waits for; the price is a gap when a write is undone.
"""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from valuechain.records.kinds import Kind, kinds

#: Numbers start here, so that they are never mistaken for a list position.
FIRST = 1001


def sequence_name(kind: Kind) -> str:
    """Name the database sequence that numbers a kind."""
    return f"number_{kind.prefix.lower()}"


def create_sequences(using: str = DEFAULT_DB_ALIAS, **_kwargs: Any) -> None:
    """Create the sequence of every registered kind that has none yet; runs after `migrate`."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for kind in kinds:
            name = connection.ops.quote_name(sequence_name(kind))
            cursor.execute(f"CREATE SEQUENCE IF NOT EXISTS {name} START {FIRST}")


def next_number(kind: Kind) -> str:
    """Take the next number of a kind. One query."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT nextval(%s::regclass)", [sequence_name(kind)])
        (value,) = cursor.fetchone()
    return f"{kind.prefix}-{value}"
