"""A part of a page that comes later leaves whoever works by keyboard where they are (goal 16).

A page listens for each swap and writes down where the focus was before it and where it is after.
"""

from __future__ import annotations

import pytest

from tests.factories import a_ticket
from valuechain.records.actions import edit_record, perform
from valuechain.records.kinds import kinds
from valuechain.records.vocabulary import Via

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LISTEN = """
  globalThis.swaps = [];
  const spelled = one => !one || one === document.body ? "body" : one.outerHTML.slice(0, 120);
  let before = "body";
  // What is taken out of the page takes the focus with it: remember who had it last.
  document.addEventListener("focusin", event => { before = spelled(event.target); });
  for (const kind of ["htmx:afterSettle", "htmx:load"]) document.addEventListener(kind, event => {
    const part = spelled(event.detail.elt);
    setTimeout(() => swaps.push({part, before, after: spelled(document.activeElement)}));
  });
"""


class Watched:
    """A page whose swaps are written down."""

    def __init__(self, page):
        self.page = page
        page.add_init_script(LISTEN)
        page.reload()
        page.wait_for_load_state("networkidle")
        self.seen = 0

    def swapped(self, act):
        """Do something, wait for the swaps that follow, and return those that lost the focus."""
        self.page.evaluate("swaps.length = 0")
        act()
        for _moment in range(3600):
            swaps = self.page.evaluate("swaps")
            if swaps and self.page.evaluate("!document.querySelector('.is-busy')"):
                return [one for one in swaps if one["after"] == "body"]
            self.page.wait_for_timeout(25)
        raise AssertionError("Nothing was swapped.")


@pytest.fixture
def watched(as_person):
    return lambda person, address: Watched(as_person(person, address))


@pytest.fixture
def ticket(agent, requester, desk):
    return a_ticket(actor=requester, team=desk, title="Label printer prints blanks")


def ask_now(page):
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_a_loss_would_be_seen(watched, agent, ticket):
    here = watched(agent, "/tickets/?view=open&state=open")
    here.page.keyboard.press("j")

    lost = here.swapped(
        lambda: here.page.evaluate("""() => {
          const row = document.activeElement.closest("tr");
          row.replaceChildren();
          document.dispatchEvent(new CustomEvent("htmx:load", {detail: {elt: row}}));
        }""")
    )

    assert [one["part"][:3] for one in lost] == ["<tr"]
    assert "Label printer" in lost[0]["before"]


def test_a_list_keeps_the_focus(watched, agent, lead, ticket):
    here = watched(agent, "/tickets/?view=open&state=open")
    page = here.page
    page.keyboard.press("j")

    def changed_elsewhere():
        edit_record(ticket, {"title": "Label printer is on fire"}, actor=lead, via=Via.HTML)
        ask_now(page)

    assert here.swapped(changed_elsewhere) == []
    assert here.swapped(lambda: page.keyboard.press("o")) == []  # a peek
    page.keyboard.press("Escape")

    page.get_by_role("link", name="Columns").focus()
    assert here.swapped(lambda: page.keyboard.press("Enter")) == []
    page.get_by_role("button", name="Move Title up").focus()
    assert here.swapped(lambda: page.keyboard.press("Enter")) == []


def test_the_counts_of_the_tabs_come_without_taking_the_focus(as_person, agent, ticket):
    held = []
    page = as_person(agent, "/")
    page.add_init_script(LISTEN)
    page.route("**/tickets/views/?**", lambda route: held.append(route))
    with page.expect_request("**/tickets/views/?**"):
        page.goto(page.url.rstrip("/") + "/tickets/?view=open&state=open")
    page.keyboard.press("j")
    while not held:
        page.wait_for_timeout(25)
    with page.expect_response("**/tickets/views/?**"):
        held[0].continue_()
    page.locator(".tabs .count").filter(has_text="1").first.wait_for()

    assert page.evaluate("document.activeElement.textContent") == ticket.title
    assert [
        one
        for one in page.evaluate("swaps")
        if "Label printer" in one["before"] and one["after"] == "body"
    ] == []


def test_each_value_that_is_changed_in_its_place_takes_the_focus(watched, agent, ticket):
    here = watched(agent, ticket.get_absolute_url())
    page = here.page
    editing = page.locator("a.prop-edit[hx-get], #summary a[hx-get]")
    names = editing.all_inner_texts()
    assert len(names) > 4

    for name in names:
        link = page.get_by_role("link", name=name, exact=True).first
        link.focus()
        assert here.swapped(lambda: page.keyboard.press("Enter")) == [], name
        inside = page.evaluate(
            "document.activeElement.matches('form :is(input, select, textarea)')"
        )
        assert inside, (name, page.evaluate("document.activeElement.outerHTML"))
        page.reload()
        page.wait_for_load_state("networkidle")


def test_what_may_answer_a_call_or_a_request_comes_beside_the_writer(
    watched, agent, requester, ticket
):
    for person, address, field in (
        (agent, "/tickets/call/", "#id_title"),
        (requester, "/portal/request/broken/", "#id_title"),
    ):
        here = watched(person, address)
        here.page.locator(field).focus()
        assert here.swapped(lambda here=here: here.page.keyboard.type("label printer")) == []
        assert here.page.evaluate("document.activeElement.value") == "label printer"


def test_the_answers_of_a_triage_keep_the_focus_in_the_card(watched, brm, requester):
    need = kinds["need"].open(
        actor=requester, via=Via.HTML, title="See free berths", description="We need it."
    )
    need = perform(need, "submit", actor=requester, via=Via.HTML).record
    page = watched(brm, f"/engage/?need={need.number}").page

    for answer, reason in (("2", "The port asks."), ("y", "Ships wait.")):
        page.keyboard.press(answer)
        assert page.evaluate("document.activeElement.matches('[data-decision] [data-reason]')")
        page.keyboard.insert_text(reason)
        page.keyboard.press("Enter")
        assert page.evaluate("Boolean(document.activeElement.closest('[data-decision]'))")
