"""The pages people live in hold still, stay light as they go on, and fit hands and eyes of all kinds."""

from __future__ import annotations

import gzip

import pytest
from playwright.sync_api import expect

from tests.factories import a_ticket, at_state
from valuechain.records.actions import add_comment
from valuechain.records.vocabulary import Via

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

#: What moved by itself, of what was there before: each shift with how much it moved.
SHIFTS = """() => new Promise(said => {
  const found = [];
  new PerformanceObserver(list => found.push(...list.getEntries())).observe({type: "layout-shift", buffered: true});
  requestAnimationFrame(() => setTimeout(() => said(found.filter(one => !one.hadRecentInput).map(one => [one.value,
    one.sources.map(s => s.node?.nodeType === 1 ? s.node.outerHTML.slice(0, 90) : s.node?.textContent.slice(0, 60))])), 100));
})"""
#: A page may move so much in all, in shares of the screen.
STILL = 0.02
#: What people press to get their work done; what stands in a line of text may be smaller.
PRIMARY = """() => [...document.querySelectorAll(
  ".btn-primary, .btn-danger, .bottom-bar a, .composer > summary, .offers .btn, form[data-form] button.btn, input[type=checkbox]"
)].filter(one => one.checkVisibility({visibilityProperty: true}) && !one.closest(".hide, dialog:not([open])")).map(one => {
  // A box is pressed by all of its label, or of its cell in a list.
  const box = (one.closest("label, .pick") ?? one).getBoundingClientRect();
  return [box.height, one.outerHTML.slice(0, 100)];
}).filter(([height]) => height && height < 43.5)"""
RUNNING = """() => document.getAnimations().filter(one => one.playState === "running")
  .map(one => one.effect?.target?.outerHTML.slice(0, 90))"""
#: What is told by a fill alone is lost where colours are forced: a control needs words and a border, or a picture.
NAMELESS = """() => [...document.querySelectorAll(".btn, .bdg, .sla, .chip, .tabs a, .station-stop, .control")]
  .filter(one => one.checkVisibility({visibilityProperty: true}) && !one.closest(".hide")).filter(one => {
    const look = getComputedStyle(one);
    const drawn = parseFloat(look.borderTopWidth) + parseFloat(look.borderBottomWidth) > 0 && look.borderTopStyle !== "none";
    const said = one.matches("input, select, textarea") || one.textContent.trim() || one.getAttribute("aria-label");
    return !said || !(drawn || one.matches("a, .sla, .bdg, .btn-quiet, summary"));
  }).map(one => one.outerHTML.slice(0, 100))"""
#: How many lines around parts, and how many hints, are drawn in the usual and in the stronger colour, which
#: other lines and words have whatever the reader wishes.
LINES_AND_HINTS = """() => {
  const colour = where => { const look = getComputedStyle(where); return [look.borderBottomColor, look.color]; };
  const probe = document.body.appendChild(document.createElement("i"));
  const of = name => { probe.style.color = `var(${name})`; return getComputedStyle(probe).color; };
  // What more contrast is to look like is what these two look like without it.
  const strong = [of("--border-strong"), of("--ink-2")];
  const count = (selector, place) => {
    const isDrawn = one => one.checkVisibility() && (place || parseFloat(getComputedStyle(one).borderBottomWidth));
    const found = [...document.querySelectorAll(selector)].filter(isDrawn).map(one => colour(one)[place]);
    const strongly = found.filter(one => one === strong[place]).length;
    return {plain: found.length - strongly, strong: strongly};
  };
  const said = {lines: count("main :is(.card, .table-box, .tabs), header", 0), hints: count("main .meta:not(a), .tabs .count, .props dt", 1)};
  probe.remove();
  return said;
}"""
#: The words of a page grow to twice their size, as a reader may set it.
TWICE = "() => { document.documentElement.style.fontSize = '200%'; }"
SIDEWAYS = "() => document.documentElement.scrollWidth - innerWidth"


@pytest.fixture
def core(cast, desk):
    """Return the core pages of those who work on them: who opens it, and its address."""
    answered = at_state("incident", "in_progress", cast, title="Scanner is dead")
    add_comment(answered, body="Which floor?", visibility="public", actor=cast.agent, via=Via.HTML)
    for place in range(6):
        a_ticket(actor=cast.requester, team=desk, title=f"Number {place} of a queue of tickets")
    return [
        *((cast.agent, address) for address in (
            "/", "/tickets/", answered.get_absolute_url(), "/tickets/call/", "/me/notifications/", "/search/?q=scanner",
        )),
        *((cast.requester, address) for address in ("/portal/", f"/portal/requests/{answered.number}/")),
    ]  # fmt: skip


@pytest.mark.parametrize("width", [1280, 375])
def test_nothing_moves_by_itself(as_person, core, width):
    for person, address in core:
        page = as_person(person, address, width=width)
        page.wait_for_load_state("networkidle")
        moved = page.evaluate(SHIFTS)
        assert sum(share for share, _what in moved) <= STILL, (address, moved)


def test_a_hand_finds_what_it_presses(as_person, core):
    for person, address in core:
        page = as_person(person, address, width=375, has_touch=True, is_mobile=True)
        assert page.evaluate("matchMedia('(pointer: coarse)').matches")
        assert page.evaluate(PRIMARY) == [], address


