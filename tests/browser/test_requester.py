"""The requester's pages in a real browser: narrow, dark, without scripts, and readable by all."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.factories import at_state, fresh
from valuechain.records.actions import add_comment
from valuechain.records.models import Record
from valuechain.records.vocabulary import Via

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EVERY_LOOK = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 375)]


@pytest.fixture
def answered(cast):
    """A request that waits for an answer of whoever asked."""
    record = at_state("incident", "in_progress", cast, title="Scanner is dead")
    add_comment(record, body="Which floor?", visibility="public", actor=cast.agent, via=Via.HTML)
    return record


@pytest.mark.parametrize(("scheme", "width"), EVERY_LOOK)
def test_pages_for_everybody_are_readable_in_the_shell_of_requesters(
    as_person, live_server, audit, sideways, cast, answered, scheme, width
):
    page = as_person(cast.requester, "/search/?q=scanner", scheme=scheme, width=width)

    for address in ("/search/?q=scanner", "/me/", "/help/"):
        page.goto(live_server.url + address)
        assert audit(page) == [], address
        assert sideways(page) <= 0, address
    assert page.complaints == []


def test_nothing_scrolls_sideways_at_320_pixels_with_large_text(
    as_person, live_server, sideways, cast, answered
):
    large = [{"name": "text", "value": "largest"}]
    page = as_person(cast.requester, "/portal/", width=320, cookies=large)

    for address in ("/portal/", "/portal/request/ask/", f"/portal/requests/{answered.number}/"):
        page.goto(live_server.url + address)
        assert sideways(page) <= 0, address


def test_something_broken_is_reported_and_followed_without_scripts(as_person, requester):
    page = as_person(requester, "/portal/", java_script_enabled=False, width=320)

    page.get_by_role("link", name="Something is broken").click()
    page.get_by_label("What is wrong?").fill("Scanner is dead")
    page.get_by_label("Work has stopped").check()
    page.get_by_role("button", name="Send it").click()

    number = Record.objects.get().number
    expect(page.get_by_text(number, exact=True).first).to_be_visible()
    page.get_by_role("link", name="Open my request").click()
    page.get_by_label("Message").fill("It is on floor 3.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("It is on floor 3.")).to_be_visible()


def test_a_refused_form_names_the_problem_first_and_keeps_every_word(as_person, requester, audit):
    page = as_person(requester, "/portal/request/broken/")

    page.get_by_label("Tell us more").fill("It hums.")
    page.get_by_role("button", name="Send it").click()
    page.get_by_text("There is a problem").wait_for()

    expect(page).to_have_title(re.compile("^Error: "))
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(page.get_by_label("Tell us more")).to_have_value("It hums.")
    assert audit(page) == []


def test_still_broken_takes_a_reason_and_comes_back(as_person, cast):
    record = at_state("incident", "resolved", cast)
    page = as_person(cast.requester, f"/portal/requests/{record.number}/")

    page.get_by_role("link", name="This is still broken").click()
    page.get_by_label("What is still wrong?").fill("It smokes again.")
    page.get_by_role("button", name="This is still broken").click()
    page.get_by_text("It smokes again.").wait_for()

    assert fresh(record).state == "in_progress"


def test_no_single_letter_acts_on_a_requester(as_person, requester):
    page = as_person(requester, "/portal/")

    page.locator("h1").click()
    page.keyboard.press("c")
    page.wait_for_timeout(200)

    page.wait_for_url("**/portal/")
