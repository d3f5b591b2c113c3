"""Who is at a record is seen there, as long as they look and hardly longer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from itsm.core import clock
from tests.factories import a_ticket
from valuechain.records import presence

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: How often a page that is looked at asks, in seconds.
TURN = 15


@pytest.fixture
def ticket(frozen, requester, agent, lead, desk):
    record = a_ticket(actor=requester, team=desk, title="Label printer prints blank labels")
    yield record
    for person in (agent, lead):
        presence.leave(record.pk, person)


@pytest.fixture
def at_ticket(frozen, as_person, ticket):
    """Open the ticket in a browser whose time stands still until a turn passes."""

    def open_(person):
        page = as_person(person, "/me/")
        page.clock.install(time=clock.now())
        page.clock.pause_at(clock.now() + timedelta(seconds=1))
        with page.expect_response(lambda answer: "/live/?" in answer.url):
            page.goto(page.url.replace("/me/", ticket.get_absolute_url()))
        return page

    return open_


def ask(page):
    """Let a turn pass for a page, at the end of which it asks."""
    with page.expect_response(lambda answer: "/live/?" in answer.url) as answer:
        page.clock.run_for(TURN * 1000)
    assert answer.value.status in (200, 304)


def test_whoever_looks_stays_for_ten_minutes_and_is_gone_65_seconds_after(
    frozen, at_ticket, agent, lead
):
    watcher = at_ticket(agent)
    seen = watcher.get_by_text("Leo Lead is viewing")
    expect(seen).to_have_count(0)

    viewer = at_ticket(lead)
    for turn in range(10 * 60 // TURN):
        frozen.shift(timedelta(seconds=TURN))
        # The watcher first, the last beat comes as late as it can.
        ask(watcher)
        expect(seen, f"after {turn + 1} turns").to_be_visible()
        ask(viewer)

    for turn in range(65 // TURN):
        frozen.shift(timedelta(seconds=TURN))
        ask(watcher)
        if turn == 1:  # two beats may get lost on the way
            expect(seen).to_be_visible()
    expect(seen).to_have_count(0)
