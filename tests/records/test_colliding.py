"""Two people edit one record: the slower one loses no word, sees what changed, and can go on."""

from __future__ import annotations

import pytest

from tests.doors import browser
from tests.factories import a_ticket


@pytest.fixture
def ticket(agent, requester, desk):
    return a_ticket(actor=agent, requester=requester, team=desk, title="Printer mute")


def sent(ticket, **changes):
    """What the form of the ticket sends when it was opened now."""
    return {
        "version": ticket.version,
        "title": ticket.title,
        "description": ticket.description,
        "requester": ticket.requester.email,
        "organisation": ticket.organisation_id,
        **changes,
    }


def test_what_was_typed_stays_and_what_changed_is_told(agent, lead, ticket):
    at = f"{ticket.get_absolute_url()}edit/"
    mine = sent(ticket, description="It is the fuse.")
    browser(lead).post(at, sent(ticket, title="Printer says nothing"))

    answer = browser(agent).post(at, mine)

    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "This was changed while you wrote." in shown
    assert "It is the fuse." in shown
    assert str(lead) in shown
    assert "Printer mute" in shown  # what it was before
    assert 'value="Printer says nothing"' in shown  # a field left alone keeps the other's words


def test_saving_once_more_keeps_both(agent, lead, ticket):
    at = f"{ticket.get_absolute_url()}edit/"
    mine = sent(ticket, description="It is the fuse.")
    browser(lead).post(at, sent(ticket, title="Printer says nothing"))
    again = browser(agent).post(at, mine).context["form"].data

    browser(agent).post(at, again.dict())

    ticket.refresh_from_db()
    assert (ticket.title, ticket.description) == ("Printer says nothing", "It is the fuse.")
