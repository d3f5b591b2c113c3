"""The pages an agent lives in, in a real browser: my work, the queue, a ticket, an activity."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.factories import a_ticket, fresh
from valuechain.records.actions import add_comment
from valuechain.records.vocabulary import Via

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ticket(requester, agent, desk):
    """A ticket nobody has yet, with a public question and a note on it."""
    record = a_ticket(actor=requester, team=desk, title="Label printer prints blank labels")
    for visibility, body in (("public", "Since when?"), ("internal", "Roll changed today.")):
        add_comment(record, body=body, visibility=visibility, actor=agent, via=Via.HTML)
    return record


def test_an_agent_goes_from_my_work_to_a_ticket_taken_by_keyboard(as_person, agent, ticket):
    page = as_person(agent, "/")

    page.keyboard.press("g")
    page.keyboard.press("t")
    page.wait_for_url("**/tickets/?view=open&state=open")
    page.get_by_role("link", name=ticket.title).focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/tickets/{ticket.number}/?**")
    page.keyboard.press("a")
    page.keyboard.press("i")
    page.get_by_text(f"{ticket.number} is yours.").wait_for()

    assert fresh(ticket).owner == agent


def test_the_search_opens_with_one_key_and_an_exact_number_leads_to_its_record(
    as_person, agent, ticket
):
    page = as_person(agent, "/")

    page.keyboard.press("Control+k")
    page.keyboard.type(ticket.number.lower())
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/tickets/{ticket.number}/")

    expect(page.get_by_role("heading", level=1)).to_have_text(ticket.title)


def test_a_record_is_suggested_where_one_is_to_be_named(as_person, agent, ticket, requester):
    other = a_ticket(actor=requester, title="Router is warm")
    page = as_person(agent, f"/tickets/{ticket.number}/link/")

    page.get_by_role("combobox", name="Which record").press_sequentially("router")
    page.get_by_role("option", name=other.number).wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    assert other.number in page.get_by_role("combobox", name="Which record").input_value()


def test_my_work_and_a_ticket_are_whole_without_scripts(as_person, agent, ticket):
    page = as_person(agent, "/", java_script_enabled=False)

    page.get_by_role("link", name="Nobody's tickets, in my teams").click()
    page.get_by_role("link", name=ticket.title).click()
    page.get_by_role("button", name="Take it").click()

    expect(page.get_by_text(f"{ticket.number} is yours.")).to_be_visible()


def test_columns_that_were_chosen_stand_under_their_heads_where_there_is_little_room(
    as_person, agent, cast
):
    a_ticket(actor=agent, requester=cast.requester, title="Crane stands still")
    page = as_person(agent, "/tickets/?view=all&cols=number,title,requester,updated_at,state")

    lefts = page.evaluate(
        """() => ["thead", "tbody"].map((part) => [...document.querySelectorAll(`.record-table ${part} tr:first-child > *`)]
          .map((cell) => Math.round(cell.getBoundingClientRect().left)))"""
    )
    assert lefts[0] == lefts[1]
    expect(page.locator("tbody tr").first.get_by_text(cast.requester.name)).to_be_visible()
