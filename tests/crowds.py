"""Many rows in no time, for tests that ask what a page costs when there is much to show.

The rows are copies of a record that came through the real doors; only their keys differ.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import count as count_from
from typing import Any

from django.db import connection

from itsm.accounts.models import User
from itsm.core import clock
from valuechain.records.models import Attachment, Comment, Event, Link, Participation, Record
from valuechain.records.vocabulary import LinkKind, Via, Visibility

#: Where the numbers of the next copies begin, far beyond those given out.
_thousands = count_from(1_000_000_000, 10_000)


def copies(record: Record, count: int) -> list[int]:
    """Copy a record's row in each of its tables; return the keys of the copies."""
    own = type(record.specific)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO records_record (number, {_columns(Record, 'number')}) "
            f"SELECT split_part(number, '-', 1) || '-' || %s + n, {_columns(Record, 'number')} "
            "FROM records_record, generate_series(1, %s) n WHERE id = %s RETURNING id",
            [next(_thousands), count, record.pk],
        )
        made = [pk for (pk,) in cursor.fetchall()]
        if own is not Record:
            key = own._meta.pk.column
            alone = [f.column for f in own._meta.local_concrete_fields if f.unique]
            rest = ", ".join(["", *_own_columns(own, *alone)])
            # What is given once only, a short name say, is made anew for each copy.
            anew = [f'"{column}"' for column in alone if column != key]
            names = "".join(f", {column}" for column in anew)
            values = "".join(f", {column} || '-' || made" for column in anew)
            cursor.execute(
                f"INSERT INTO {own._meta.db_table} ({key}{rest}{names}) "
                f"SELECT made{rest}{values} "
                f"FROM {own._meta.db_table}, unnest(%s) made WHERE {key} = %s",
                [made, record.pk],
            )
    return made


def _columns(model: Any, *without: str) -> str:
    return ", ".join(_own_columns(model, "id", *without))


def _own_columns(model: Any, *without: str) -> list[str]:
    return [
        f'"{field.column}"'
        for field in model._meta.local_concrete_fields
        if not field.generated and field.column not in without
    ]


def colleagues(person: User, count: int) -> list[User]:
    """Create people who sit where a person sits."""
    return User.objects.bulk_create(
        User(
            email=f"crowd{n}.{person.pk}@example.org",
            name=f"Crowd {n}",
            organisation=person.organisation,
        )
        for n in range(count)
    )


def liven(record: Record, people: list[User], count: int) -> None:
    """Give a record that many messages, events, files, links, participants."""
    now = clock.now()
    last = Event.objects.filter(record_id=record.pk).latest("sequence").sequence
    Comment.objects.bulk_create(
        Comment(record_id=record.pk, author=people[n % len(people)], body=f"Message {n}",
                visibility=Visibility.INTERNAL if n % 5 == 0 else Visibility.PUBLIC,
                is_from_staff=bool(n % 2), via=Via.HTML, at=now + timedelta(seconds=n))
        for n in range(count)
    )  # fmt: skip
    Event.objects.bulk_create(
        Event(record_id=record.pk, sequence=last + 1 + n, via=Via.HTML, at=now,
              verb="time.logged", actor=people[n % len(people)])
        for n in range(count)
    )  # fmt: skip
    Record.objects.filter(pk=record.pk).update(event_count=last + count)
    Attachment.objects.bulk_create(
        Attachment(record_id=record.pk, visibility=Visibility.PUBLIC, file=f"00/{n}", name="a.txt",
                   size=1, sha256="0", uploaded_by=people[n % len(people)])
        for n in range(count)
    )  # fmt: skip
    Participation.objects.bulk_create(
        [Participation(record_id=record.pk, person=p, role="watcher") for p in people[:count]],
        ignore_conflicts=True,
    )
    Link.objects.bulk_create(
        Link(source_id=record.pk, target_id=pk, kind=LinkKind.RELATES_TO)
        for pk in copies(record, count)
    )


def line_up(record: Record, count: int) -> list[int]:
    """Copy a record and tie the copies into levels of fifty, each of them below one of the last."""
    made = [record.pk, *copies(record, count)]
    Link.objects.bulk_create(
        Link(source_id=made[n], target_id=made[(n - 1) // 50 * 50], kind=LinkKind.DERIVED_FROM)
        for n in range(1, len(made))
    )
    return made
