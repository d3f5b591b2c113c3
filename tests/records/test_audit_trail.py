"""Whatever happens to a record is written down once, in order, and cannot be rewritten."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, connection, transaction

from itsm.core import clock
from tests.factories import a_ticket, at_state, fresh
from tickets.actions import edit_ticket
from valuechain.records.actions import add_comment, link_records, log_time, perform, watch
from valuechain.records.models import Event


def chain_is_whole(record):
    previous = ""
    for place, event in enumerate(record.events.order_by("sequence"), start=1):
        assert event.sequence == place
        assert event.hash == event.chained(record.number, previous)
        previous = event.hash
    assert record.event_hash == previous
    assert record.event_count == place


@pytest.fixture
def ticket(agent, requester, organisation):
    return a_ticket(actor=agent, requester=requester, organisation=organisation)


def test_opening_is_the_first_event(ticket, agent):
    event = ticket.events.get()

    assert (event.verb, event.sequence, event.actor) == ("incident.opened", 1, agent)
    assert (event.from_state, event.to_state, event.via) == ("", "new", "html")


def test_an_edit_keeps_each_value_before_and_after(ticket, agent):
    edit_ticket(ticket, {"title": "The printer smokes"}, actor=agent, via="api")

    event = ticket.events.last()
    assert event.verb == "incident.edited"
    assert event.data["changes"] == [
        {"field": "title", "before": "The printer is on fire", "after": "The printer smokes"}
    ]
    assert (event.actor, event.via, event.is_internal) == (agent, "api", True)


def test_an_edit_that_changes_nothing_writes_nothing(ticket, agent):
    edited = edit_ticket(ticket, {"title": ticket.title}, actor=agent, via="html")

    assert edited.version == 1
    assert ticket.events.count() == 1


def test_a_transition_keeps_states_answers_and_changes(ticket, agent, desk):
    perform(ticket, "assign", actor=agent, via="html", data={"team": desk.name})

    event = ticket.events.last()
    assert (event.verb, event.from_state, event.to_state) == ("incident.assign", "new", "assigned")
    assert event.data["answers"] == {"team": desk.name}
    assert event.data["internal"]["changes"] == [
        {"field": "team", "before": None, "after": desk.name}
    ]


def test_a_refused_change_leaves_no_trace(ticket, outsider):
    with pytest.raises(Exception, match="Only the people who work on this record"):
        perform(ticket, "start", actor=outsider, via="html")

    assert ticket.events.count() == 1
    assert fresh(ticket).version == 1


def test_the_chain_stays_whole_through_everything_that_can_happen(
    ticket, agent, colleague, requester, organisation
):
    other = a_ticket(actor=agent, requester=requester, organisation=organisation)
    local = clock.now().astimezone(ZoneInfo("Europe/Vienna")) - timedelta(minutes=5)

    perform(ticket, "start", actor=agent, via="html", at=local)
    add_comment(
        ticket, body="Grüß Gott ☕", visibility="public", actor=agent, via="email", at=local
    )
    log_time(ticket, seconds=90, actor=agent, via="html")
    watch(ticket, person=colleague, actor=agent, via="html")
    link_records(ticket, other, "relates_to", actor=agent, via="html")
    perform(ticket, "merge", actor=agent, via="html", data={"into": other.number})

    chain_is_whole(fresh(ticket))
    chain_is_whole(fresh(other))


def test_a_row_changed_behind_the_programs_back_breaks_the_chain(ticket, agent):
    perform(ticket, "start", actor=agent, via="html")

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE records_event SET actor_id = NULL WHERE sequence = 1")
        cursor.execute("SET session_replication_role = DEFAULT")

    with pytest.raises(AssertionError):
        chain_is_whole(fresh(ticket))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE records_event SET verb = 'nothing'",
        "DELETE FROM records_event",
        "TRUNCATE records_event CASCADE",
    ],
)
def test_the_database_refuses_to_rewrite_history(ticket, statement):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
            cursor.execute(statement)

    assert Event.objects.filter(record=ticket).count() == 1


def test_every_step_of_a_life_is_one_event(cast):
    ticket = at_state("incident", "closed", cast)

    assert [event.verb for event in ticket.events.order_by("sequence")] == [
        "incident.opened",
        "incident.resolve",
        "incident.close",
    ]
    chain_is_whole(ticket)
