"""Whatever goes wrong between typing and the server's answer, no character is lost (goal 24)."""

from __future__ import annotations

import pytest
from django.test import Client
from playwright.sync_api import expect

from tests.factories import a_ticket, at_state
from valuechain.deliver_support.actions import set_questions
from valuechain.improve.csat import link_for
from valuechain.records.actions import add_comment, edit_record, perform
from valuechain.records.kinds import kinds
from valuechain.records.vocabulary import Via

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = "Zwei Zeilen, “quoted” & <b>bold</b> ende: 100 % äöü"
HERE = """(words) => [...document.querySelectorAll("textarea, input:not([type=hidden])")]
  .some((field) => field.value === words)"""


@pytest.fixture
def ticket(agent, requester, desk):
    return a_ticket(actor=requester, team=desk, title="Printer is jammed")


class Surface:
    """A form somebody writes into: where it is, how it opens, which field, how it is sent."""

    def __init__(self, page, address, opens, field):
        self.page, self.address, self.opens, self.field = page, address, opens, field
        #: What is answered on the steps before the one that is looked at.
        self.before = ()

    def write(self):
        for earlier, words in self.before:
            self.page.locator(earlier).fill(words)
            self.page.get_by_role("button", name="Continue").click()
        for key in self.opens:
            self.page.keyboard.press(key)
        field = self.page.locator(self.field)
        field.wait_for(state="attached")
        field.focus()
        field.evaluate("(one) => { one.setSelectionRange(0, one.value.length); }")
        self.page.keyboard.type(WORDS)

    def send(self):
        self.page.locator(self.field).press("Control+Enter")

    def holds_the_words(self):
        """Whether they are on the page that came, or in the form when it is opened again."""
        if not self.page.url.startswith("chrome-error") and self.page.evaluate(HERE, WORDS):
            return True
        self.page.goto(self.address)
        for earlier, words in self.before:
            expect(self.page.locator(earlier)).to_have_value(words)
            self.page.get_by_role("button", name="Continue").click()
            self.page.locator(earlier).wait_for(state="hidden")
        return bool(self.page.evaluate(HERE, WORDS))


@pytest.fixture
def long_form(cast):
    """Something that is ordered one question a page."""
    offering = at_state("offering", "published", cast, title="Docking station")
    asked = [{"name": f"q{n}", "label": f"Question {n}?", "kind": "line"} for n in range(1, 7)]
    return set_questions(offering, asked, actor=cast.admin, via=Via.HTML)


@pytest.fixture
def solved(cast):
    return at_state("incident", "resolved", cast, title="The scanner is slow")


@pytest.fixture
def open_surface(as_person, live_server, agent, brm, requester, ticket, long_form, solved):
    need = kinds["need"].open(
        actor=requester, via=Via.HTML, title="See free berths", description="We need it."
    )
    need = perform(need, "submit", actor=requester, via=Via.HTML).record
    page_of = ticket.get_absolute_url()
    known = {
        "reply": (agent, page_of, ("r",), "#id_reply-body", ticket),
        "note": (agent, page_of, ("n",), "#id_note-body", ticket),
        "call": (agent, "/tickets/call/", (), "#id_description", None),
        "resolution": (agent, f"{page_of}do/resolve/", (), "#id_resolution", ticket),
        "request": (requester, "/portal/request/broken/", (), "#id_description", None),
        "answer": (requester, f"/portal/requests/{ticket.number}/", (), "#id_reply-body", ticket),
        "order": (requester, f"/portal/services/{long_form.slug}/", (), "#id_q3", None),
        "rating": (requester, link_for(solved, requester), (), "#id_description", None),
        "note of a person": (agent, f"/people/{requester.pk}/", (), "#id_desk_note", None),
        "decision": (brm, f"/engage/?need={need.number}", ("1",), "[data-reason] textarea, [data-reason]", need),
    }  # fmt: skip

    def open_(name):
        person, address, opens, field, record = known[name]
        page = as_person(person, address)
        if name == "decision":
            field = f"#{page.locator('[data-reason]').first.get_attribute('id')}"
        surface = Surface(page, live_server.url + address, opens, field)
        surface.person, surface.record = person, record
        if name == "order":
            surface.before = (("#id_q1", "Two of them"), ("#id_q2", "On floor 3"))
        return surface

    return open_


def reload_at_once(surface, **_more):
    surface.page.reload()


