// Forms are sent once, and pressing a refused button says why it is refused.
import { fresh, say, word } from "./page.js";

// A browser may think itself offline where only its own machine is reachable: warn once, never forbid.
const seemsOffline = () => !navigator.onLine && !["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);

const labelOf = (button) => [...button.childNodes].findLast((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());

function guard(form) {
  form.addEventListener("submit", (event) => {
    if (seemsOffline() && !form.dataset.warned) {
      event.preventDefault();
      form.dataset.warned = "1";
      say(word("offline"), "warn");
      return;
    }
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    const button = event.submitter;
    if (button) {
      // Not `disabled`: a disabled button loses its name and value, and its focus.
      button.setAttribute("aria-disabled", "true");
      const label = labelOf(button);
      button.dataset.was = label?.data ?? "";
      if (label && word("sending")) label.data = word("sending");
    }
  });
}

function release(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[data-was]")) {
    button.removeAttribute("aria-disabled");
    const label = labelOf(button);
    if (label) label.data = button.dataset.was;
    delete button.dataset.was;
  }
}

export function startForms(root) {
  for (const form of fresh(root, "form[data-form]")) guard(form);
  startDrafts(root);
  for (const form of fresh(root, "form[data-submit-on-change]")) {
    form.addEventListener("change", () => form.requestSubmit());
    for (const button of form.querySelectorAll("[data-without-script]")) button.hidden = true;
  }
  for (const button of fresh(root, "button[data-refused]")) {
    button.addEventListener("click", () => say(document.getElementById(button.getAttribute("aria-describedby"))?.textContent, "warn"));
  }
}

// A page that comes back from the browser's memory must let its forms be sent again.
addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(release);
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form[data-sent]");
  if (form) release(form);
});

// Nothing typed is lost: fields of a form with data-draft are kept in this tab until the server has
// taken them. The tab's own storage ends with the tab, so no text stays on a shared desk PC.

const PREFIX = "draft:";
const SENT = "draft-sent:";

const name = (form) => `${location.pathname}#${form.dataset.draft}`;
const fields = (form) => [...form.elements].filter((field) => field.name && field.matches("textarea, select, input:not([type=hidden], [type=password], [type=file])"));
const valueOf = (field) => (field.matches("[type=checkbox], [type=radio]") ? field.checked : field.value);

function keep(form) {
  const values = fields(form).map((field) => [field.name, field.matches("[type=radio]") ? field.value : "", valueOf(field)]);
  sessionStorage.setItem(PREFIX + name(form), JSON.stringify(values));
}

function bringBack(form) {
  const kept = sessionStorage.getItem(PREFIX + name(form));
  if (!kept || form.querySelector(".error-summary")) return;
  let changed = false;
  for (const [fieldName, option, value] of JSON.parse(kept)) {
    const field = fields(form).find((one) => one.name === fieldName && (!option || one.value === option));
    if (!field || valueOf(field) === value) continue;
    if (typeof value === "boolean") field.checked = value;
    else field.value = value;
    changed = true;
  }
  if (!changed) return;
  const fold = form.closest("details");
  if (fold) fold.open = true;
  say(word("draft"), "info");
}

// What was sent is dropped once an ordinary page arrives. A problem page (an error, a sign-in) or a
// step back means that the server may not have taken it: then it is kept.
function settle() {
  const [arrival] = performance.getEntriesByType("navigation");
  const doubtful = document.body.dataset.page !== "ok" || arrival?.type === "back_forward" || arrival?.type === "reload";
  for (const key of Object.keys(sessionStorage).filter((one) => one.startsWith(SENT))) {
    if (!doubtful) sessionStorage.removeItem(PREFIX + key.slice(SENT.length));
    sessionStorage.removeItem(key);
  }
}

let settled = false;

function startDrafts(root) {
  if (!settled) settle();
  settled = true;
  for (const form of fresh(root, "form[data-draft]")) {
    bringBack(form);
    form.addEventListener("input", () => keep(form));
    form.addEventListener("change", () => keep(form));
    form.addEventListener("submit", (event) => {
      if (!event.defaultPrevented) sessionStorage.setItem(SENT + name(form), "1");
    });
  }
}
