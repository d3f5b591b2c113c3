"""The panel of a ticket: who asked, why it matters, and one value changed in its place."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import a_ticket, at_state
from valuechain.records.actions import perform


@pytest.fixture
def page(agent) -> Client:
    client = Client()
    client.force_login(agent)
    return client


@pytest.fixture
def ticket(requester):
    return a_ticket(actor=requester, title="Printer is jammed", impact=3, urgency=3)


def test_it_says_who_asked_how_to_reach_them_and_what_else_they_have(page, ticket, requester):
    requester.phone, requester.place = "+43 1 555", "North, ward 3"
    requester.save()
    for n in range(4):
        a_ticket(actor=requester, title=f"Earlier {n}")

    shown = page.get(ticket.get_absolute_url()).content.decode()

    assert 'href="tel:+431555"' in shown
    assert "North, ward 3" in shown
    assert [n for n in range(4) if f"Earlier {n}" in shown] == [1, 2, 3]


def test_it_says_where_the_priority_comes_from(page, ticket, agent):
    assert "One team · Work is slowed" in page.get(ticket.get_absolute_url()).content.decode()

    perform(ticket, "set_priority", actor=agent, via="html",
            data={"priority": 1, "reason": "The board waits"})  # fmt: skip

    shown = page.get(ticket.get_absolute_url()).content.decode()
    assert "Overridden: The board waits" in shown


def test_one_value_is_changed_in_its_place(page, ticket):
    url = f"{ticket.get_absolute_url()}edit/?only=impact"
    assert f'hx-get="{url}"' in page.get(ticket.get_absolute_url()).content.decode()

    part = page.get(url, headers={"HX-Request": "true"}).content.decode()
    saved = page.post(url, {"impact": "1", "version": str(ticket.version)})

    assert 'name="impact"' in part
    assert 'name="title"' not in part
    assert "<html" not in part
    assert saved.status_code == 302
    ticket.refresh_from_db()
    assert (ticket.impact, ticket.title) == (1, "Printer is jammed")


def test_without_scripts_one_value_is_changed_on_a_page_of_its_own(page, ticket):
    shown = page.get(f"{ticket.get_absolute_url()}edit/?only=impact").content.decode()

    assert "<html" in shown
    assert 'name="impact"' in shown
    assert 'name="title"' not in shown


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(page, ticket, agent):
    stale = ticket.version
    perform(ticket, "set_priority", actor=agent, via="html", data={"priority": 1, "reason": "x"})

    answer = page.post(
        f"{ticket.get_absolute_url()}edit/?only=impact", {"impact": "1", "version": str(stale)}
    )

    assert answer.status_code == 422
    ticket.refresh_from_db()
    assert ticket.impact == 3


def test_a_finished_ticket_offers_no_change(page, cast):
    done = at_state("incident", "closed", cast)

    assert "?only=" not in page.get(done.get_absolute_url()).content.decode()
