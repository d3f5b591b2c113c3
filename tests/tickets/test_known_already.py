"""What an agent reads beside an incident: the error behind it, and others that read like it."""

from __future__ import annotations

import re

import pytest

from tests.doors import browser
from tests.factories import a_ticket, fresh
from valuechain.records.actions import hand_off, perform
from valuechain.records.vocabulary import Via


@pytest.fixture
def problem(agent, requester):
    incident = a_ticket(actor=requester, title="Berth display is dark")
    found = hand_off(incident, "open_problem", actor=agent, via=Via.HTML).target.specific
    perform(found, "investigate", actor=agent, via=Via.HTML)
    known = {"root_cause": "The supply overheats.", "workaround": "Switch it off for an hour."}
    perform(fresh(found), "record_known_error", actor=agent, via=Via.HTML, data=known)
    return fresh(found)


def known(page, ticket):
    """What the page of a ticket asks for once it is there."""
    (address,) = re.findall(r'hx-get="([^"]+/known/)"', page.get(ticket.get_absolute_url()).text)
    return page.get(address, headers={"HX-Request": "true"}).text


def test_the_workaround_stands_beside_a_call_that_reads_alike(agent, problem):
    beside = browser(agent).get("/tickets/call/?title=The berth display is dark again").text

    assert "Known errors" in beside
    assert "Switch it off for an hour." in beside


def test_a_title_of_one_short_word_is_looked_for_too(agent, problem):
    beside = browser(agent).get("/tickets/call/?title=Fax").text

    assert "Log a call" in beside
    assert "Known errors" not in beside


def test_an_incident_shows_the_known_error_and_is_tied_to_it(agent, requester, problem):
    again = a_ticket(actor=requester, title="Berth display dark again")
    desk = browser(agent)

    page = known(desk, again)
    assert "Switch it off for an hour." in page
    assert f'It is caused by this<span class="hide"> {problem.number}' in page
    tied = desk.post(
        f"/tickets/{again.number}/link/", {"kind": "caused_by", "target": problem.number}
    )

    assert tied.status_code == 302
    assert "Caused by" in desk.get(again.get_absolute_url()).text
    assert "Switch it off for an hour." in known(desk, again)
    assert "It is caused by this" not in known(desk, again)


def test_an_incident_lists_those_that_read_alike_and_no_others(agent, requester):
    first = a_ticket(actor=requester, title="Berth display is dark (Mon)")
    other = a_ticket(actor=requester, title="Coffee machine leaks")
    last = a_ticket(actor=requester, title="Berth display is dark (Tue)")

    card = known(browser(agent), last)

    assert first.number in card
    assert other.number not in card


def test_without_scripts_it_is_a_page_of_its_own(agent, requester, problem):
    again = a_ticket(actor=requester, title="Berth display dark again")

    page = browser(agent).get(f"/tickets/{again.number}/known/").text

    assert "<h1>Berth display dark again</h1>" in page
    assert "Switch it off for an hour." in page


def test_where_nothing_is_known_it_says_so(agent, requester):
    alone = a_ticket(actor=requester, title="Coffee machine leaks")

    assert "no incident of late reads like this one" in known(browser(agent), alone)


def test_whoever_asked_reads_nothing_of_it(requester, problem):
    again = a_ticket(actor=requester, title="Berth display dark again")
    part = browser(requester).get(f"/tickets/{again.number}/known/")
    assert part.headers["Location"] == f"/portal/requests/{again.number}/"

    page = browser(requester).get(f"/portal/requests/{again.number}/").text

    assert "Switch it off for an hour." not in page
    assert problem.number not in page


def test_a_new_incident_came_by_phone_and_belongs_where_its_requester_does(
    agent, requester, admin, organisation
):
    desk = browser(agent)
    form = desk.get("/tickets/new/?kind=incident").text
    assert '<option value="phone" selected>' in form

    desk.post(
        "/tickets/new/?kind=incident",
        {"title": "No dial tone", "requester": requester.email, "channel": "phone"},
    )

    opened = requester.participations.latest("pk").record
    assert (opened.title, opened.channel) == ("No dial tone", "phone")
    assert opened.organisation_id == requester.organisation_id
