// Nothing typed is lost. Fields of a form with data-draft are kept in this tab at once; with a
// data-draft-url the server keeps them too, two seconds after typing stops, and the tab forgets them.
// The tab's own storage ends with the tab, so no text stays on a shared desk PC.
import { fresh, say, word } from "./page.js";

const PREFIX = "draft:";
const SENT = "draft-sent:";
const AFTER_MS = 2000;

const name = (form) => `${location.pathname}#${form.dataset.draft}`;
const fields = (form) => [...form.elements].filter((field) => field.name && field.matches("textarea, select, input:not([type=hidden], [type=password], [type=file], [data-no-draft])"));
const valueOf = (field) => (field.matches("[type=checkbox], [type=radio]") ? field.checked : field.value);
const keptOf = (form) => JSON.parse(sessionStorage.getItem(PREFIX + name(form)) ?? "[]");

// A form in steps (data-draft-steps) asks one thing at a time: what earlier steps asked stays beside it.
function written(form) {
  const here = fields(form);
  const before = "draftSteps" in form.dataset ? keptOf(form).filter(([asked]) => !here.some((field) => field.name === asked)) : [];
  return JSON.stringify([...before, ...here.map((field) => [field.name, field.matches("[type=radio]") ? field.value : "", valueOf(field)])]);
}

function tell(form, text) {
  const place = form.querySelector("[data-draft-words]");
  if (place) place.textContent = text;
}

// What the server was told last, and what is on its way to it.
const saving = new WeakMap();

function keep(form) {
  const state = saving.get(form);
  sessionStorage.setItem(PREFIX + name(form), written(form));
  if (!state) return;
  clearTimeout(state.timer);
  state.timer = setTimeout(() => save(form), AFTER_MS);
}

async function save(form, { leaving = false } = {}) {
  const state = saving.get(form);
  clearTimeout(state.timer);
  const words = written(form);
  if (state.sent || state.last === words) return;
  const given = new URLSearchParams();
  for (const [key, value] of new FormData(form)) if (typeof value === "string") given.append(key, value);
  try {
    const answer = await fetch(form.dataset.draftUrl, { method: "POST", body: given, keepalive: leaving, headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const { text } = await answer.json();
    state.last = words;
    if (sessionStorage.getItem(PREFIX + name(form)) === words) sessionStorage.removeItem(PREFIX + name(form));
    tell(form, text);
  } catch {
    // Signed out, offline or an error over there: this tab still has it, and the next key tries again.
    tell(form, word("draftHere"));
  }
}

function bringBack(form) {
  if (form.querySelector(".error-summary, .doubt")) return;
  let changed = false;
  for (const [fieldName, option, value] of keptOf(form)) {
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
  if (saving.has(form)) keep(form);
}

// What was sent is dropped once an ordinary page arrives straight from the form's own. A problem page (an
// error, a sign-in), a step back, or a page come to by another way means that the server may not have
// taken it: then it is kept. So it is while the next step of the same form arrives.
function settle() {
  const [arrival] = performance.getEntriesByType("navigation");
  const doubtful = document.body.dataset.page !== "ok" || arrival?.type === "back_forward" || arrival?.type === "reload";
  const from = document.referrer ? new URL(document.referrer).pathname : "";
  const goesOn = [...document.querySelectorAll("form[data-draft-steps]")].map(name);
  for (const key of Object.keys(sessionStorage).filter((one) => one.startsWith(SENT))) {
    const sent = key.slice(SENT.length);
    if (!doubtful && sent.startsWith(`${from}#`) && !goesOn.includes(sent)) sessionStorage.removeItem(PREFIX + sent);
    sessionStorage.removeItem(key);
  }
}

let settled = false;

export function startDrafts(root) {
  if (!settled) settle();
  settled = true;
  for (const form of fresh(root, "form[data-draft]")) {
    if (form.dataset.draftUrl) saving.set(form, { last: written(form), timer: 0, sent: false });
    bringBack(form);
    form.addEventListener("input", () => keep(form));
    form.addEventListener("change", () => keep(form));
    form.addEventListener("submit", (event) => {
      if (event.defaultPrevented) return;
      sessionStorage.setItem(PREFIX + name(form), written(form));
      sessionStorage.setItem(SENT + name(form), "1");
      const state = saving.get(form);
      if (state) {
        // An autosave that came after the sending would bring the draft back.
        state.sent = true;
        clearTimeout(state.timer);
      }
    });
  }
}

// Leaving the page, or putting the tab away, is the end of typing.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) return;
  for (const form of document.querySelectorAll("form[data-draft-url]")) {
    const state = saving.get(form);
    if (state && !state.sent && state.last !== written(form)) save(form, { leaving: true });
  }
});
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-draft-url]")) if (saving.has(form)) saving.get(form).sent = false;
});
