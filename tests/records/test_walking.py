"""From a record to the one before and after it in the list it was opened from; and stable pages."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.crowds import copies
from tests.doors import browser
from tests.factories import a_ticket, fresh
from valuechain.records.actions import edit_record, perform
from valuechain.records.models import Record

LIST = "/tickets/?view=open&state=open&ordering=number&page_size=3"


@pytest.fixture
def page(agent):
    return browser(agent)


@pytest.fixture
def tickets(agent, requester, desk):
    return [
        a_ticket(actor=agent, requester=requester, team=desk, title=f"Ticket {n}") for n in range(5)
    ]


def opened(page, number):
    """Return the address the list gives to a record."""
    body = page.get(LIST).content.decode()
    return unescape(re.search(rf'href="(/tickets/{number}/\?[^"]+)"', body)[1])


def step(page, address, rel):
    body = page.get(address).content.decode()
    found = re.search(rf'href="([^"]+)" rel="{rel}"', body)
    return unescape(found[1]) if found else None


def number_of(address):
    return re.search(r"/tickets/([A-Z]+-\d+)/", address)[1]


def test_next_and_previous_walk_the_list_over_the_ends_of_its_pages(page, tickets):
    at = opened(page, tickets[0].number)
    assert step(page, at, "prev") is None

    walked = [number_of(at)]
    while at := step(page, at, "next"):
        walked.append(number_of(at))
        last = at

    assert walked == [ticket.number for ticket in tickets]
    back = [number_of(last)]
    while last := step(page, last, "prev"):
        back.append(number_of(last))
    assert back == walked[::-1]


def test_when_the_record_has_left_the_list_the_walk_goes_on_from_its_place(page, agent, tickets):
    at = opened(page, tickets[1].number)
    perform(tickets[1], "cancel", actor=agent, via="html", data={"reason": "Done with"})

    assert number_of(step(page, at, "next")) == tickets[2].number
    assert number_of(step(page, at, "prev")) == tickets[0].number


def test_the_way_back_is_the_list_it_was(page, tickets):
    body = page.get(opened(page, tickets[0].number)).content.decode()

    href = unescape(re.search(r'href="([^"]+)" data-keys="u"', body)[1])
    assert href == LIST


@pytest.mark.parametrize("query", ["?from=state%3Dopen", "?i=1", "?from=x%26cursor%3Dy&i=99999", "?from=ordering%3Dnonsense&i=2"])  # fmt: skip
def test_a_strange_address_is_a_page_like_any_other(page, tickets, query):
    assert page.get(f"/tickets/{tickets[0].number}/{query}").status_code == 200


def test_every_ticket_is_met_once_while_a_hundred_arrive_and_change(
    page, agent, requester, tickets
):
    copies(tickets[0], 40)
    before = set(Record.objects.values_list("number", flat=True))
    address = "/tickets/?view=open&state=open&ordering=-opened_at&page_size=5"
    met, turn = [], 0
    while address:
        body = page.get(address).content.decode()
        met += re.findall(r'<tr role="row" id="row-([A-Z]+-\d+)"', body)
        copies(tickets[1], 10)
        edit_record(fresh(tickets[2]), {"title": f"Turn {turn}"}, actor=agent, via="html")
        turn += 1
        onward = re.search(r'href="([^"]+)" rel="next"', body)
        address = unescape(onward[1]) if onward and turn < 60 else None

    seen = [number for number in met if number in before]
    assert sorted(seen) == sorted(before)