def session_expires(surface, live_server, **_more):
    surface.page.context.clear_cookies(name="sessionid")
    surface.send()
    surface.page.get_by_role("heading", name="Sign in").wait_for()
    again = Client()
    again.force_login(surface.person)
    session = {"name": "sessionid", "value": again.cookies["sessionid"].value}
    surface.page.context.add_cookies([{"url": live_server.url, **session}])


def _answers(status):
    def fails(surface, **_more):
        def answer(route):
            if route.request.method == "POST" and route.request.is_navigation_request():
                route.fulfill(status=status, content_type="text/html", body="<h1>No</h1>")
            else:
                route.continue_()

        surface.page.route("**/*", answer)
        surface.send()
        surface.page.get_by_role("heading", name="No").wait_for()
        surface.page.unroute_all()

    return fails


def network_drops(surface, **_more):
    def cut(route):
        route.abort("internetdisconnected")

    surface.page.route("**/*", cut)
    surface.send()
    surface.page.wait_for_url("chrome-error://**")
    surface.page.unroute_all()


def somebody_was_quicker(surface, *, lead, **_more):
    if surface.record.kind == "need":
        edit_record(surface.record, {"title": "See berths"}, actor=surface.person, via=Via.HTML)
    else:
        add_comment(
            surface.record, body="I am quicker.", visibility="public", actor=lead, via=Via.HTML
        )
        edit_record(surface.record, {"title": "Printer jams"}, actor=lead, via=Via.HTML)
    surface.send()
    surface.page.locator(".error-summary, .doubt").first.wait_for()


FAULTS = {
    "a reload at once": reload_at_once,
    "the session ends": session_expires,
    "an error over there": _answers(500),
    "a conflict": _answers(409),
    "somebody was quicker": somebody_was_quicker,
    "the network drops": network_drops,
}


SURFACES = ("reply", "note", "call", "resolution", "decision", "request", "answer",
            "order", "rating", "note of a person")  # fmt: skip
#: Nobody else is in what is not there yet, and what a requester says is taken whoever spoke before.
ALONE = ("call", "request", "answer", "order", "rating", "note of a person")
#: Who follows the link of a rating needs no session.
NOBODY = ("rating",)
CASES = [
    (name, fault)
    for name in SURFACES
    for fault in FAULTS
    if (name in ALONE, fault) != (True, "somebody was quicker")
    and (name in NOBODY, fault) != (True, "the session ends")
]


@pytest.mark.parametrize(("name", "fault"), CASES)
def test_no_character_is_lost(open_surface, live_server, lead, name, fault):
    surface = open_surface(name)
    surface.write()

    FAULTS[fault](surface, live_server=live_server, lead=lead)

    assert surface.holds_the_words()


def test_a_part_that_did_not_come_leaves_what_stood_there_and_is_asked_for_again(
    as_person, agent, ticket
):
    page = as_person(agent, ticket.get_absolute_url())
    page.route("**/summary/", lambda route: route.abort())
    page.get_by_role("link", name="Pin a summary").click()

    strip = page.locator("#summary [role=alert]")
    strip.wait_for()
    expect(strip).to_contain_text("did not reach the server")
    expect(page.get_by_role("link", name="Pin a summary")).to_be_visible()

    page.unroute("**/summary/")
    strip.get_by_role("button", name="Try again").click()
    page.locator("#summary textarea").wait_for()
    expect(strip).to_have_count(0)


def test_what_takes_long_is_said_in_words_until_it_came(as_person, agent, ticket):
    held = []
    page = as_person(agent, ticket.get_absolute_url())
    page.route("**/summary/", lambda route: held.append(route))
    page.get_by_role("link", name="Pin a summary").click()

    words = page.locator(".busy")
    words.get_by_text("Still loading").wait_for()
    held[0].continue_()
    page.locator("#summary textarea").wait_for()
    expect(words).to_have_text("")


def test_a_page_with_a_draft_in_it_opens_at_its_top(as_person, agent, ticket):
    page = as_person(agent, ticket.get_absolute_url())
    page.keyboard.press("n")
    page.keyboard.type(WORDS)
    page.locator("details.composer").get_by_text("Draft saved").wait_for()

    page.reload()
    note = page.locator("#id_note-body")
    expect(note).to_have_value(WORDS)
    page.keyboard.press("r")
    page.keyboard.type("Dear Rita")
    expect(page.locator("#id_reply-body")).to_have_value("Dear Rita")
    expect(note).to_have_value(WORDS)
