// One timer for all clocks on the page. The server says how many seconds of its calendar are left and
// whether they run; the browser only subtracts time since the page arrived and never reads its own
// wall clock. At the next change of the calendar it stops or goes on, and asks the server again.
import { fresh, word } from "./page.js";

const LOOKS = { run: ["neutral", "clock"], risk: ["warn", "triangle-up"], late: ["bad", "octagon"] };
const clocks = new Map();
let timer = 0;

function said(seconds) {
  const minutes = Math.floor(Math.abs(seconds) / 60);
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  const rest = String(minutes % 60).padStart(2, "0");
  const time = days ? `${word("day", { n: days })} ${String(hours).padStart(2, "0")}:${rest}` : `${hours}:${rest}`;
  return word(seconds < 0 ? "late" : "left", { time });
}

function paint(element, clock) {
  const left = clock.left - (clock.running ? (performance.now() - clock.since) / 1000 : 0);
  const face = left <= 0 ? "late" : left <= clock.risk ? "risk" : "run";
  const text = element.querySelector(".sla-text");
  if (text && text.textContent !== said(left)) text.textContent = said(left);
  if (element.dataset.s === face) return;
  tell(element);
  const [tone, shape] = LOOKS[face];
  element.dataset.s = face;
  element.className = element.className.replace(/tone-\w+/, `tone-${tone}`);
  const use = element.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${shape}`));
}

// A clock of the open record that comes near its end, or passes it, is said to readers once.
function tell(element) {
  const region = element.closest(".record-line") && document.querySelector("[data-clock-said]");
  if (region) region.textContent = element.textContent.trim();
}

// Whoever keeps the page live may answer this by swapping the clock for a fresh one.
const askAgain = (element) => element.dispatchEvent(new CustomEvent("clock:stale", { bubbles: true }));

// The calendar opens or closes now: stop or go on from here, and ask for the truth.
function flip(element, clock) {
  if (clock.running) clock.left -= clock.changesIn / 1000;
  Object.assign(clock, { running: !clock.running, since: performance.now(), changesIn: null });
  askAgain(element);
}

function tick() {
  for (const [element, clock] of clocks) {
    if (!element.isConnected) clocks.delete(element);
    else {
      if (clock.changesIn !== null && performance.now() - clock.since >= clock.changesIn) flip(element, clock);
      paint(element, clock);
    }
  }
}

export function startClocks(root) {
  for (const element of fresh(root, ".sla[data-rem]")) {
    const { rem, at, run, risk, next, since } = element.dataset;
    clocks.set(element, {
      left: Number(rem),
      running: run === "1",
      risk: Number(risk),
      since: since ? Number(since) : performance.now(),
      changesIn: next ? Date.parse(next) - Date.parse(at) : null,
    });
  }
  if (clocks.size && !timer) timer = setInterval(tick, 1000);
}

// After sleep the page's own count may have stood still: fetch the truth.
let hiddenSince = 0;
document.addEventListener("visibilitychange", () => {
  if (document.hidden) hiddenSince = performance.now();
  else if (hiddenSince && performance.now() - hiddenSince > 60_000) clocks.forEach((_clock, element) => askAgain(element));
});
addEventListener("pageshow", (event) => {
  if (event.persisted) clocks.forEach((_clock, element) => askAgain(element));
});
