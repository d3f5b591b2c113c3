// Ctrl-K: a combobox over one server-drawn list, after the APG. The field keeps the focus; arrows move,
// Enter opens, Escape closes and gives the focus back.
import { word } from "./page.js";

const DELAY_MS = 120;
const MOST = 7;
const box = document.getElementById("palette");
const field = box?.querySelector("[role=combobox]");
const list = box?.querySelector("[role=listbox]");
const said = box?.querySelector("[data-palette-said]");
let timer = 0;
let turn = 0;
let shownFor = null;
let opener = null;

const rows = () => [...list.querySelectorAll("[role=option]")];
const active = () => list.querySelector('[aria-selected="true"]');
const record = () => document.querySelector("[data-live-record]")?.dataset.liveRecord ?? "";

function mark(row) {
  active()?.setAttribute("aria-selected", "false");
  row?.setAttribute("aria-selected", "true");
  row?.scrollIntoView({ block: "nearest" });
  if (row) field.setAttribute("aria-activedescendant", row.id);
  else field.removeAttribute("aria-activedescendant");
}

async function ask() {
  clearTimeout(timer);
  const words = field.value.trim();
  const mine = (turn += 1);
  try {
    const answer = await fetch(`${box.dataset.palette}?${new URLSearchParams({ q: words, on: record() })}`, { headers: { "X-Fragment": "palette" } });
    if (!answer.ok || answer.redirected || mine !== turn) return;
    list.innerHTML = await answer.text();
    offerSelected(words);
  } catch {
    return; // Enter still searches.
  }
  shownFor = words;
  rows().forEach((row, place) => { row.id = `palette-${place}`; });
  field.setAttribute("aria-expanded", String(rows().length > 0));
  mark(rows()[0]);
  said.textContent = word("found", { n: rows().length });
}

function open(words = "") {
  if (!box.open) {
    opener = document.activeElement;
    box.showModal();
  }
  field.value = words;
  field.focus();
  ask();
}

// What can be done with the rows ticked in a list is done by the buttons of their bar.
let offered = [];

function offerSelected(words) {
  const bar = document.querySelector(".selection");
  offered = [];
  if (words.startsWith("@") || words.startsWith("?") || !document.querySelector(".pick :checked")) return;
  const wanted = words.replace(/^>/, "").trim().toLowerCase();
  const seen = new Set();
  for (const button of bar?.querySelectorAll("button[name=step]:not([hidden])") ?? []) {
    const label = (button.dataset.keysLabel ?? button.textContent).trim();
    if (label.toLowerCase().includes(wanted) && !seen.has(label)) offered.push(button);
    seen.add(label);
  }
  offered = offered.slice(0, MOST);
  const lines = offered.map((button, place) => {
    const row = document.createElement("li");
    row.setAttribute("role", "option");
    row.dataset.press = place;
    row.textContent = (button.dataset.keysLabel ?? button.textContent).trim();
    return row;
  });
  if (!lines.length) return;
  const head = document.createElement("li");
  head.setAttribute("role", "presentation");
  head.className = "palette-head";
  head.textContent = bar.querySelector("[data-selected]").textContent;
  list.prepend(head, ...lines);
}

function go(row, event) {
  if (row.dataset.press) {
    box.close();
    offered[row.dataset.press].click();
  } else if (event.ctrlKey || event.metaKey) window.open(row.dataset.href, "_blank", "noopener");
  else location.assign(row.dataset.href);
}

async function enter(event) {
  event.preventDefault();
  if (shownFor !== field.value.trim()) await ask();
  const row = active();
  if (row) go(row, event);
  else if (field.value.trim()) field.form.submit();
}

function onKey(event) {
  if (event.isComposing || event.altKey) return;
  const all = rows();
  const place = all.indexOf(active());
  if (event.key === "ArrowDown") mark(all[(place + 1) % all.length]);
  else if (event.key === "ArrowUp") mark(all[(place <= 0 ? all.length : place) - 1]);
  else if (event.key === "Enter") return void enter(event);
  else if (event.key === "Escape") box.close();
  else return;
  event.preventDefault();
}

export function startPalette() {
  if (!box) return;
  field.addEventListener("keydown", onKey);
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, DELAY_MS);
  });
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const row = event.target.closest("[role=option]");
    if (row) go(row, event);
  });
  box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
  box.addEventListener("close", () => { if (opener?.isConnected) opener.focus(); });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    if (document.querySelector("dialog[open]:not(#palette, .peek)")) return;
    event.preventDefault();
    open();
  }, true);
  const top = document.getElementById("top-search");
  top?.addEventListener("click", () => open(top.value));
  top?.addEventListener("input", () => { open(top.value); top.value = ""; });
}
