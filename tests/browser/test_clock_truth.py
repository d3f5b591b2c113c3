"""A clock on the page says what the server says, however wrong the clock of the desk's computer is."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from itsm.core import clock
from itsm.core.templatetags.ui import clock_badge
from sla.models import Clock
from tests.factories import a_ticket, fresh
from tests.sla.promises import HOUR, a_calendar, an_agreement
from valuechain.records.actions import perform
from valuechain.records.panels import panels
from valuechain.records.vocabulary import Via

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: How wrong the computer's own clock is, and how near to a minute's end the words are compared.
WRONG = timedelta(minutes=7)
NEAR = timedelta(seconds=2)
#: A little longer than the page waits before it asks again.
POLL = timedelta(seconds=16)
SHOWN = ".record-line .sla-text"


@pytest.fixture
def ticket(frozen, agent, requester, desk):
    an_agreement(targets={"any": {"resolution": 4 * HOUR}})
    return a_ticket(actor=requester, team=desk, title="Label printer prints blank labels")


@pytest.fixture
def desk_clock(frozen, as_person, agent):
    """Open a page on a computer whose clock is wrong; time then passes for it and the server alike."""

    class Desk:
        def open(self, address, shown=SHOWN):
            self.page = as_person(agent, "/me/")
            self.page.clock.install(time=clock.now() + WRONG)
            self.page.clock.pause_at(clock.now() + WRONG + timedelta(seconds=1))
            self.page.goto(self.page.url.replace("/me/", address))
            self.page.locator(shown).first.wait_for()
            return self.page

        def wait(self, span):
            frozen.shift(span)
            self.page.clock.run_for(int(span.total_seconds() * 1000))

        def sleep(self, span):
            frozen.shift(span)
            self.page.clock.fast_forward(int(span.total_seconds() * 1000))
            self.wait(timedelta(seconds=1))

    return Desk()


def said_by_server(record, agent):
    """What a page opened at this very instant would say."""
    shown = panels.record_context(fresh(record), actor=agent)["clocks"]
    return [re.search(r'class="sla-text">([^<]+)', str(clock_badge(one)))[1] for one in shown]


def agrees(page, record, agent, shown=SHOWN):
    """Wait until the page says what the server says."""
    words = said_by_server(record, agent)
    expect(page.locator(shown)).to_have_text(words, timeout=90_000)
    return words


def test_it_tells_the_time_left_to_two_seconds_for_half_an_hour(ticket, desk_clock, agent):
    page = desk_clock.open(ticket.get_absolute_url())

    desk_clock.wait(timedelta(minutes=1) - NEAR)
    for _turn in range(30):
        before = page.locator(SHOWN).all_inner_texts()
        assert before == said_by_server(ticket, agent)
        desk_clock.wait(2 * NEAR)
        after = page.locator(SHOWN).all_inner_texts()
        assert after == said_by_server(ticket, agent) != before
        desk_clock.wait(timedelta(minutes=1) - 2 * NEAR)
    assert Clock.objects.get(record=ticket).state == "running"


def test_it_stops_and_goes_on_with_the_server(ticket, desk_clock, agent, lead):
    page = desk_clock.open(ticket.get_absolute_url())
    until = (clock.now() + timedelta(days=1)).isoformat()
    perform(ticket, "start", actor=lead, via=Via.HTML)
    perform(ticket, "wait_for_customer", actor=lead, via=Via.HTML,
            data={"reason": "the serial number", "follow_up_at": until})  # fmt: skip

    desk_clock.wait(POLL)
    assert agrees(page, ticket, agent)[0].startswith("Paused, ")
    desk_clock.sleep(timedelta(minutes=10))
    agrees(page, ticket, agent)

    perform(fresh(ticket), "resume", actor=lead, via=Via.HTML)
    desk_clock.wait(POLL)
    assert "Paused" not in agrees(page, ticket, agent)[0]
    desk_clock.wait(timedelta(minutes=5))
    agrees(page, ticket, agent)


@pytest.fixture
def office_ticket(frozen, requester, desk):
    """A ticket due in four hours of an office that closes from ten to eleven."""
    hours = [["08:00", "10:00"], ["11:00", "16:00"]]
    office = a_calendar("Office", {"tz": "UTC", "weekly": {"mon": hours}})
    an_agreement(calendar=office, targets={"any": {"resolution": 4 * HOUR}})
    return a_ticket(actor=requester, team=desk, title="Label printer prints blank labels")


@pytest.mark.parametrize("where", ["record", "list"])
def test_it_keeps_the_hours_of_its_calendar(desk_clock, agent, office_ticket, where):
    ticket = office_ticket
    address, shown = (
        (ticket.get_absolute_url(), SHOWN)
        if where == "record"
        else ("/tickets/?state=open", ".record-table .sla-text")
    )
    page = desk_clock.open(address, shown)

    desk_clock.sleep(timedelta(hours=1, minutes=1))
    at_noon = agrees(page, ticket, agent, shown)
    desk_clock.sleep(timedelta(minutes=30))
    assert agrees(page, ticket, agent, shown) == at_noon
    desk_clock.sleep(timedelta(minutes=45))
    assert agrees(page, ticket, agent, shown) != at_noon
    desk_clock.sleep(timedelta(minutes=10))
    agrees(page, ticket, agent, shown)


def test_an_answer_that_comes_late_does_not_undo_a_later_one(desk_clock, agent, office_ticket):
    page = desk_clock.open(office_ticket.get_absolute_url())
    late, slow = [], True

    def network(route):
        if slow:
            late.append((route, route.fetch()))
        else:
            route.continue_()

    page.route("**/live/?*", network)
    desk_clock.sleep(timedelta(hours=1, minutes=1))
    while not any("clocks=1" in route.request.url for route, _answer in late):
        page.wait_for_timeout(50)

    slow = False
    desk_clock.sleep(timedelta(hours=1, minutes=15))
    assert agrees(page, office_ticket, agent) == ["2:43 left"]
    for route, answer in late:
        route.fulfill(response=answer)
    page.wait_for_timeout(200)
    desk_clock.sleep(timedelta(minutes=10))
    assert agrees(page, office_ticket, agent) == ["2:33 left"]


def test_a_clock_that_comes_near_its_end_is_said_once(ticket, desk_clock):
    page = desk_clock.open(ticket.get_absolute_url())
    said = page.locator("[data-clock-said]")
    expect(said).to_have_text("")

    desk_clock.sleep(timedelta(hours=3, minutes=15))
    expect(said).to_contain_text("0:45 left", timeout=90_000)
    desk_clock.wait(timedelta(minutes=5))
    expect(said).to_contain_text("0:45 left", timeout=90_000)
    desk_clock.sleep(timedelta(minutes=50))
    expect(said).to_contain_text("late", timeout=90_000)
