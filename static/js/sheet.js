// Pages opened on top of this one: a link with data-sheet shows its page in a dialog, and forms in it
// marked data-sheet-form stay there. Without scripts, and with Ctrl or a middle press, it is a plain link.
import { busy, say, word } from "./page.js";

const HEADERS = { "X-Fragment": "sheet" };
let opener = null;

function dialog(beside) {
  const id = beside ? "peek" : "sheet";
  const found = document.getElementById(id);
  if (found) return found;
  const made = document.createElement("dialog");
  made.id = id;
  made.className = beside ? "dialog peek" : "dialog";
  made.addEventListener("close", () => {
    made.replaceChildren();
    if (opener?.isConnected) opener.focus();
  });
  made.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && beside) made.close();
  });
  made.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) {
      event.preventDefault();
      made.close();
    }
  });
  made.addEventListener("submit", onSubmit);
  document.body.append(made);
  return made;
}

async function fill(box, address) {
  let answer;
  busy(1);
  try {
    answer = await fetch(address, { headers: HEADERS });
  } catch {
    say(word("failed"), "bad");
    return false;
  } finally {
    busy(-1);
  }
  if (answer.redirected) {
    location.assign(answer.url);
    return false;
  }
  if (!answer.ok) {
    say(word("failed"), "bad");
    return false;
  }
  const focused = box !== document.activeElement && box.contains(document.activeElement) ? document.activeElement.id : "";
  box.innerHTML = await answer.text();
  const title = box.querySelector("h2");
  if (title) {
    title.id ||= `${box.id}-title`;
    box.setAttribute("aria-labelledby", title.id);
  }
  ((focused && document.getElementById(focused)) || box.querySelector("[autofocus], input, a, button"))?.focus();
  document.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: box } }));
  return true;
}

async function onSubmit(event) {
  const form = event.target;
  if (!form.matches("[data-sheet-form]") || form.method !== "get") return;
  event.preventDefault();
  const query = new URLSearchParams(new FormData(form));
  if (event.submitter?.name) query.append(event.submitter.name, event.submitter.value);
  const button = event.submitter?.id;
  const box = form.closest("dialog");
  if ((await fill(box, `${form.action}?${query}`)) && button) document.getElementById(button)?.focus();
}

export async function openSheet(address, { beside = false, opener: from = document.activeElement } = {}) {
  const box = dialog(beside);
  opener = from;
  if (!box.open) {
    if (beside) box.show();
    else box.showModal();
  }
  if (!(await fill(box, address)) && box.open && !box.childElementCount) box.close();
}

export function startSheets() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-sheet]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    openSheet(link.href, { beside: link.dataset.sheet === "beside", opener: link });
  });
}
