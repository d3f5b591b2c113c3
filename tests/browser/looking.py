"""One look at a page in every way that counts: axe, widths, themes, weight, keyboard."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import axe_playwright_python

from tests.browser.opening import new_context, new_page

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
EVERYTHING = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: What a theme can change; everything else is the same in both.
COLOURS = ["color-contrast", "link-in-text-block"]
#: Bytes a page may cost when nothing is cached, and how often it may ask.
HEAVIEST, HEAVIEST_FOR_REQUESTERS, MOST_REQUESTS = 100 * 1024, 60 * 1024, 12

RUN_AXE = """async ([tags, without]) => {
  // A colour on its way to another is nobody's to read.
  await new Promise(requestAnimationFrame);
  for (const moving of document.getAnimations()) try { moving.finish(); } catch { moving.cancel(); }
  const rules = Object.fromEntries(without.map(name => [name, {enabled: false}]));
  const found = await axe.run(document, {runOnly: tags, rules, resultTypes: ["violations"]});
  return found.violations.flatMap(rule => rule.nodes.map(node =>
    `${rule.id}: ${node.html.slice(0, 160)} ${node.failureSummary.replaceAll("\\n", " ").slice(0, 300)}`));
}"""
OPEN_EVERYTHING = (
    """() => document.querySelectorAll("details").forEach(one => { one.open = true })"""
)
STICKS_OUT = """() => {
  const over = document.documentElement.scrollWidth - innerWidth;
  if (over <= 0) return "";
  const clipped = one => one && (getComputedStyle(one).overflowX !== "visible" || clipped(one.parentElement));
  const out = [...document.body.querySelectorAll("*")].filter(one =>
    one.getBoundingClientRect().right > innerWidth + 0.5 && !clipped(one.parentElement));
  return `${over}: ${out.slice(-3).map(one => one.outerHTML.slice(0, 140)).join(" | ")}`;
}"""
#: What carries a state carries it in words; a colour or a shape alone tells nothing to many (goal 21).
WORDLESS = """() => [...document.querySelectorAll(".bdg, .sla")]
  .filter(one => !/[\\p{L}\\p{N}]/u.test(one.textContent)).map(one => `says nothing in words: ${one.outerHTML.slice(0, 120)}`)"""
#: A reader's own size and spacing of text: WCAG 2.2, 1.4.4 and 1.4.12. What is set by a script needs no leave of the policy.
TWICE = "twice => { document.documentElement.style.fontSize = twice ? '200%' : ''; }"
SPACED = """spaced => {
  globalThis.spacing ??= new CSSStyleSheet();
  spacing.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
    p { margin-block-end: 2em !important; }`);
  document.adoptedStyleSheets = spaced ? [spacing] : [];
}"""
#: Text that does not fit its box and is hidden there; what scrolls, or says by dots that it goes on, is no loss.
CUT_OFF = """() => [...document.querySelectorAll("body *")].filter(one => {
  if (!one.checkVisibility({visibilityProperty: true}) || one.closest(".hide, [hidden], svg, select, [aria-hidden=true]")) return false;
  if (![...one.childNodes].some(node => node.nodeType === 3 && node.textContent.trim())) return false;
  const style = getComputedStyle(one);
  const wide = style.overflowX === "hidden" || style.overflowX === "clip";
  const high = style.overflowY === "hidden" || style.overflowY === "clip";
  const told = style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none";
  return (wide && !told && one.scrollWidth > one.clientWidth + 1) || (high && !told && one.scrollHeight > one.clientHeight + 1);
}).map(one => one.outerHTML.slice(0, 120))"""
#: What is pressed, but left out of the way of Tab, must belong to something that arrows walk.
OUT_OF_REACH = """() => [...document.querySelectorAll(
  "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=link], [role=tab], [role=menuitem]")]
  .filter(one => one.tabIndex < 0 && !one.disabled && one.checkVisibility({visibilityProperty: true})
    && !one.closest("[inert], [role=listbox], [role=menu], [role=tablist], [role=grid], [aria-hidden=true]"))
  .map(one => `no key leads to: ${one.outerHTML.slice(0, 120)}`)"""
#: Every control that can be seen takes the focus, shows a ring, and is not covered by what stays put.
WALK = """() => {
  const wanted = "a[href], button, input, select, textarea, summary, [tabindex]";
  const said = one => one.outerHTML.slice(0, 110);
  const faults = [];
  for (const one of document.querySelectorAll(wanted)) {
    if (one.disabled || one.type === "hidden" || one.tabIndex < 0) continue;
    if (!one.checkVisibility({visibilityProperty: true}) || one.closest("[inert]")) continue;
    one.focus({focusVisible: true});
    if (document.activeElement !== one) { faults.push(`takes no focus: ${said(one)}`); continue; }
    const styled = [one, one.closest("label"), one.closest(".choice")?.querySelector("label")];
    const ringed = styled.filter(Boolean).some(where => {
      const style = getComputedStyle(where);
      return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    });
    if (!ringed) faults.push(`shows no ring: ${said(one)}`);
    const box = one.getBoundingClientRect();
    if (box.width < 1 || box.height < 1) continue;
    const spots = [[box.left + box.width / 2, box.top + box.height / 2],
                   [box.left + 3, box.top + 3], [box.right - 3, box.bottom - 3]];
    const covered = spots.every(([x, y]) => {
      const top = document.elementFromPoint(x, y);
      return !top || !(one.contains(top) || top.contains(one) || top.closest("label"));
    });
    if (covered) faults.push(`is covered or out of sight when it has the focus: ${said(one)}`);
  }
  document.activeElement?.blur();
  return faults;
}"""


@dataclass(frozen=True)
class Answer:
    """What an address answered."""

    address: str
    status: int
    was_led_elsewhere: bool
    #: A piece of a page, or something for a program, has no beginning of its own.
    is_page: bool


@dataclass
class Tab:
    """A tab of one person's browser, with what it complained about and what it fetched."""

    page: Any
    protocol: Any
    complaints: list[str] = field(default_factory=list)
    fetched: list[tuple[str, int]] = field(default_factory=list)

    def open(self, address: str) -> Answer:
        """Go there with an empty cache, in the light, wide; return the answer."""
        self.complaints.clear()
        self.fetched.clear()
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size({"width": 1280, "height": 800})
        answer = self.page.goto(address)
        led = answer.request.redirected_from is not None
        is_page = answer.text().lstrip()[:9].lower() == "<!doctype"
        return Answer(address, answer.status, was_led_elsewhere=led, is_page=is_page)

    def axe(self, rules: list[str], *, without: tuple[str, ...] = ()) -> list[str]:
        """Return what axe finds, a line each."""
        found: list[str] = self.page.evaluate(RUN_AXE, [rules, list(without)])
        return found

    def sideways(self, width: int) -> Iterator[str]:
        """Yield by how much the page scrolls sideways at a width, and what sticks out."""
        self.page.set_viewport_size({"width": width, "height": 800})
        if found := self.page.evaluate(STICKS_OUT):
            yield f"{width} px: scrolls sideways by {found}"


def new_tab(chromium: Any, site: str, session: str = "") -> Tab:
    context = new_context(chromium)
    if session:
        context.add_cookies([{"url": site, "name": "sessionid", "value": session}])
    page = new_page(context)
    protocol = context.new_cdp_session(page)
    protocol.send("Network.enable")
    protocol.send("Network.setCacheDisabled", {"cacheDisabled": True})
    tab = Tab(page, protocol)
    addresses_of: dict[str, str] = {}
    protocol.on(
        "Network.requestWillBeSent",
        lambda event: addresses_of.update({event["requestId"]: event["request"]["url"]}),
    )
    protocol.on(
        "Network.loadingFinished",
        lambda event: tab.fetched.append(
            (addresses_of.get(event["requestId"], ""), int(event["encodedDataLength"]))
        ),
    )
    page.on(
        "console",
        lambda said: said.type in ("error", "warning") and tab.complaints.append(said.text),
    )
    page.on("pageerror", lambda error: tab.complaints.append(str(error)))
    return tab


def faults(tab: Tab, address: str) -> Iterator[str]:
    """Yield what is wrong with the page that is open, in both themes and widths, menus shut and open."""
    tab.page.evaluate(AXE)
    for width in (1280, 375):
        yield from tab.sideways(width)
        tab.page.emulate_media(color_scheme="light")
        yield from (f"{width} px: {fault}" for fault in tab.axe(EVERYTHING))
        tab.page.emulate_media(color_scheme="dark")
        yield from (f"{width} px, dark: {fault}" for fault in tab.axe(COLOURS))
    yield from tab.sideways(320)
    yield from _as_readers_set_it(tab)
    yield from tab.page.evaluate(WORDLESS)
    tab.page.set_viewport_size({"width": 1280, "height": 800})
    tab.page.keyboard.press("Tab")  # from here on the ring is that of somebody who types
    yield from tab.page.evaluate(WALK)
    yield from tab.page.evaluate(OUT_OF_REACH)
    tab.page.evaluate(OPEN_EVERYTHING)
    # All menus open at once lie on one another, which nobody sees.
    yield from (f"opened: {fault}" for fault in tab.axe(EVERYTHING, without=("target-size",)))
    yield from _too_heavy(tab, for_requesters=address.startswith("/portal/"))
    yield from (f"the browser says: {said}" for said in tab.complaints)


def _as_readers_set_it(tab: Tab) -> Iterator[str]:
    """Yield what is lost with text of twice the size, and with lines, words and letters set wider."""
    for change, said, widths in (
        (TWICE, "200 % text", (1280, 640)),
        (SPACED, "spaced", (320, 1280)),
    ):
        tab.page.evaluate(change, True)
        for width in widths:
            yield from (f"{said}, {fault}" for fault in tab.sideways(width))
            cut = tab.page.evaluate(CUT_OFF)
            yield from (f"{said}, {width} px: cut off: {what}" for what in cut)
        tab.page.evaluate(change, False)


def _too_heavy(tab: Tab, *, for_requesters: bool) -> Iterator[str]:
    """Styles and scripts are packed when they are deployed, and weighed as they are then."""
    most = HEAVIEST_FOR_REQUESTERS if for_requesters else HEAVIEST
    # What the browser draws of its own, the picture of a calendar say, has no address.
    fetched = [(address, size) for address, size in tab.fetched if address.startswith("http")]
    weight = sum(_packed(tab, address, size) for address, size in fetched)
    if weight > most:
        yield f"weighs {weight / 1024:.0f} KB, at most {most // 1024}"
    if len(fetched) > MOST_REQUESTS:
        names = [address.rpartition("/")[2] for address, _size in fetched]
        yield f"asks {len(fetched)} times, at most {MOST_REQUESTS}: {names}"


_PACKED: dict[str, int] = {}


def _packed(tab: Tab, address: str, size: int) -> int:
    if "/static/" not in address:
        return size
    if address not in _PACKED:
        _PACKED[address] = len(gzip.compress(tab.page.request.get(address).body()))
    return _PACKED[address]
