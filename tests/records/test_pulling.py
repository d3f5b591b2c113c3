"""Another system follows the audit trail by id, and misses nothing however transactions end."""

from __future__ import annotations

import threading

import pytest
from django.db import close_old_connections, transaction

from tests.doors import Machine
from tests.factories import a_ticket
from valuechain.records.actions import add_comment
from valuechain.records.models import Event


@pytest.fixture
def tickets(agent, requester, organisation):
    return [
        a_ticket(actor=agent, requester=requester, organisation=organisation, title=title)
        for title in ("First", "Second")
    ]


def say(ticket, actor, body):
    add_comment(ticket, body=body, visibility="public", actor=actor, via="html")


def test_each_event_is_pulled_once_in_order(tickets, agent):
    machine = Machine(agent)
    last, pulled = 0, []
    while page := machine.get(f"events/?page_size=2&after={last}").json()["results"]:
        pulled += [event["id"] for event in page]
        last = pulled[-1]
    say(tickets[0], agent, "News")
    (news,) = machine.get(f"events/?after={last}").json()["results"]

    assert (
        pulled
        == list(Event.objects.visible_to(agent).order_by("pk").values_list("pk", flat=True))[
            : len(pulled)
        ]
    )
    assert (news["verb"], news["record"]) == ("comment.reply", tickets[0].number)


@pytest.mark.parametrize("wrong", ["x", "-1", "1.5", "9" * 30])
def test_what_is_no_id_is_refused(tickets, agent, wrong):
    answer = Machine(agent).get(f"events/?after={wrong}")

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "after")


@pytest.mark.django_db(transaction=True)
def test_an_event_that_is_committed_late_is_not_passed_over(tickets, agent):
    machine = Machine(agent)
    last = Event.objects.order_by("-pk").values_list("pk", flat=True).first()
    wrote, may_end = threading.Event(), threading.Event()

    def slowly() -> None:
        try:
            with transaction.atomic():
                say(tickets[0], agent, "Slow")
                wrote.set()
                assert may_end.wait(60)
        finally:
            close_old_connections()

    thread = threading.Thread(target=slowly)
    thread.start()
    assert wrote.wait(60)
    say(tickets[1], agent, "Quick")
    meanwhile = machine.get(f"events/?after={last}").json()["results"]
    may_end.set()
    thread.join(60)
    after = machine.get(f"events/?after={last}").json()["results"]

    assert meanwhile == []
    assert [event["record"] for event in after] == [tickets[0].number, tickets[1].number]
