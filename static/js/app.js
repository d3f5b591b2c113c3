// Wires what the page offers, and its keys. Every page works without it; this makes the work quicker.
import { startCanned } from "./canned.js";
import { startClocks } from "./clocks.js";
import { startSuggestions } from "./combobox.js";
import { startForms, startOffline } from "./forms.js";
import { startLive } from "./live.js";
import { fresh, meant, say, showOwnKeys, shown, startMenus, word } from "./page.js";
import { startPalette } from "./palette.js";
import { startPasting } from "./pasting.js";
import { startQueue, startRows } from "./queue.js";
import { startRequests } from "./requests.js";
import { startSending } from "./sending.js";
import { startSheets } from "./sheet.js";
import { startDecisions } from "./triage.js";
import { startWalk } from "./walk.js";

// Keys come from the page itself: data-keys="c", "g t", "Control+Enter". The list shown by "?" is the
// same list that is bound. Single letters act only outside fields and dialogs, and can be switched off.
const SEQUENCE_MS = 1200;
let pending = "";
let timer = 0;

const isWriting = (element) =>
  element instanceof HTMLElement && (element.isContentEditable || element.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])"));

const isVisible = (element) => element.checkVisibility?.() ?? element.offsetParent !== null;
// A menu that stands for a row of buttons keeps their keys while it is shut.
const isShown = (element) => isVisible(element) || Boolean(element.closest("[data-keys-inside]:not([open])") && isVisible(element.closest("[data-keys-inside]")));

function bound() {
  const scope = document.querySelector("dialog[open]") ?? document;
  return [...scope.querySelectorAll("[data-keys]")].filter((element) => element.dataset.keys === "?" || isShown(element));
}

function pressed(event) {
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push("Control");
  if (event.altKey) parts.push("Alt");
  const single = event.key.length === 1;
  if (event.shiftKey && (!single || /[a-z]/i.test(event.key))) parts.push("Shift");
  // The second letter of a sequence, and what is pressed with Control or Alt, is nobody's to choose.
  const isOwn = single && !pending && !parts.includes("Control") && !parts.includes("Alt");
  parts.push(isOwn ? meant(event.key) : single ? event.key.toLowerCase() : event.key);
  return parts.join("+");
}

function act(element, event) {
  event.preventDefault();
  if (element.matches("input:not([type=checkbox], [type=radio]), textarea, select")) {
    element.focus();
    element.select?.();
  } else if (element.matches("[role=group]")) {
    element.querySelector("a, button, summary")?.focus();
  } else {
    // What is typed next belongs in the form that opens, not to the keys of the page: no key folds it away again.
    if (!element.matches("details.composer[open] > summary")) element.click();
    const composer = element.closest("details.composer[open]");
    if (composer && element.matches("summary")) composer.querySelector("textarea, input:not([type=hidden])")?.focus();
  }
}

function onKey(event) {
  if (event.isComposing || event.defaultPrevented) return;
  const key = pressed(event);
  if (key.startsWith("Control+") || key.startsWith("Alt+")) {
    const near = event.target.closest?.("form");
    const found = bound().filter((element) => element.dataset.keys === key);
    const chosen = found.find((element) => near?.contains(element)) ?? found[0];
    if (chosen) act(chosen, event);
    return;
  }
  const off = document.documentElement.dataset.keyboard === "off";
  if (off || isWriting(event.target) || document.querySelector("dialog[open]")) return;
  clearTimeout(timer);
  const wanted = pending ? `${pending} ${key}` : key;
  const element = bound().find((one) => one.dataset.keys === wanted);
  pending = "";
  if (element) {
    act(element, event);
  } else if (bound().some((one) => one.dataset.keys.startsWith(`${key} `))) {
    pending = key;
    timer = setTimeout(() => { pending = ""; }, SEQUENCE_MS);
  }
}

function fillList(dialog) {
  const list = dialog.querySelector(".keys");
  const meaningOf = (element) => element.dataset.keysLabel ?? element.getAttribute("aria-label") ?? element.textContent.trim();
  // The page's own keys come first, those of every page after them, each once.
  const all = [...document.querySelectorAll("main [data-keys]"), ...document.querySelectorAll("[data-keys]")];
  const told = new Map();
  for (const element of all) {
    // What stands in a menu that has a key of its own is reached by both, one after the other.
    const menu = element.closest("details.menu:not([data-keys-inside])")?.querySelector("summary[data-keys]");
    const keys = menu && menu !== element ? `${shown(menu.dataset.keys)} ${shown(element.dataset.keys)}` : shown(element.dataset.keys);
    const line = `${keys} ${meaningOf(element)}`;
    if (!dialog.contains(element) && !told.has(line)) told.set(line, [keys, element]);
  }
  const rows = [...told.values()].map(([keys, element]) => {
    const term = document.createElement("dt");
    keys.split(" ").forEach((key) => {
      const cap = document.createElement("kbd");
      cap.textContent = key.replace("Control", "Ctrl");
      term.append(cap, " ");
    });
    const meaning = document.createElement("dd");
    meaning.textContent = meaningOf(element);
    return [term, meaning];
  });
  list.replaceChildren(...rows.flat());
}

function startKeys() {
  document.addEventListener("keydown", onKey);
  const dialog = document.getElementById("keys");
  for (const opener of document.querySelectorAll('[data-dialog="keys"]')) opener.addEventListener("click", () => fillList(dialog));
}

function startParts(root) {
  showOwnKeys(root);
  startSuggestions(root);
  startCanned(root);
  startDecisions(root);
  startRows(root);
  startForms(root);
  startPasting(root);
  startClocks(root);
  startSending(root);
  for (const button of fresh(root, "[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      say(word("copied"), "ok");
    });
  }
  for (const opener of fresh(root, "[data-dialog]")) {
    opener.hidden = false;
    opener.addEventListener("click", () => document.getElementById(opener.dataset.dialog)?.showModal());
  }
  fresh(root, "[data-focus]")[0]?.focus();
}

startMenus();
startQueue();
startWalk();
startPalette();
startSheets();
startKeys();
startParts(document);
startLive();
startRequests(startParts);
startOffline();