def test_nothing_runs_for_whoever_wants_no_motion(as_person, core):
    for person, address in core:
        page = as_person(person, address, reduced_motion="reduce")
        if address == "/tickets/":
            page.get_by_role("checkbox").nth(1).check()
            page.keyboard.press("Control+k")
        for summary in page.locator("main details.menu > summary").filter(visible=True).all()[:1]:
            if not page.locator("dialog[open]").count():
                summary.click()
        assert page.evaluate(RUNNING) == [], address


def test_menus_would_move_for_everybody_else(as_person, core):
    person, address = core[1]
    page = as_person(person, address)
    page.evaluate("document.querySelector('main details.menu').open = true")
    assert page.evaluate(RUNNING) != []


def test_forced_colours_leave_every_control_its_shape_and_words(as_person, audit, core):
    for person, address in core:
        page = as_person(person, address, forced_colors="active")
        assert page.evaluate("matchMedia('(forced-colors: active)').matches")
        assert page.evaluate(NAMELESS) == [], address
        assert audit(page) == [], address


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_more_contrast_draws_stronger_lines_and_hints(as_person, audit, core, scheme):
    for person, address in core[1:3]:
        drawn = {}
        for contrast in ("no-preference", "more"):
            page = as_person(person, address, scheme=scheme, contrast=contrast)
            drawn[contrast] = page.evaluate(LINES_AND_HINTS)
        usual, more = drawn["no-preference"], drawn["more"]
        for one in ("lines", "hints"):
            # As many as there are, every one in its own colour.
            assert usual[one]["plain"] > 0, (address, one, usual)
            assert usual[one]["strong"] == 0, (address, one, usual)
            assert more[one] == {"plain": 0, "strong": usual[one]["plain"]}, (address, one, more)
        assert audit(page) == [], address


@pytest.mark.parametrize("width", [1280, 640])
def test_words_twice_their_size_stay_on_the_page(as_person, core, width):
    for person, address in core:
        page = as_person(person, address, width=width, bypass_csp=True)
        page.evaluate(TWICE)
        assert page.evaluate(SIDEWAYS) <= 0, (address, width)


def test_what_a_page_asks_for_as_it_goes_on_is_light(as_person, live_server, core, agent):
    """Each fragment the pages of a desk ask for: in all, ninety-five in a hundred stay below 12 KB."""
    page = as_person(agent, core[2][1])
    session = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    asked = page.evaluate(
        """() => [...document.querySelectorAll("[hx-get]")].map(one => one.getAttribute("hx-get"))"""
    )
    for _person, address in core[:4]:
        page.goto(live_server.url + address)
        asked += page.evaluate(
            """() => [...document.querySelectorAll("[hx-get]")].map(one => one.getAttribute("hx-get"))"""
        )
    asked += [
        "/palette/?q=", "/palette/?q=scanner", "/suggest/people/?q=re", "/suggest/records/?q=scanner",
        "/suggest/tags/?q=vp", "/tickets/call/beside/?title=scanner", f"{core[2][1]}peek/", f"{core[2][1]}timeline/",
    ]  # fmt: skip
    assert session
    weights = sorted(
        (len(gzip.compress(answer.body())), address)
        for address in {one for one in asked if one}
        if (
            answer := page.request.get(
                live_server.url + address,
                headers={"HX-Request": "true", "X-Fragment": "1", "X-Requested-With": "fetch"},
            )
        ).ok
    )
    assert len(weights) > 10
    assert weights[int(len(weights) * 0.95)][0] <= 12 * 1024, weights[-4:]


def test_a_page_nobody_changes_asks_seldom_and_is_answered_in_no_words(as_person, core):
    """Three minutes of an open list: one question in fifteen seconds, each answered by 304."""
    person, _address = core[1]
    page = as_person(person, "/me/")
    page.clock.install()
    asked = []
    page.on("response", lambda one: asked.append(one) if "/live/?" in one.url else None)
    page.goto(page.url.replace("/me/", "/tickets/?state=open"))
    expect(page.locator(".record-table")).to_be_visible()
    page.wait_for_load_state("networkidle")
    known = len(asked)
    for _turn in range(12):
        with page.expect_response(lambda one: "/live/?" in one.url):
            page.clock.run_for(15_000)
    assert known <= 1
    assert len(asked) - known == 12
    assert [one.status for one in asked[known:]] == [304] * 12
    assert all(len(one.body()) <= 1024 for one in asked[:1])


def test_a_page_nobody_looks_at_asks_nothing(as_person, core):
    person, _address = core[1]
    page = as_person(person, "/me/")
    page.clock.install()
    page.add_init_script(
        "Object.defineProperty(Document.prototype, 'hidden', {get: () => globalThis.away === true})"
    )
    asked = []
    page.on("request", lambda one: asked.append(one.url) if "/live/?" in one.url else None)
    page.goto(page.url.replace("/me/", "/tickets/?state=open"))
    page.wait_for_load_state("networkidle")
    known = len(asked)
    page.evaluate("globalThis.away = true")
    for _turn in range(12):
        page.clock.run_for(15_000)
    page.wait_for_load_state("networkidle")
    assert len(asked) == known
    page.evaluate("globalThis.away = false")
    with page.expect_request(lambda one: "/live/?" in one.url):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
