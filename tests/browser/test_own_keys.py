"""Keys that a person exchanged, pressed in a real browser: in place of the usual ones, in every script."""

from __future__ import annotations

import pytest

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
    assert row.is_visible()
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
    assert page.get_by_text("would do two things").first.is_visible()

    with_scripts = as_person(agent, "/me/keyboard/", width=320)
    assert sideways(with_scripts) <= 0
    assert audit(with_scripts) == []
