"""The load: copies that nobody could tell from tickets that came through the doors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from itsm.accounts.models import Organisation, User
from itsm.core import clock
from itsm.portal.load import seed
from itsm.portal.load.copies import Table, _tables
from sla.models import Clock
from tests.factories import a_person
from tickets.asks import TICKET_KINDS
from valuechain.records.kinds import kinds
from valuechain.records.models import Comment, Event, Participation, Record
from valuechain.records.numbers import next_number

TICKETS = 160
#: The end of a working day: of the few that are open, some came this morning and still have time.
BUILT_AT = datetime(2026, 11, 25, 16, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Build the load once for all that look at it, and undo it afterwards."""
    with django_db_blocker.unblock(), transaction.atomic():
        with clock.at(BUILT_AT):
            call_command("seed_load", tickets=TICKETS, seed=3, stdout=StringIO())
        yield
        transaction.set_rollback(True)


@pytest.fixture
def load(built: None, db: None) -> None:
    """The load, in a test that leaves it as it was."""


def tickets() -> Any:
    return Record.objects.filter(kind__in=TICKET_KINDS).order_by("pk")


#: What a copy has of its own, by table; everything else is as the doors wrote it.
OWN = {
    "Record": {"number", "title", "description", "search", "event_hash"},
    "Comment": {"body"},
    "Event": {"data", "hash"},
}


def shape(table: Table, row: list[Any]) -> tuple[Any, ...]:
    """A row without ids, people and words."""
    places = {table.pk, *table.people, *(i for i, goal in table.pointers)}
    own = OWN.get(table.model.__name__, set())
    return tuple(
        repr(value)
        for i, (column, value) in enumerate(zip(table.columns, row, strict=True))
        if i not in places and column.name not in own
    )


def test_it_is_not_built_beside_real_people_unless_told(organisation: Organisation) -> None:
    a_person("Real Person", organisation)

    with pytest.raises(CommandError, match="--beside-real-people"):
        call_command("seed_load", tickets=1, stdout=StringIO())

    assert not Record.objects.exists()


def test_every_row_of_a_copy_is_the_row_the_doors_wrote(load: None) -> None:
    originals, copies = list(tickets()[:60]), list(tickets()[60:])
    assert len(copies) == TICKETS - 60
    at_the_door = {(r.kind, r.state, r.opened_at): r.pk for r in originals}
    assert len(at_the_door) == 60
    compared = Counter[str]()

    for table in _tables():
        rows = table.rows_of([record.pk for record in (*originals, *copies)])
        for copy in copies:
            original = at_the_door[copy.kind, copy.state, copy.opened_at]
            mine = [shape(table, row) for row in rows.get(copy.pk, [])]
            theirs = [shape(table, row) for row in rows.get(original, [])]
            assert mine == theirs, table.model
            compared[table.model.__name__] += len(mine)

    assert compared["Record"] == len(copies)
    assert compared["Comment"] == 6 * len(copies)
    assert compared["Participation"] == len(copies)
    assert compared["Clock"] > len(copies)
    assert compared["LedgerLine"] > compared["Clock"]


def test_the_events_of_a_copy_tell_of_the_copy_itself(load: None) -> None:
    for record in tickets():
        events = list(record.events.order_by("sequence"))
        said = [e.data["comment"] for e in events if "comment" in e.data]
        clocks = {e.data["clock"] for e in events if "clock" in e.data}
        assigned = [e.data["answers"]["owner"] for e in events if e.verb.endswith(".assign")]

        assert events[0].data["title"] == record.title
        assert said == list(record.comments.order_by("at", "pk").values_list("pk", flat=True))
        assert clocks <= set(record.clocks.values_list("pk", flat=True))
        assert assigned in ([], [record.owner.name if record.owner else None])
        assert set(record.participations.values_list("person_id", flat=True)) == {
            record.requester_id
        }
        assert record.requester.organisation_id == record.organisation_id


def test_the_audit_trail_of_the_load_is_whole(load: None) -> None:
    out = StringIO()

    call_command("verify_audit", stdout=out)

    assert "Every trail is whole." in out.getvalue()


def test_the_clocks_of_the_load_are_what_their_ledgers_say(load: None) -> None:
    out = StringIO()

    call_command("check_clocks", stdout=out)

    assert Clock.objects.count() > TICKETS
    assert Clock.objects.filter(state="running").exists()
    assert Clock.objects.filter(state="breached").exists()


def test_every_pointer_leads_somewhere(load: None) -> None:
    connection.check_constraints()


def test_numbers_and_ids_go_on_after_the_load(load: None, organisation: Organisation) -> None:
    assert next_number(kinds["incident"]) not in set(tickets().values_list("number", flat=True))
    person = a_person("Nora Next", organisation)

    opened = kinds["incident"].open(actor=person, via="html", title="Next", requester=person)

    assert opened.pk > tickets().exclude(pk=opened.pk).last().pk
    assert Event.objects.get(record=opened).pk > 0


def test_the_load_has_the_size_and_the_mix_it_is_said_to_have(load: None) -> None:
    messages = Counter(Comment.objects.values_list("visibility", flat=True))

    assert tickets().count() == TICKETS
    assert tickets().live().count() == 13
    assert sum(messages.values()) == 6 * TICKETS
    assert 0.15 < messages["internal"] / (6 * TICKETS) < 0.25
    assert Record.objects.filter(kind="service", state="live").count() == 50
    assert User.objects.count() == 2_060
    assert Participation.objects.values("person").distinct().count() > 100


@pytest.mark.parametrize("count", [1, 7, 60, 61, 999, 100_000, 1_000_000])
def test_any_number_of_tickets_can_be_shared_out(count: int) -> None:
    shares = seed.share(count)

    assert shares.live + shares.done == count
    assert shares.live <= 8_000
    assert shares.live_originals <= shares.live
    assert shares.done_originals <= shares.done
    assert (shares.live_originals > 0) == (shares.live > 0)
    assert (shares.done_originals > 0) == (shares.done > 0)


def test_nobody_in_the_load_can_sign_in(load: None) -> None:
    assert not any(person.has_usable_password() for person in User.objects.all()[:50])
