// One poll for a page, every 15 seconds while it is looked at: rows that changed are drawn anew where they
// are, what came or went waits behind a button, and others at the same record are named.
const EVERY_MS = Number(document.body.dataset.livePeriod) || 15_000;
const DRAFT_MS = 30_000;
let etag = "";
let timer = 0;
let asking = new AbortController();
let wroteAt = -Infinity;
// Clocks that ticked past what they know of the calendar, or whose record went on, are asked for anew.
let stale = false;
let told = "";

// A part that asks for itself again says data-live alone.
const source = () => document.querySelector('[data-live]:not([data-live=""])');
const rows = () => [...document.querySelectorAll(".record-table tbody tr[data-version]")];
const numberOf = (row) => row.id.slice("row-".length);
const isBusy = () => document.querySelector(".pick :checked, dialog[open]:not(.peek), details.menu[open]");

function question(page) {
  const query = new URLSearchParams();
  if (page.dataset.liveRecord) {
    query.set("record", page.dataset.liveRecord);
    query.set("events", page.dataset.liveEvents);
    query.set("doing", performance.now() - wroteAt < DRAFT_MS ? "writing" : "viewing");
    if (stale) query.set("clocks", "1");
  }
  if (page.dataset.liveList) {
    query.set("list", page.dataset.liveList);
    query.set("query", location.search.slice(1));
    // A row of no known version is drawn anew.
    const version = (row) => (stale && row.querySelector(".sla[data-rem]") ? 0 : row.dataset.version);
    query.set("rows", rows().map((row) => `${numberOf(row)}:${version(row)}`).join(","));
  }
  return `${page.dataset.live}?${query}`;
}

// Clocks of an answer count from when it was asked for: it may have been long on its way, or the computer asleep.
function wound(clocks, askedAt) {
  for (const clock of clocks) clock.dataset.since = askedAt;
}

function draw(row, { cells, version }, askedAt) {
  const pick = row.querySelector(".pick");
  const focused = row.contains(document.activeElement);
  const parts = document.createElement("template");
  parts.innerHTML = cells;
  wound(parts.content.querySelectorAll(".sla"), askedAt);
  const fresh_ = [...parts.content.children];
  const old = [...row.children].filter((cell) => cell !== pick);
  fresh_.forEach((cell, place) => {
    if (old[place]?.innerHTML === cell.innerHTML) return;
    if (old[place]?.textContent !== cell.textContent) cell.classList.add("live-tint");
    if (old[place]) old[place].replaceWith(cell);
    else row.append(cell);
  });
  row.dataset.version = version;
  const seen = pick?.querySelector("[name=seen]");
  if (seen) seen.value = `${numberOf(row)}:${version}`;
  if (focused && !row.contains(document.activeElement)) row.querySelector(".subject a")?.focus();
  document.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: row } }));
}

function place(here) {
  for (const row of rows()) {
    const html = here[numberOf(row)] ?? "";
    const known = row.querySelector(".here");
    if ((known?.outerHTML ?? "") === html) continue;
    known?.remove();
    if (html) row.querySelector(".subject")?.insertAdjacentHTML("beforeend", html);
  }
}

function wind(badges, askedAt) {
  for (const place of document.querySelectorAll(".record-line, .clocks")) {
    const shown = [...place.querySelectorAll(".sla")];
    if (shown.length !== badges.length) continue;
    shown.forEach((one, at) => { one.outerHTML = badges[at]; });
    wound(place.querySelectorAll(".sla"), askedAt);
    document.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: place } }));
  }
}

function show(answer, askedAt) {
  const busy = isBusy();
  if (answer.clocks) wind(answer.clocks, askedAt);
  for (const row of rows()) {
    const news = answer.rows?.[numberOf(row)];
    if (news && !busy) draw(row, news, askedAt);
  }
  if (answer.here) place(answer.here);
  const strip = document.querySelector("[data-news]");
  const words = answer.words ?? answer.news ?? "";
  if (strip && !(busy && strip.hidden)) {
    const line = strip.querySelector("[data-news-words]");
    if (line && line.textContent !== words) line.textContent = words;
    strip.hidden = !words;
  }
  const present = document.querySelector("[data-present]");
  if (present && answer.present !== undefined && present.innerHTML !== answer.present) present.innerHTML = answer.present;
}

async function poll() {
  clearTimeout(timer);
  const page = source();
  if (!page || document.hidden) return;
  timer = setTimeout(poll, EVERY_MS);
  // One question at a time: the answer to an earlier one would undo what a later one said.
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  const askedAt = performance.now();
  try {
    const answer = await fetch(question(page), { headers: etag ? { "If-None-Match": etag } : {}, cache: "no-store", signal });
    if (answer.status !== 200 || answer.redirected) return;
    etag = answer.headers.get("ETag") ?? "";
    const said = await answer.json();
    stale = false;
    show(said, askedAt);
    if ((said.news ?? "") !== told) {
      told = said.news ?? "";
      stale = true;
      poll();
    }
  } catch {
    // The next turn asks again.
  }
}

function leave() {
  const page = source();
  const token = document.body.getAttribute("hx-headers");
  if (!page?.dataset.liveLeave || !token) return;
  fetch(page.dataset.liveLeave, {
    method: "POST", keepalive: true, headers: JSON.parse(token),
    body: new URLSearchParams({ record: page.dataset.liveRecord }),
  }).catch(() => {});
}

export function startLive() {
  if (!source()) return;
  document.addEventListener("visibilitychange", poll);
  document.addEventListener("clock:stale", () => {
    if (stale) return;
    stale = true;
    etag = "";
    poll();
  });
  document.addEventListener("input", (event) => {
    if (event.target.closest?.(".composer, [data-composer]")) wroteAt = performance.now();
  });
  addEventListener("pagehide", leave);
  poll();
}
