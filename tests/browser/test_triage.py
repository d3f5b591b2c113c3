"""A liaison decides on needs in a real browser: few keys, without scripts, readable by all."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.doors import browser
from tests.factories import fresh
from valuechain.records.actions import perform
from valuechain.records.kinds import kinds
from valuechain.records.models import Record
from valuechain.records.vocabulary import Via

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EVERY_LOOK = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 375)]
MOST_KEYS, MOST_SECONDS = 10, 30


def state_need(requester, title, **values):
    need = kinds["need"].open(
        actor=requester, via=Via.HTML, title=title, description=f"We need: {title}.", **values
    )
    return perform(need, "submit", actor=requester, via=Via.HTML).record


@pytest.fixture
def needs(requester):
    """Three needs that wait, the oldest first."""
    return [state_need(requester, title) for title in ("See free berths", "A quieter bell", "Ramp")]


def say(page, words):
    """Write a reason; its letters are no keys of the way there."""
    page.keyboard.insert_text(words)


def test_a_need_is_decided_and_routed_with_at_most_ten_keys(at_work, brm, requester, needs):
    worker = at_work(brm, "/engage/")
    page = worker.page
    for answers, reason in (
        (("2",), "The port asks."),
        (("y",), "Ships wait."),
        (("f", "2"), "Berths 1 to 8."),
        (("w", "route"), "Catalogue."),
    ):
        for key in answers:
            service_request = page.locator("label", has_text="Service request").locator("kbd")
            worker.press(service_request.inner_text() if key == "route" else key)
        worker.decide()
        worker.say(reason)
        worker.decide("Enter")
    worker.see(page.get_by_text("→"))

    need = fresh(needs[0])
    assert worker.keys <= MOST_KEYS
    assert worker.seconds <= MOST_SECONDS
    assert worker.counted("pointers") == 0
    assert need.state == "in_fulfilment"
    assert (need.classification, need.fulfilability) == ("required", "partial")
    assert Record.objects.filter(kind="service_request", title=need.title).exists()
    # The next need is beside the list, and the stakeholder reads the decision at once.
    expect(page.get_by_role("heading", level=2, name=needs[1].title)).to_be_visible()
    read = browser(requester).get(f"/portal/needs/{need.number}/").content.decode()
    for words in ("The port asks.", "Ships wait.", "Berths 1 to 8.", "Catalogue."):
        assert words in read
    assert page.complaints == []


def test_g_e_leads_to_the_inbox(as_person, brm, needs):
    page = as_person(brm, "/")
    page.keyboard.press("g")
    page.keyboard.press("e")
    page.wait_for_url("**/engage/?state=submitted*")

    expect(page.get_by_role("heading", level=2, name=needs[0].title)).to_be_visible()


def test_a_refusal_takes_two_answers_and_ends_the_card(as_person, brm, requester, needs):
    page = as_person(brm, f"/engage/?view=all&need={needs[1].number}")
    page.keyboard.press("n")
    say(page, "Every bell can be turned down by hand.")
    page.keyboard.press("Enter")
    page.get_by_text("Not justified").first.wait_for()

    assert fresh(needs[1]).verdict_reason == "Every bell can be turned down by hand."
    assert "turned down by hand" in browser(requester).get("/portal/needs/").content.decode()


def test_j_and_k_walk_the_list_and_h_puts_a_need_off(as_person, brm, needs):
    page = as_person(brm, "/engage/")
    page.keyboard.press("j")
    page.get_by_role("heading", level=2, name=needs[1].title).wait_for()
    page.keyboard.press("k")
    page.get_by_role("heading", level=2, name=needs[0].title).wait_for()
    page.keyboard.press("h")
    say(page, "After the season.")
    page.get_by_label("Decide again on").nth(1).fill("2030-05-01T09:00")
    page.get_by_role("button", name="Decide later").click()
    page.get_by_role("heading", level=2, name=needs[1].title).wait_for()

    assert fresh(needs[0]).state == "deferred"


def test_the_card_works_without_scripts(as_person, brm, needs):
    page = as_person(brm, "/engage/", java_script_enabled=False)
    for question, answer, reason in (
        ("classification", "Required", "The law says so."),
        ("verdict", "Yes", "Ships wait."),
        ("fulfilability", "As asked", "The radar can."),
        ("route", "Service request", "It is in the catalogue."),
    ):
        group = page.locator(f"[data-question={question}]")
        group.get_by_role("radio", name=answer).check()
        group.locator("[data-reason]").fill(reason)
    page.get_by_role("button", name="Save the decision").click()

    assert fresh(needs[0]).state == "in_fulfilment"
    expect(page.get_by_role("heading", level=2, name=needs[1].title)).to_be_visible()


@pytest.mark.parametrize(("scheme", "width"), EVERY_LOOK)
def test_the_pages_of_engage_are_readable_by_all(
    as_person, live_server, audit, sideways, brm, requester, organisation, needs, scheme, width
):
    known = kinds["stakeholder"].open(
        actor=brm, via=Via.HTML, title="Harbour pilots", person=requester,
        organisation=organisation,
    )  # fmt: skip
    state_need(requester, "See the free berths", stakeholder=known)
    page = as_person(brm, "/engage/", scheme=scheme, width=width)
    for address in (
        "/engage/", f"/engage/?view=all&need={needs[1].number}", "/engage/?state=merged",
        "/engage/?state=open&ordering=stakeholder", "/engage/board/?view=all",
        f"/needs/{needs[0].number}/", f"/stakeholders/{known.number}/", "/plan/", "/improve/",
        "/improve/csat/",
    ):  # fmt: skip
        page.goto(live_server.url + address)
        assert audit(page) == [], address
        assert sideways(page) <= 0, address
    page.goto(f"{live_server.url}/engage/")
    page.keyboard.press("1")
    say(page, "Nicer.")
    page.get_by_role("button", name="Save the decision").click()
    page.goto(f"{live_server.url}/engage/")
    page.keyboard.press("y")
    page.keyboard.press("Control+Enter")
    page.get_by_role("heading", name="There is a problem").wait_for()
    # The focus has scrolled the page; what lies half below the fixed header is no small target.
    page.evaluate("scrollTo(0, 0)")
    assert audit(page) == []
    assert sideways(page) <= 0
