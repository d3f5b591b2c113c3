"""The hash chain: whoever changes the trail behind the program's back is found out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from itsm.accounts.models import User
from itsm.core import clock
from tests.factories import a_ticket
from valuechain.records.actions import add_comment, perform
from valuechain.records.models import Event


@pytest.fixture
def ticket(agent: User) -> Any:
    """A ticket with four events."""
    ticket = a_ticket(actor=agent)
    perform(ticket, "start", actor=agent, via="html")
    for words in ("One moment.", "Done."):
        add_comment(ticket, body=words, visibility="public", actor=agent, via="html")
    return ticket


@contextmanager
def as_superuser() -> Iterator[Any]:
    """What nobody can do as the application: write past the triggers."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def verify(*options: str) -> str:
    out = StringIO()
    call_command("verify_audit", *options, stdout=out)
    return out.getvalue()


def what_is_found(*options: str) -> str:
    out = StringIO()
    with pytest.raises(CommandError, match="Broken trails: 1"):
        call_command("verify_audit", *options, stdout=out)
    return out.getvalue().splitlines()[0]


def test_an_untouched_trail_is_whole(ticket: Any, agent: User) -> None:
    a_ticket(actor=agent)

    said = verify()

    assert "5 events of 2 records walked." in said
    assert "Every trail is whole." in said


@pytest.mark.parametrize(
    "change",
    [
        "verb = 'incident.cancel'",
        "at = at - interval '1 hour'",
        "actor_id = NULL",
        "is_internal = NOT is_internal",
        "data = data || '{\"seen\": true}'",
        "to_state = 'closed'",
        "via = 'api'",
    ],
)
def test_a_changed_event_is_found(ticket: Any, change: str) -> None:
    with as_superuser() as cursor:
        cursor.execute(f"UPDATE records_event SET {change} WHERE sequence = 2")

    assert what_is_found().startswith(f"{ticket.number}: event 2 is not what was written")


def test_a_removed_event_is_found(ticket: Any) -> None:
    with as_superuser() as cursor:
        cursor.execute("DELETE FROM records_event WHERE sequence = 3")

    assert what_is_found() == f"{ticket.number}: event 3 is missing."


def test_a_cut_off_end_is_found(ticket: Any) -> None:
    with as_superuser() as cursor:
        cursor.execute("DELETE FROM records_event WHERE sequence > 2")

    assert what_is_found() == f"{ticket.number}: event 3 and all after it are missing."


def test_a_trail_removed_as_a_whole_is_found(ticket: Any) -> None:
    with as_superuser() as cursor:
        cursor.execute("DELETE FROM records_event")

    assert what_is_found() == f"{ticket.number}: event 1 and all after it are missing."


def test_an_event_slipped_in_at_the_end_is_found(ticket: Any) -> None:
    last = ticket.events.order_by("sequence").last()
    forged = Event(record=ticket, sequence=5, verb="incident.close", via="html", at=clock.now())
    forged.hash = forged.chained(ticket.number, last.hash)
    forged.save()

    assert "event 5 is not the last one that the record knows of" in what_is_found()


def test_events_moved_to_another_record_are_found(ticket: Any, agent: User) -> None:
    other = a_ticket(actor=agent)
    with as_superuser() as cursor:
        cursor.execute("DELETE FROM records_event WHERE record_id = %s", [other.pk])
        cursor.execute(
            "UPDATE records_event SET record_id = %s WHERE record_id = %s", [other.pk, ticket.pk]
        )
        cursor.execute(
            "UPDATE records_record r SET event_count = o.event_count, event_hash = o.event_hash"
            " FROM records_record o WHERE r.id = %s AND o.id = %s",
            [other.pk, ticket.pk],
        )

    out = StringIO()
    with pytest.raises(CommandError, match="Broken trails: 2"):
        call_command("verify_audit", stdout=out)

    assert f"{other.number}: event 1 is not what was written" in out.getvalue()


def test_only_what_was_touched_lately_is_walked_when_asked(ticket: Any) -> None:
    with as_superuser() as cursor:
        cursor.execute("UPDATE records_event SET via = 'api' WHERE sequence = 2")
    tomorrow = (clock.now() + timedelta(days=1)).isoformat()

    assert "0 events of 0 records" in verify("--since", tomorrow)
    yesterday = (clock.now() - timedelta(days=1)).date().isoformat()
    assert "event 2" in what_is_found("--since", yesterday)
