// Forms are sent once, and pressing a refused button says why it is refused.
import { startDrafts } from "./drafts.js";
import { fresh, say, word } from "./page.js";

// A browser may think itself offline where only its own machine is reachable: warn once, never forbid.
const seemsOffline = () => !navigator.onLine && !["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);

// While there is no connection a strip says so, and a pressed button does.
export function startOffline() {
  const region = document.getElementById("toasts");
  if (!region) return;
  const tell = () => {
    const known = region.querySelectorAll(".offline");
    if (seemsOffline() === known.length > 0) return;
    if (known.length) {
      for (const notice of known) notice.remove();
      document.querySelectorAll("form[data-warned]").forEach((form) => { delete form.dataset.warned; release(form); });
      say(word("back"), "ok");
    } else {
      say(word("away"), "warn offline");
    }
  };
  addEventListener("offline", tell);
  addEventListener("online", tell);
  tell();
}

const labelOf = (button) => [...button.childNodes].findLast((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());

function guard(form) {
  form.addEventListener("submit", (event) => {
    if (seemsOffline() && !form.dataset.warned) {
      event.preventDefault();
      form.dataset.warned = "1";
      say(word("offline"), "warn offline");
      rename(event.submitter, word("awayShort"));
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
      rename(button, word("sending"));
    }
  });
}

function rename(button, words) {
  const label = button && labelOf(button);
  if (!button) return;
  button.dataset.was ??= label?.data ?? "";
  if (label && words) label.data = words;
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

// What was left empty narrows nothing, and is kept out of the address.
document.addEventListener("formdata", ({ target, formData }) => {
  if (!target.matches(".filters form, form.filters")) return;
  const given = [...formData].filter(([name, value]) => value !== "" && !(value === "unknown" && target.elements[name]?.matches("select")));
  for (const name of new Set([...formData.keys()])) formData.delete(name);
  for (const [name, value] of given) formData.append(name, value);
});

// One value changed in its place is left by Escape, as by its own way out.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  event.target.closest?.(".edit-one")?.querySelector("[data-cancel]")?.click();
});

// A page that comes back from the browser's memory must let its forms be sent again. A button that is
// pressed there is meant anew; words sent a second time are still one message.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  document.querySelectorAll("form[data-sent]").forEach(release);
  document.querySelectorAll("form:not([data-draft]) > [name=once]").forEach((mark) => mark.remove());
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form[data-sent]");
  if (form) release(form);
});
