"""What everybody does every day, without scripts: come in, find, filter, turn the page, rate (goal 18).

The whole jobs without scripts stand with each job; here is what lies between them.
"""

from __future__ import annotations

import pytest

from tests.factories import a_ticket, at_state
from valuechain.improve.csat import link_for
from valuechain.improve.models import Feedback

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TITLES = ("Label printer prints blanks", "Router is warm", "Door stays open", "Colour printer hums")


@pytest.fixture
def tickets(requester, desk):
    return [a_ticket(actor=requester, team=desk, title=title) for title in TITLES]


def rows(page):
    """The titles in the list, in their order."""
    return [
        title
        for words in page.locator(".record-table tbody tr").all_inner_texts()
        for title in TITLES
        if title in words
    ]


def test_somebody_signs_in_and_finds_from_the_header(open_page, agent, tickets):
    agent.set_password("correct horse battery")
    agent.save()
    page = open_page("/tickets/", java_script_enabled=False)

    page.get_by_label("E-mail").fill(agent.email)
    page.get_by_label("Password", exact=True).fill("correct horse battery")
    page.get_by_role("button", name="Sign in").click()
    assert page.get_by_role("heading", level=1, name="Tickets").is_visible()

    field = page.get_by_role("searchbox", name="Search everything")
    field.fill("router")
    field.press("Enter")
    assert page.get_by_role("link", name="Router is warm").is_visible()
    assert not page.get_by_role("link", name="Door stays open").is_visible()

    field.fill(tickets[2].number)
    field.press("Enter")
    assert page.get_by_role("heading", level=1, name="Door stays open").is_visible()


def test_a_wrong_password_is_answered_in_words(open_page, agent):
    page = open_page("/login/", java_script_enabled=False)

    page.get_by_label("E-mail").fill(agent.email)
    page.get_by_label("Password", exact=True).fill("not this one")
    page.get_by_role("button", name="Sign in").click()

    assert page.title().startswith("Error: ")
    assert page.get_by_role("heading", name="There is a problem").is_visible()
    assert page.get_by_label("E-mail").input_value() == agent.email


def test_a_list_is_turned_and_turned_back(as_person, agent, tickets):
    page = as_person(
        agent, "/tickets/?view=all&ordering=number&page_size=2", java_script_enabled=False
    )

    assert rows(page) == list(TITLES[:2])
    page.get_by_role("link", name="Later").click()
    assert rows(page) == list(TITLES[2:])
    assert not page.get_by_role("link", name="Later").count()
    page.get_by_role("link", name="Earlier").click()
    assert rows(page) == list(TITLES[:2])


def test_a_queue_is_filtered_and_the_filter_outlives_the_turn_of_a_page(as_person, agent, tickets):
    page = as_person(
        agent, "/tickets/?view=all&ordering=number&page_size=1", java_script_enabled=False
    )

    page.get_by_role("searchbox", name="Filter this list").fill("printer")
    page.locator("form", has=page.get_by_role("searchbox", name="Filter this list")).get_by_role(
        "button"
    ).first.click()
    assert rows(page) == [TITLES[0]]
    page.get_by_role("link", name="Later").click()
    assert rows(page) == [TITLES[3]]


def test_finished_work_is_rated_by_the_mailed_link(open_page, cast):
    record = at_state("incident", "resolved", cast)
    page = open_page(link_for(record, cast.requester), java_script_enabled=False)

    page.get_by_role("button", name="Send").click()
    assert page.title().startswith("Error: ")
    page.get_by_label("Yes").check()
    page.get_by_label("4").check()
    page.get_by_role("button", name="Send").click()

    assert page.get_by_role("heading", name="Thank you").is_visible()
    assert Feedback.objects.get().score == 4
