"""Every component in a real browser: readable by all, by keyboard, without scripts, in any theme."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

EVERY_LOOK = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 375)]

RING = """() => {
  const element = document.activeElement, style = getComputedStyle(element);
  const label = element.closest('.choice label');
  const shown = label ? getComputedStyle(label) : style;
  return {
    where: element === document.body ? '' : element.outerHTML.slice(0, 90),
    ring: shown.outlineStyle !== 'none' && parseFloat(shown.outlineWidth) >= 2,
  };
}"""


@pytest.mark.parametrize(("scheme", "width"), EVERY_LOOK)
def test_every_component_is_readable_by_all(open_page, audit, sideways, scheme, width):
    page = open_page("/design/", scheme=scheme, width=width)

    assert audit(page) == []
    assert sideways(page) <= 0
    assert page.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_open_menus_forms_and_dialogs_are_readable_by_all(open_page, audit, scheme):
    page = open_page("/design/", scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")

    assert audit(page) == []

    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = false })")
    page.locator("h1").click()
    page.keyboard.press("?")
    page.locator("dialog[open]").wait_for()
    assert audit(page) == []


@pytest.mark.parametrize("width", [320, 375, 1280])
def test_nothing_scrolls_sideways_with_large_text_and_narrow_navigation(open_page, sideways, width):
    chosen = [{"name": "text", "value": "largest"}, {"name": "nav", "value": "narrow"}]

    page = open_page("/design/", width=width, cookies=chosen)

    assert sideways(page) <= 0


def test_every_stop_of_the_keyboard_shows_a_ring(open_page):
    page = open_page("/design/")
    page.evaluate("document.querySelectorAll('.composer').forEach(one => { one.open = true })")
    page.locator(".skip").focus()

    stops = []
    for _ in range(250):
        page.keyboard.press("Tab")
        stop = page.evaluate(RING)
        if not stop["where"]:
            break
        stops.append(stop)

    assert len(stops) > 60
    assert [stop["where"] for stop in stops if not stop["ring"]] == []


def test_the_page_is_whole_without_scripts(open_page):
    page = open_page("/design/", java_script_enabled=False)

    page.get_by_text("Not possible yet").first.click()
    expect(page.get_by_text("A ticket closes when nothing open hangs below it.")).to_be_visible()
    page.get_by_text("Reply to Ana Ruiz").first.click()
    expect(page.locator("#id_reply-text")).to_be_visible()


def test_the_theme_is_chosen_without_scripts(open_page):
    page = open_page("/design/", java_script_enabled=False)

    page.locator(".top .menu summary").last.click()
    page.get_by_label("Dark").check()
    page.get_by_role("button", name="Apply").click()

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_question_mark_lists_the_keys_of_the_page(open_page):
    page = open_page("/design/")

    page.locator("h1").click()
    page.keyboard.press("?")

    expect(page.locator("dialog[open] .keys")).to_contain_text("Reply")
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_a_single_key_acts_outside_fields_and_never_while_somebody_writes(open_page):
    page = open_page("/design/")

    page.locator("h1").click()
    page.keyboard.press("r")
    field = page.locator("#id_reply-text")
    expect(field).to_be_focused()
    page.keyboard.type("no, nor now")

    expect(field).to_have_value("no, nor now")
    expect(page.locator("#note")).not_to_have_attribute("open", "")


def test_single_keys_can_be_switched_off(open_page):
    page = open_page("/design/", cookies=[{"name": "keys", "value": "off"}])

    page.locator("h1").click()
    page.keyboard.press("r")

    expect(page.locator("#reply")).not_to_have_attribute("open", "")


def test_a_menu_closes_on_escape_and_gives_the_focus_back(open_page):
    page = open_page("/design/")
    opener = page.locator(".top .menu summary").last

    opener.click()
    page.get_by_label("Light").focus()
    page.keyboard.press("Escape")

    expect(opener).to_be_focused()
    expect(page.locator(".top .menu").last).not_to_have_attribute("open", "")


def test_what_was_typed_survives_a_reload(open_page):
    page = open_page("/design/")
    page.locator("#reply summary").click()
    page.locator("#id_reply-text").fill("The file is split in two.")

    page.reload()

    expect(page.locator("#id_reply-text")).to_have_value("The file is split in two.")
    expect(page.get_by_text("Your draft is back.")).to_be_visible()


def test_a_form_is_sent_once_however_often_it_is_pressed(open_page):
    page = open_page("/design/")
    sent = []

    def swallow(route):
        sent.append(route.request.method)
        route.abort()

    page.route(re.compile("/design/"), swallow)
    page.locator("#reply summary").click()
    page.locator("#id_reply-text").fill("Once.")

    page.locator("#reply button").evaluate("one => { one.click(); one.click(); one.click(); }")
    page.wait_for_timeout(200)

    assert sent == ["POST"]


def test_a_clock_ticks_by_the_time_that_passes_and_turns_late_by_itself(open_page, live_server):
    page = open_page("/design/")
    page.clock.install()
    page.goto(live_server.url + "/design/")
    risky = page.locator('.sla[data-s="risk"]').first
    handle = risky.element_handle()
    expect(risky).to_contain_text(re.compile("0:1[78] left"))

    page.clock.run_for((20 * 60 + 30) * 1000)

    assert handle.get_attribute("data-s") == "late"
    assert re.search("0:0[23] late", handle.inner_text())
    assert handle.query_selector("use").get_attribute("href").endswith("#octagon")


def test_a_clock_stands_still_once_its_calendar_closes(open_page, live_server):
    page = open_page("/design/")
    page.clock.install()
    page.goto(live_server.url + "/design/")
    clock = page.locator('.sla[data-s="run"]').first.element_handle()
    assert re.search("6:0[345] left", clock.inner_text())

    page.clock.fast_forward("06:30:00")
    page.clock.run_for(2000)

    assert "0:05 left" in clock.inner_text()


def test_nothing_moves_when_less_motion_is_asked_for(open_page):
    page = open_page("/design/", reduced_motion="reduce")

    page.locator(".top .menu summary").last.click()

    assert page.evaluate("document.getAnimations().length") == 0


def test_shapes_and_words_remain_in_forced_colours(open_page, sideways):
    page = open_page("/design/", forced_colors="active")

    expect(page.get_by_text("P1 Critical").first).to_be_visible()
    assert sideways(page) <= 0


def test_a_cold_page_takes_few_requests(open_page):
    page = open_page("/design/")

    resources = page.evaluate("performance.getEntriesByType('resource').map(one => one.name)")

    # Beside the page itself; the colour chart is asked for by this page alone.
    ordinary = {address for address in resources if not address.endswith("design.css")}
    assert len(ordinary) + 1 <= 12
