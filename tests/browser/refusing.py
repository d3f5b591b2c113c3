"""A form that is refused says so to everybody alike, on every page that has one (goals 15 and 16).

A form of each shape is sent with nothing in it, and the page that comes back is held to what the design asks.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.browser.looking import AXE, EVERYTHING, Tab

#: One page of each way a form is made; the others are made of the same parts.
SHAPES = (
    "account", "admin-mail-new", "admin-person", "admin-policy", "admin-rule", "check-answer", "csat", "freeze-new",
    "login", "offering-questions", "password-forgot", "portal-need", "portal-new", "portal-order", "portal-request",
    "record-edit", "record-link", "record-new", "record-transition", "record-view-new", "report-schedule",
    "sla-agreement", "sla-calendars", "spec-remark", "stream-detail", "ticket-call", "ticket-keep-new", "ticket-merge",
    "ticket-split", "ticket-time", "track",
)  # fmt: skip
#: Empties the first form somebody can see and write into, and gives it a name; nothing where there is none.
EMPTY = """() => {
  const seen = one => one.checkVisibility({visibilityProperty: true});
  const typed = "input:not([type=hidden], [type=checkbox], [type=radio], [type=submit]), textarea";
  const form = [...document.querySelectorAll("main form[data-form]")].find(
    one => one.method === "post" && seen(one) && [...one.querySelectorAll(typed)].some(seen));
  if (!form) return false;
  for (const one of form.querySelectorAll(typed)) one.value = "";
  for (const one of form.querySelectorAll("select")) one.selectedIndex = 0;
  form.querySelector("button.btn-primary, button:not([name])")?.setAttribute("data-sent-empty", "");
  return Boolean(form.querySelector("[data-sent-empty]"));
}"""
REFUSED = """() => {
  const found = [];
  const summary = document.querySelector(".error-summary");
  if (!summary) return ["has no summary of its problems"];
  if (!document.title.startsWith("Error: ")) found.push(`is titled ${document.title}`);
  if (summary.getAttribute("role") !== "alert") found.push("has a summary that is not read out");
  if (document.activeElement !== summary) found.push(`has the focus on ${document.activeElement.outerHTML.slice(0, 90)}`);
  if (summary.querySelector("h2")?.textContent !== "There is a problem") found.push("has a summary of another heading");
  const links = [...summary.querySelectorAll("a")];
  for (const link of links) {
    const at = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!at) found.push(`leads nowhere: ${link.outerHTML}`);
    else if (!at.matches("[aria-invalid=true]") && !at.querySelector("[aria-invalid=true]")) found.push(`leads to what is not marked: ${at.outerHTML.slice(0, 200)}`);
    else if (!at.matches("input, select, textarea, button, fieldset, [tabindex]")) {
      if (!at.querySelector("input, select, textarea")) found.push(`leads to what takes no answer: ${link.outerHTML}`);
    }
  }
  if (!links.length) found.push("has a summary that leads nowhere");
  const said = [...document.querySelectorAll(".field-error, [id$=-error]")];
  for (const one of document.querySelectorAll("[aria-invalid=true]")) {
    const names = (one.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean);
    const told = names.map(name => document.getElementById(name));
    if (told.includes(null)) found.push(`is described by what is not there: ${one.outerHTML.slice(0, 140)}`);
    if (!told.some(part => part?.textContent.trim().startsWith("Error:"))) found.push(`does not say its error: ${one.outerHTML.slice(0, 140)}`);
  }
  for (const link of links) {
    const words = link.textContent.split(" · ").at(-1).trim();
    if (!said.some(part => part.textContent.includes(words))) found.push(`says at no field: ${words}`);
  }
  return found;
}"""


def refusal_faults(tab: Tab) -> Iterator[str]:
    """Send the form of the page that is open with nothing in it; yield what is wrong with the answer."""
    page = tab.page
    if not page.evaluate(EMPTY):
        yield "has no form to be sent"
        return
    with page.expect_response(lambda one: one.request.method == "POST") as sent:
        page.locator("[data-sent-empty]").first.click()
    if sent.value.status != 422:
        yield f"answers {sent.value.status} to an empty form"
        return
    page.locator("[aria-invalid=true]").first.wait_for(state="attached")
    page.wait_for_load_state()
    yield from page.evaluate(REFUSED)
    page.evaluate(AXE)
    # The focus has scrolled the page; what lies half below the fixed header is no small target.
    page.evaluate("scrollTo(0, 0)")
    yield from tab.axe(EVERYTHING)
