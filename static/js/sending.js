// A reply that has not left counts down, and the timeline is asked for again when it has.
import { fresh } from "./page.js";

const LATE_MS = 1200;

async function askAgain() {
  const list = document.querySelector("ol[data-timeline]");
  if (!list) return;
  try {
    const answer = await fetch(list.dataset.timeline, { headers: { "HX-Request": "true" } });
    if (!answer.ok || answer.redirected) return;
    const hadFocus = list.contains(document.activeElement);
    const box = document.createElement("div");
    box.innerHTML = await answer.text();
    const fragment = box.querySelector("ol");
    list.replaceWith(fragment);
    startSending(document);
    if (hadFocus) {
      // The button that had it is gone: stay at the place it was.
      const last = fragment.lastElementChild;
      last.tabIndex = -1;
      last.focus();
    }
  } catch {
    // The page is right again when it is loaded next.
  }
}

export function startSending(root) {
  for (const item of fresh(root, "[data-leaves]")) {
    const seconds = Number(item.dataset.leaves);
    const place = item.querySelector("[data-leaving]");
    const began = performance.now();
    const timer = setInterval(() => {
      if (!item.isConnected) return clearInterval(timer);
      const left = Math.max(0, Math.ceil(seconds - (performance.now() - began) / 1000));
      place.textContent = place.dataset.leaving.replace("{n}", left);
      if (left > 0) return undefined;
      clearInterval(timer);
      return setTimeout(askAgain, LATE_MS);
    }, 500);
  }
}
