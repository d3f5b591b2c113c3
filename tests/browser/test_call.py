"""Logging a call in a real browser: by keyboard, without scripts, with nothing lost."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.factories import a_ticket, at_state
from tickets.models import Incident

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EVERY_LOOK = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 375)]
PROBLEM = "Printer on floor 2 eats paper"


def press(page, *keys):
    """Press keys and return how many."""
    for key in keys:
        page.keyboard.press(key)
    return len(keys)


@pytest.mark.parametrize(("scheme", "width"), EVERY_LOOK)
def test_the_page_is_readable_by_all_empty_filled_and_refused(
    as_person, audit, sideways, agent, requester, scheme, width
):
    a_ticket(actor=requester, title=PROBLEM)
    page = as_person(agent, "/tickets/call/", scheme=scheme, width=width)
    assert audit(page) == []

    page.get_by_label("What's wrong?").fill("Printer eats paper")
    page.get_by_role("button", name="Add the caller to this").wait_for()
    page.get_by_role("combobox", name="Caller").press_sequentially("re")
    page.get_by_role("option").first.wait_for()
    assert audit(page) == []
    assert sideways(page) <= 0
    assert page.complaints == []

    page.keyboard.press("Escape")
    page.keyboard.press("Control+Enter")
    page.get_by_text("There is a problem").wait_for()
    assert audit(page) == []
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.get_by_label("What's wrong?")).to_have_value("Printer eats paper")


def test_a_call_takes_no_more_than_twelve_keys_beside_the_words(as_person, agent, requester, desk):
    page = as_person(agent, "/")

    keys = press(page, "c")
    page.wait_for_url("**/tickets/call/")
    keys += press(page, *"rita")
    page.get_by_role("option", name="Rita Requester").wait_for()
    keys += press(page, "Enter")
    expect(page.get_by_label("What's wrong?")).to_be_focused()
    page.keyboard.type(PROBLEM)
    page.get_by_text("Open for Rita Requester").wait_for()
    keys += press(page, "Control+Enter")
    page.get_by_text("The call is logged. Read out:").wait_for()

    ticket = Incident.objects.get()
    # The modifier is a key of its own.
    assert keys + 1 <= 12
    assert (ticket.title, ticket.requester, ticket.team) == (PROBLEM, requester, desk)
    copy = page.locator(".logged [data-copy]")
    expect(copy).to_be_focused()


def test_one_more_report_joins_with_one_key(as_person, agent, requester, colleague):
    ticket = a_ticket(actor=requester, title="Printer on floor 2 is jammed")
    page = as_person(agent, "/tickets/call/")

    keys = press(page, *"coli")
    page.get_by_role("option", name="Colin Colleague").wait_for()
    keys += press(page, "Enter")
    page.keyboard.type("printer floor 2")
    page.get_by_role("button", name="Add Colin Colleague to this").wait_for()
    keys += press(page, "Alt+1")
    page.wait_for_url(f"**/tickets/{ticket.number}/**")

    assert keys + 1 <= 8
    expect(page.get_by_text("Colin Colleague is added to")).to_be_visible()


def test_a_person_is_chosen_by_arrows_and_escape_keeps_what_was_typed(
    as_person, agent, requester, colleague
):
    page = as_person(agent, "/tickets/call/")
    caller = page.get_by_role("combobox", name="Caller")

    caller.press_sequentially("example.org")
    page.get_by_role("option", name="Rita Requester").wait_for()
    expect(caller).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    first = page.locator(f"#{caller.get_attribute('aria-activedescendant')}")
    expect(first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")

    expect(caller).to_have_attribute("aria-expanded", "false")
    expect(caller).to_have_value("example.org")


def test_somebody_unknown_is_added_from_the_list(as_person, agent):
    page = as_person(agent, "/tickets/call/")

    page.get_by_role("combobox", name="Caller").press_sequentially("Nina New")
    page.get_by_role("option", name="Add “Nina New” as a new caller").wait_for()
    page.keyboard.press("Enter")
    page.keyboard.type("+43 1 99")
    page.get_by_label("What's wrong?").fill(PROBLEM)
    page.keyboard.press("Control+Enter")
    page.get_by_text("The call is logged. Read out:").wait_for()

    requester = Incident.objects.get().requester
    assert (requester.name, requester.phone) == ("Nina New", "+43 1 99")


def test_the_priority_and_the_length_of_the_call_are_shown_at_once(as_person, agent):
    page = as_person(agent, "/tickets/call/")

    page.get_by_label("Everyone").check()
    page.get_by_label("Work has stopped").check()
    page.get_by_text("P1 Critical").wait_for()

    expect(page.get_by_text("Call: 0:0")).to_be_visible()
    expect(page.get_by_label("Call length")).to_have_value("1m")


def test_the_length_runs_with_the_call_until_the_agent_writes_it(as_person, agent, requester):
    page = as_person(agent, "/tickets/call/")
    page.get_by_role("combobox", name="Caller").fill("Rita Requester")
    page.get_by_label("What's wrong?").fill(PROBLEM)
    page.get_by_label("Call length").fill("25m")
    # The clock goes on; what the agent wrote stays.
    page.wait_for_timeout(1_200)
    page.keyboard.press("Control+Enter")
    page.get_by_text("The call is logged. Read out:").wait_for()

    assert Incident.objects.get().time_entries.get().seconds == 25 * 60


def test_what_is_solved_is_logged_and_resolved_with_one_key(as_person, agent, requester):
    page = as_person(agent, "/tickets/call/")
    page.get_by_role("combobox", name="Caller").fill("Rita Requester")
    page.get_by_label("What's wrong?").fill(PROBLEM)

    page.keyboard.press("Control+Shift+Enter")
    page.get_by_text("Write what was done.").first.wait_for()
    page.wait_for_load_state()
    page.get_by_label("What was done").fill("Took the paper out.")
    page.keyboard.press("Control+Shift+Enter")
    page.get_by_text("The call is logged. Read out:").wait_for()

    assert Incident.objects.get().state == "resolved"


def test_the_next_call_is_one_key_away(as_person, agent, requester):
    page = as_person(agent, "/tickets/call/")
    page.get_by_role("combobox", name="Caller").fill("Rita Requester")
    page.get_by_label("What's wrong?").fill(PROBLEM)

    page.keyboard.press("Alt+Enter")
    page.get_by_text("is logged.").wait_for()

    expect(page.get_by_label("What's wrong?")).to_have_value("")
    assert Incident.objects.get().title == PROBLEM


def test_what_was_typed_survives_a_reload(as_person, agent):
    page = as_person(agent, "/tickets/call/")
    page.get_by_label("What's wrong?").fill(PROBLEM)
    page.get_by_label("Details").fill("Since Monday.")

    page.reload()

    expect(page.get_by_label("What's wrong?")).to_have_value(PROBLEM)
    expect(page.get_by_label("Details")).to_have_value("Since Monday.")


def test_a_call_is_logged_without_scripts(as_person, agent, requester):
    a_ticket(actor=requester, title=PROBLEM)
    page = as_person(agent, "/tickets/call/", java_script_enabled=False)

    page.get_by_label("Caller", exact=True).fill("Requester")
    page.get_by_label("What's wrong?").fill("Printer on floor 2 eats it all")
    page.get_by_role("button", name="Look now").click()
    expect(page.get_by_role("button", name="Add Requester to this")).to_be_visible()
    page.get_by_role("button", name="Log call").last.click()
    page.get_by_role("radio", name="Rita Requester").check()
    page.get_by_role("button", name="Log call").last.click()

    expect(page.get_by_text("The call is logged. Read out:")).to_be_visible()
    assert Incident.objects.filter(title="Printer on floor 2 eats it all").exists()


def test_the_service_is_a_guess_until_the_agent_says_otherwise(as_person, audit, agent, cast):
    payroll = at_state("service", "live", cast, title="Payroll export")
    printing = at_state("service", "live", cast, title="Printing")
    page = as_person(agent, "/tickets/call/")
    service = page.locator("#id_service")

    page.get_by_label("What's wrong?").fill("payroll export hangs while printing")
    page.get_by_text("Our guess. Change it if it is another.").wait_for()
    expect(service).to_have_value(f"{payroll.number} Payroll export")
    assert audit(page) == []
    page.keyboard.press("Alt+w")

    expect(service).to_have_value(f"{printing.number} Printing")
    service.fill("")
    page.get_by_label("What's wrong?").fill("payroll export hangs again")
    page.get_by_label("Everyone").check()
    page.get_by_text("P2 High").first.wait_for()
    expect(service).to_have_value("")


def test_a_search_that_is_down_does_not_hold_up_the_call(as_person, agent):
    page = as_person(agent, "/tickets/call/")
    page.route("**/suggest/people/**", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.keyboard.type("Somebody of ward 9")
    page.keyboard.press("Enter")
    page.keyboard.type("The bed does not rise")
    page.keyboard.press("Control+Enter")

    page.wait_for_url("**/tickets/INC-*/?logged=1&unmatched=1")
    expect(page.get_by_text("The caller said: Somebody of ward 9.")).to_be_visible()
    page.get_by_role("link", name="Say who called").click()
    page.wait_for_url("**/edit/?only=requester")
