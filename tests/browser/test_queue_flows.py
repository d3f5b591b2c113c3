"""The queue in a real browser: by keyboard, alive, without scripts, and readable in every state."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.factories import a_ticket, fresh
from valuechain.records import presence
from valuechain.records.actions import edit_record
from valuechain.records.models import SavedView

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

QUEUE = "/tickets/?view=open&state=open&ordering=number"


@pytest.fixture
def tickets(requester, agent, desk):
    made = [
        a_ticket(actor=requester, team=desk, title=title)
        for title in ("Label printer prints blanks", "Router is warm", "Door stays open")
    ]
    yield made
    for record in made:
        presence.leave(record.pk, agent)


def at(page, words):
    """Wait until the focus is on what holds these words."""
    until(page, lambda: page.evaluate("document.activeElement.textContent") == words)


def until(page, holds):
    """Wait until something holds; the policy of the pages lets no test wait inside them."""
    for _moment in range(100):
        if holds():
            return
        page.wait_for_timeout(50)
    pytest.fail("What was waited for never came.")


def ask_now(page):
    """Let a page ask what is new, rather than wait for its turn."""
    with page.expect_response(lambda answer: "/live/?" in answer.url):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_rows_are_chosen_taken_and_given_back_by_keyboard(as_person, agent, tickets):
    page = as_person(agent, QUEUE)

    for key in ("j", "x", "j", "j", "Shift+X"):
        page.keyboard.press(key)
    page.get_by_text("3 selected").wait_for()
    page.keyboard.press("Escape")
    expect(page.get_by_text("3 selected")).not_to_be_visible()
    for key in ("k", "x", "a"):
        page.keyboard.press(key)
    page.get_by_role("button", name="To me").wait_for()
    page.keyboard.press("i")
    page.get_by_role("heading", name="1 changed").wait_for()
    page.wait_for_load_state()  # keys work once the scripts are there
    assert [fresh(t).owner for t in tickets] == [None, agent, None]

    page.keyboard.press("z")
    page.get_by_role("heading", name="Taken back").wait_for()
    page.wait_for_load_state()
    assert fresh(tickets[1]).owner is None
    page.keyboard.press("u")
    page.wait_for_url("**/tickets/?**")


def test_only_steps_that_a_row_ticked_can_take_are_offered(as_person, agent, requester, tickets):
    a_ticket("service_request", actor=requester, team=tickets[0].team, title="A new badge")
    page = as_person(agent, QUEUE)
    page.locator("tr", has_text="A new badge").get_by_role("checkbox").check()

    page.keyboard.press("s")
    menu = page.locator(".selection details[open]")
    offered = menu.get_by_role("button")
    offered.get_by_text("Ask for approval", exact=True).wait_for()
    assert "Declare a major incident" not in [t for t in offered.all_inner_texts() if t]
    assert offered.filter(visible=True).count() < 12

    page.keyboard.press("Escape")
    page.locator("tr", has_text=tickets[0].title).get_by_role("checkbox").check()
    page.keyboard.press("s")
    both = {"Ask for approval", "Declare a major incident"}
    until(page, lambda: both <= set(offered.all_inner_texts()))


def test_what_acts_on_a_selection_acts_on_the_row_at_hand(as_person, agent, tickets):
    page = as_person(agent, QUEUE)

    page.keyboard.press("j")
    page.keyboard.press("e")

    page.get_by_role("heading", name="Resolve: 1 selected").wait_for()
    expect(page.get_by_text(tickets[0].title)).to_be_visible()


def test_a_record_is_opened_walked_and_left_by_keyboard(as_person, agent, tickets):
    page = as_person(agent, QUEUE)

    page.keyboard.press("j")
    page.keyboard.press("Enter")
    for ticket, leave in ((tickets[0], "Shift+J"), (tickets[1], "Shift+K"), (tickets[0], "u")):
        page.get_by_role("heading", level=1, name=ticket.title).wait_for()
        page.wait_for_load_state()  # keys work once the scripts are there
        page.keyboard.press(leave)

    page.get_by_role("heading", level=1, name="Tickets").wait_for()
    page.wait_for_url(f"**{QUEUE}")


def test_a_peek_opens_beside_the_list_and_gives_the_focus_back(as_person, agent, tickets):
    page = as_person(agent, QUEUE)

    page.keyboard.press("j")
    page.keyboard.press("o")
    page.get_by_role("dialog", name=tickets[0].title).wait_for()
    page.get_by_role("link", name="Open full page").wait_for()
    page.keyboard.press("Escape")

    at(page, tickets[0].title)


def test_the_palette_finds_acts_and_gives_the_focus_back(as_person, agent, tickets):
    page = as_person(agent, QUEUE)
    page.keyboard.press("j")

    page.keyboard.press("Control+k")
    page.keyboard.type("router")
    page.get_by_role("option", name="Router is warm").wait_for()
    page.keyboard.press("Escape")
    at(page, tickets[0].title)
    page.keyboard.press("Control+k")
    page.keyboard.type("router")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="Router is warm").wait_for()
    page.wait_for_load_state()

    page.keyboard.press("Control+k")
    page.keyboard.type("> resolve")
    page.get_by_role("option", name="Resolve").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/tickets/{tickets[1].number}/do/resolve/")


def test_the_next_ticket_is_one_press_away(as_person, agent, tickets):
    page = as_person(agent, QUEUE)

    page.keyboard.press("Shift+N")
    page.get_by_text("is yours.").wait_for()

    assert sum(fresh(t).owner == agent for t in tickets) == 1


def test_columns_are_moved_in_a_dialog_by_keyboard(as_person, agent, tickets):
    page = as_person(agent, QUEUE)

    page.get_by_role("link", name="Columns").focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog", name="Columns of Tickets").wait_for()
    page.get_by_role("button", name="Move Title up").focus()
    page.keyboard.press("Enter")
    until(page, lambda: "Title" in page.locator("#sheet .check").first.inner_text())
    assert page.evaluate("document.activeElement.id") == "up-title"
    page.get_by_role("button", name="Use these columns").focus()
    page.keyboard.press("Enter")

    page.wait_for_url("**cols=title%2Cnumber%2C**")


def test_rows_change_where_they_are_and_news_wait_for_a_press(
    as_person, agent, lead, requester, desk, tickets
):
    page = as_person(agent, QUEUE)
    page.wait_for_load_state("networkidle")
    page.keyboard.press("j")
    edit_record(tickets[0], {"title": "Label printer is on fire"}, actor=lead, via="html")
    a_ticket(actor=requester, team=desk, title="Brand new")

    ask_now(page)
    page.get_by_role("link", name="Label printer is on fire").wait_for()
    page.get_by_text("1 change, show").wait_for()
    assert page.evaluate("document.activeElement.textContent") == "Label printer is on fire"
    expect(page.get_by_text("Brand new")).not_to_be_visible()

    page.keyboard.press(".")
    page.get_by_role("link", name="Brand new").wait_for()


def test_two_people_at_a_ticket_see_each_other(as_person, agent, lead, tickets):
    address = tickets[0].get_absolute_url()
    first = as_person(lead, address)
    first.wait_for_load_state("networkidle")
    second = as_person(agent, address)

    second.get_by_text("Leo Lead is viewing").wait_for()
    ask_now(first)
    first.get_by_text("Agnes Agent is viewing").wait_for()
    presence.leave(tickets[0].pk, lead)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
def test_every_state_of_the_queue_is_readable_by_all(
    as_person, live_server, audit, sideways, agent, tickets, scheme, width
):
    page = as_person(agent, QUEUE, scheme=scheme, width=width)

    def check(what):
        assert audit(page) == [], what
        assert sideways(page) <= 0, what

    check("the list")
    page.locator(".pick input[name=number]").first.check()
    check("rows selected")
    page.keyboard.press("Control+k")
    page.locator("#palette [role=option]").first.wait_for()
    check("the palette")
    page.goto(live_server.url + QUEUE + "&find=colour:red&priority=77")
    check("parts not understood")
    page.get_by_role("link", name="Columns").click()
    page.get_by_role("dialog").wait_for()
    check("the columns dialog")
    for address in ("/tickets/columns/?state=open", "/tickets/views/new/?state=open&owner=me"):
        page.goto(live_server.url + address)
        check(address)
    page.goto(live_server.url + QUEUE)
    page.keyboard.press("j")
    page.keyboard.press("o")
    page.get_by_role("link", name="Open full page").wait_for()
    check("a peek")
    assert page.complaints == []


def test_views_filters_columns_and_bulk_work_without_scripts(as_person, agent, tickets):
    page = as_person(agent, "/tickets/", java_script_enabled=False)

    page.get_by_role("searchbox", name="Filter this list").fill("owner:none -prio:1 router")
    page.get_by_role("button", name="Search").last.click()
    expect(page.get_by_role("link", name="Router is warm")).to_be_visible()
    expect(page.get_by_role("link", name="Door stays open")).not_to_be_visible()
    page.get_by_role("link", name="Save as", exact=True).click()
    page.get_by_role("textbox", name="Name").fill("Warm routers")
    page.get_by_role("button", name="Save the view").click()
    expect(page.get_by_role("link", name="Warm routers 1")).to_be_visible()
    assert SavedView.objects.get().filters["q"] == ["router"]

    page.get_by_role("link", name="Columns").click()
    page.get_by_role("button", name="Move Title up").click()
    page.get_by_role("button", name="Use these columns").click()
    expect(page.get_by_text("edited", exact=True)).to_be_visible()
    page.get_by_role("link", name="Reset").click()

    page.get_by_role("checkbox", name=tickets[1].number).check()
    page.get_by_role("button", name="Team", exact=True).click()
    page.get_by_role("combobox", name="Team").select_option(label="Harbour desk")
    page.get_by_role("button", name="Team: 1 record").click()
    expect(page.get_by_role("heading", name="1 changed")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="Taken back")).to_be_visible()
