"""Overviews by keyboard, of plan, improve and the promises: j and k walk, s and v act, ? tells."""

from __future__ import annotations

import pytest

from tests.factories import a_ticket, fresh
from tests.sla.promises import an_agreement

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def improvements(admin, organisation):
    return [
        a_ticket("improvement", actor=admin, organisation=organisation, title=title, value=value,
                 effort=1)
        for title, value in (("Fewer forms", 5), ("Quieter bells", 2))
    ]  # fmt: skip


def test_value_and_effort_of_the_row_at_hand_are_one_key_away(as_person, admin, improvements):
    page = as_person(admin, "/improvements/?view=open&state=open")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("v")
    page.wait_for_url("**/bulk/**")
    page.locator("input[name=value][value='4']").check()
    page.locator("input[name=effort][value='2']").check()
    page.keyboard.press("Control+Enter")
    page.get_by_role("heading", name="1 changed").wait_for()

    second = fresh(improvements[1])
    assert (second.value, second.effort) == (4, 2)
    assert fresh(improvements[0]).value == 5


def test_the_register_is_walked_and_a_row_opened_to_be_moved_on(as_person, admin, improvements):
    page = as_person(admin, "/improve/")
    page.keyboard.press("j")
    first = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("j")
    second = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("k")
    again = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("s")
    page.wait_for_url(f"**{improvements[0].get_absolute_url()}#actions")

    assert (first, second, again) == ("Fewer forms", "Quieter bells", "Fewer forms")


def test_the_portfolio_is_walked_and_its_keys_are_told(as_person, admin, organisation):
    for title in ("Berth display", "Pilot app"):
        a_ticket("portfolio_item", actor=admin, organisation=organisation, title=title)
    page = as_person(admin, "/plan/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    at = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("?")
    told = page.locator("dialog[open]").inner_text()

    assert at == "Pilot app"
    assert "Next item" in told
    assert "Change the status" in told


def test_the_dashboard_of_promises_is_walked_and_p_chooses_the_month(
    as_person, agent, organisation
):
    an_agreement()
    ticket = a_ticket(actor=agent, requester=agent, organisation=organisation)
    page = as_person(agent, "/sla/")
    page.keyboard.press("p")
    chosen = page.evaluate("document.activeElement.name")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    first = page.evaluate("document.activeElement.href ?? ''")

    assert chosen == "period"
    assert "/tickets/" in first, ticket.number
