"""Keys that a person exchanged, pressed in a real browser: in place of the usual ones, in every script."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.factories import a_ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_own_key_does_what_the_usual_one_did_and_the_usual_one_nothing(as_person, cast, agent):
    tickets = [a_ticket(actor=agent, requester=cast.requester, title=f"Crane {n}") for n in (1, 2)]
    agent.key_map = {"c": "q", "j": "z", "g": "-", "z": "j"}
    agent.save()
    page = as_person(agent, "/tickets/")

    page.keyboard.press("z")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tickets/INC-*/**")
    assert any(ticket.number in page.url for ticket in tickets)

    page.keyboard.press("c")
    page.keyboard.press("?")
    dialog = page.locator("dialog#keys")
    row = dialog.locator("dt", has=page.locator("kbd", has_text="q")).first
    expect(row).to_be_visible()
    page.keyboard.press("Escape")

    page.keyboard.press("-")
    page.keyboard.press("t")
    page.wait_for_url("**/tickets/?view=*")
    page.keyboard.press("q")
    page.wait_for_url("**/tickets/call/**")
    assert page.complaints == []


def test_keys_are_exchanged_on_the_page_without_scripts_and_fit_narrow_screens(
    as_person, agent, audit, sideways
):
    page = as_person(agent, "/me/keyboard/", width=320, java_script_enabled=False)
    page.get_by_label("Log a call", exact=True).fill("r")
    page.get_by_role("button", name="Keep my keys").click()
    expect(page.get_by_text("would do two things").first).to_be_visible()

    with_scripts = as_person(agent, "/me/keyboard/", width=320)
    assert sideways(with_scripts) <= 0
    assert audit(with_scripts) == []


def test_the_page_of_a_ticket_has_the_keys_of_the_queue(as_person, agent, cast):
    ticket = a_ticket(actor=agent, requester=cast.requester, title="Crane stands still")
    page = as_person(agent, ticket.get_absolute_url())
    for keys, place in (("e", "do/resolve/"), ("p", "do/set_priority/"), ("ao", "do/assign/")):
        for key in keys:
            page.keyboard.press(key)
        page.wait_for_url(f"**{place}*")
        page.goto(page.url.partition("do/")[0])

    page.keyboard.press("s")
    assert page.evaluate("Boolean(document.activeElement.closest('.action-bar'))")

    page.keyboard.press("?")
    told = page.locator("dialog#keys dt")
    assert {"a i", "a o", "e", "p", "s", "t"} <= {
        " ".join(one.split()) for one in told.all_inner_texts()
    }


def test_the_palette_opens_a_new_tab_and_works_on_what_is_selected(as_person, agent, cast):
    ticket = a_ticket(actor=agent, requester=cast.requester, title="Crane stands still")
    page = as_person(agent, "/tickets/?view=all")
    page.keyboard.press("Control+k")
    page.keyboard.type(ticket.number)
    page.locator("#palette [role=option]", has_text=ticket.title).first.wait_for()
    with page.context.expect_page() as opened:
        page.keyboard.press("Control+Enter")
    assert ticket.number in opened.value.url
    opened.value.close()

    page.bring_to_front()
    page.reload()
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("Control+k")
    page.locator("#palette .palette-head", has_text="1 selected").wait_for()
    page.keyboard.type("> priority")
    page.locator("#palette [role=option]", has_text="Priority").first.wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**/tickets/bulk/**")
    expect(page.locator("main").get_by_text(ticket.number).first).to_be_visible()
