// The keys of a list: j and k move, x selects, o peeks, and what acts on the selection acts on the row
// at hand when nothing is selected. Focus is the row at hand, so Enter opens it and readers follow.
import { fresh, meant } from "./page.js";
import { openSheet } from "./sheet.js";

const form = () => document.querySelector("form[data-bulk]");
const rows = () => [...document.querySelectorAll(".record-table tbody tr[data-version]")];
const linkOf = (row) => row?.querySelector(".subject a");
const boxOf = (row) => row?.querySelector(".pick input[type=checkbox]");
let last = null;

const rowAtHand = () => document.activeElement?.closest?.(".record-table tbody tr[data-version]") ?? (last?.isConnected ? last : null);
const selected = () => rows().filter((row) => boxOf(row)?.checked);

function move(step) {
  const all = rows();
  const at = rowAtHand();
  const next = at ? all[all.indexOf(at) + step] : step > 0 ? all[0] : all.at(-1);
  if (!next) return;
  linkOf(next).focus();
  next.scrollIntoView({ block: "nearest" });
}

function count() {
  const label = document.querySelector("[data-selected]");
  if (!label) return;
  const said = label.dataset.wordOne.replace("{n}", selected().length);
  if (label.textContent !== said) label.textContent = said;
  offer();
}

// Of the steps only those that one of the rows ticked can take.
function offer() {
  const at = new Set(selected().map((row) => row.dataset.at));
  for (const button of document.querySelectorAll(".selection [data-of]")) {
    button.hidden = at.size > 0 && !button.dataset.of.split(" ").some((one) => at.has(one));
  }
}

let anchor = null;
function pick(row, { range = false } = {}) {
  const box = boxOf(row);
  if (!box) return;
  if (range && anchor?.isConnected) {
    const all = rows();
    const [from, to] = [all.indexOf(anchor), all.indexOf(row)].sort((a, b) => a - b);
    for (const one of all.slice(from, to + 1)) boxOf(one).checked = true;
  } else {
    box.checked = !box.checked;
  }
  anchor = row;
  count();
}

function clear() {
  for (const row of selected()) boxOf(row).checked = false;
  count();
}

const ACTS = new Set(["a", "p", "s", "t", "l", "m", "e", "d", "v"]);
// Not every list offers all of them.
const acts = (key) => ACTS.has(key) && Boolean(document.querySelector(`.selection [data-keys="${key}"]`));

function onKey(event) {
  if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey || !form()) return;
  if (document.documentElement.dataset.keyboard === "off" || document.querySelector("dialog[open]:not(.peek)")) return;
  const target = event.target;
  if (target.matches?.("textarea, select, input:not([type=checkbox])")) return;
  const menu = document.querySelector("details.menu[open]");
  const onRow = Boolean(target.closest?.(".record-table tbody"));
  const key = meant(event.key);
  if (menu) return;
  if (key === "j" || (key === "ArrowDown" && onRow)) move(1);
  else if (key === "k" || (key === "ArrowUp" && onRow)) move(-1);
  else if (key === "x" && rowAtHand()) pick(rowAtHand(), { range: event.shiftKey });
  else if (key === "o" && rowAtHand()) openSheet(`${linkOf(rowAtHand()).pathname}peek/`, { beside: true, opener: linkOf(rowAtHand()) });
  else if (key === "Escape" && selected().length) clear();
  else if (acts(key) && !event.shiftKey && !selected().length && rowAtHand()) {
    // The bar of the selection appears with the row in it; its own key does the rest.
    pick(rowAtHand());
    return;
  } else return;
  event.preventDefault();
}

export function startRows(root) {
  for (const table of fresh(root, ".record-table")) {
    table.addEventListener("focusin", (event) => { last = event.target.closest("tbody tr[data-version]") ?? last; });
    table.addEventListener("click", (event) => {
      const box = event.target.closest(".pick input");
      // The whole cell is the box's, which a finger finds more easily.
      const cell = !box && event.target.closest("tbody .pick");
      if (cell) pick(cell.closest("tr"), { range: event.shiftKey });
      if (!box) return;
      const row = box.closest("tr");
      if (event.shiftKey && anchor) {
        box.checked = !box.checked;
        pick(row, { range: true });
      } else {
        anchor = row;
        count();
      }
    });
    const head = table.querySelector("thead .pick");
    if (head && form()) {
      const all = document.createElement("input");
      all.type = "checkbox";
      all.setAttribute("aria-label", head.textContent.trim());
      all.addEventListener("change", () => {
        for (const row of rows()) boxOf(row).checked = all.checked;
        count();
      });
      head.append(all);
    }
  }
  count();
}

export function startQueue() {
  document.addEventListener("keydown", onKey, true);
  addEventListener("pageshow", count);
}
