"""Pages whose words are 40 percent longer, or set wider: nothing sticks out and nothing is cut off."""

from __future__ import annotations

import pytest

from tests.browser.looking import CUT_OFF
from tests.factories import at_state
from valuechain.records.actions import add_comment
from valuechain.records.vocabulary import Via

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

#: WCAG 2.2, 1.4.12: what a reader may set, and must lose nothing by.
SPACING = """
* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-block-end: 2em !important; }
"""
#: Every word that the page itself says grows by 40 percent; what people wrote stays as it is.
LENGTHEN = """() => {
  const skipped = new Set(["SCRIPT", "STYLE", "TEMPLATE", "NOSCRIPT", "KBD", "CODE", "TIME", "TEXTAREA"]);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) found.push(walker.currentNode);
  for (const node of found) {
    if (node.parentElement.closest([...skipped].join(",")) || node.parentElement.closest("svg, .mono, .num")) continue;
    node.textContent = node.textContent.replace(/\\p{L}{3,}/gu, word => word + "ēōūāī".repeat(4).slice(0, Math.ceil(word.length * 0.4)));
  }
}"""
STICKS_OUT = """() => {
  const over = document.documentElement.scrollWidth - innerWidth;
  if (over <= 0) return [];
  const held = one => one && (getComputedStyle(one).overflowX !== "visible" || held(one.parentElement));
  return [String(over), ...[...document.querySelectorAll("body *")].filter(one =>
    one.getBoundingClientRect().right > innerWidth + 1 && !held(one.parentElement)).map(one => one.outerHTML.slice(0, 110)).slice(-3)];
}"""
#: Controls that lie over one another cannot be read.
OVERLAP = """() => {
  const boxes = [...document.querySelectorAll("main button, main .btn, main label, main h1, main h2")]
    .filter(one => one.checkVisibility({visibilityProperty: true}) && !one.closest(".hide, [aria-hidden=true]"))
    .map(one => [one, one.getBoundingClientRect()]).filter(([, box]) => box.width > 2 && box.height > 2);
  const found = [];
  boxes.forEach(([one, a], place) => boxes.slice(place + 1).forEach(([other, b]) => {
    if (one.contains(other) || other.contains(one)) return;
    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (wide > 4 && high > 4) found.push(`${one.outerHTML.slice(0, 80)} over ${other.outerHTML.slice(0, 80)}`);
  }));
  return found;
}"""

STAFF = (
    "/", "/tickets/", "/tickets/call/", "/sla/", "/reports/volume/", "/me/",
    "/me/keyboard/", "/me/notifications/", "/search/?q=scanner", "/engage/", "/improve/", "/plan/",
)  # fmt: skip
ADMIN = ("/admin/", "/admin/branding/", "/admin/imports/", "/admin/people/", "/admin/routing/new/")
PORTAL = (
    "/portal/", "/portal/services/", "/portal/requests/", "/portal/request/broken/", "/portal/needs/",
)  # fmt: skip
NOBODY = ("/login/", "/track/", "/login/forgot/")


@pytest.fixture
def answered(cast):
    record = at_state("incident", "in_progress", cast, title="Scanner is dead")
    add_comment(record, body="Which floor?", visibility="public", actor=cast.agent, via=Via.HTML)
    return record


@pytest.fixture
def faults_of(as_person, open_page, live_server, cast, answered):
    """Look at every main page after a change to it, and return what is wrong with each."""
    visits = (
        (cast.agent, (*STAFF, answered.get_absolute_url())),
        (cast.admin, ADMIN),
        (cast.requester, (*PORTAL, f"/portal/requests/{answered.number}/")),
        (None, NOBODY),
    )

    def look(width, change):
        found = []
        for person, addresses in visits:
            page = (
                open_page("/login/", width=width, bypass_csp=True)
                if person is None
                else as_person(person, addresses[0], width=width, bypass_csp=True)
            )
            for address in addresses:
                answer = page.goto(live_server.url + address)
                assert answer.ok, address
                change(page)
                for check in (STICKS_OUT, CUT_OFF, OVERLAP):
                    found += [f"{address} at {width}: {what}" for what in page.evaluate(check)]
        return found

    return look


@pytest.mark.parametrize("width", [1280, 375])
def test_pages_hold_words_that_are_longer_by_two_fifths(faults_of, width):
    assert faults_of(width, lambda page: page.evaluate(LENGTHEN)) == []


@pytest.mark.parametrize("width", [1280, 320])
def test_pages_hold_the_spacing_a_reader_may_set(faults_of, width):
    assert faults_of(width, lambda page: page.add_style_tag(content=SPACING)) == []


def test_the_looks_see_what_they_look_for(as_person, cast):
    page = as_person(cast.requester, "/portal/", bypass_csp=True)
    before = page.locator("main").inner_text()
    assert [page.evaluate(check) for check in (STICKS_OUT, CUT_OFF, OVERLAP)] == [[], [], []]

    page.evaluate(LENGTHEN)
    assert len(page.locator("main").inner_text()) > 1.25 * len(before)
    page.evaluate("""() => {
      const add = (name, text, style) => {
        const one = document.createElement(name);
        one.textContent = text;
        Object.assign(one.style, style);
        document.querySelector("main").append(one);
      };
      add("p", "Wide", {width: "3000px"});
      add("p", "Cut off in the middle", {width: "30px", overflow: "hidden", whiteSpace: "nowrap"});
      add("button", "One", {position: "absolute", top: "0", left: "0", width: "90px", height: "40px"});
      add("button", "Other", {position: "absolute", top: "9px", left: "9px", width: "90px", height: "40px"});
    }""")

    for check in (STICKS_OUT, CUT_OFF, OVERLAP):
        assert page.evaluate(check), check
