// What every script says and how menus behave.
export const word = (name, values = {}) =>
  (document.body.dataset[`word${name[0].toUpperCase()}${name.slice(1)}`] ?? "").replace(/\{(\w+)\}/g, (_all, key) => values[key] ?? "");

export function say(text, tone = "info") {
  const region = document.getElementById("toasts");
  if (!region || !text) return;
  const notice = document.createElement("div");
  notice.className = `notice tone-${tone}`;
  const line = document.createElement("p");
  line.textContent = text;
  notice.append(line);
  region.append(notice);
}

// Work the reader waits for: a line below the header, and words when it takes long.
const LONG_MS = 4000;
let running = 0;
let long = 0;
export function busy(step) {
  running = Math.max(0, running + step);
  document.body.classList.toggle("is-busy", running > 0);
  const words = document.querySelector(".busy > span");
  if (!words || (step > 0 && running > 1)) return;
  clearTimeout(long);
  if (!running) words.textContent = "";
  else long = setTimeout(() => { words.textContent = word("loading"); }, LONG_MS);
}

// What failed is said where it was to appear; what stood there stays, and the same is asked again by a press.
export function sayFailed(place, text, again) {
  if (!place?.isConnected || place === document.body) return void say(text, "bad");
  place.querySelector(":scope > .failed")?.remove();
  const strip = document.createElement("div");
  strip.className = "notice tone-bad failed";
  strip.setAttribute("role", "alert");
  const line = document.createElement("p");
  line.textContent = text;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn";
  button.textContent = word("again");
  button.addEventListener("click", () => { strip.remove(); again(); });
  strip.append(line, button);
  place.prepend(strip);
}

// A part of the page may be offered twice (once with the page, once as a fragment): wire it once.
const wired = new Map();
export function fresh(root, selector) {
  if (!wired.has(selector)) wired.set(selector, new WeakSet());
  const seen = wired.get(selector);
  return [...root.querySelectorAll(selector)].filter((element) => !seen.has(element) && seen.add(element));
}

// Menus made of <details>: Escape or a press elsewhere closes them, and focus returns to the opener.
export function startMenus() {
  const open = () => document.querySelectorAll("details.menu[open]");
  document.addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("focusin", (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      const inside = menu.contains(document.activeElement);
      menu.open = false;
      if (inside) menu.querySelector("summary").focus();
    }
  });
  // A composer that opens is for writing: take the reader to its first field. One that came open, with a
  // draft in it, leaves them where they are; its toggling is told after the page has come.
  const cameOpen = new WeakSet(document.querySelectorAll("details.composer[open]"));
  document.addEventListener("toggle", ({ target }) => {
    if (cameOpen.delete(target) && location.hash !== `#${target.id}`) return;
    const isForWriting = target.open && target.matches("details.composer") && !target.querySelector(".error-summary");
    if (isForWriting) target.querySelector("textarea, input:not([type=hidden])")?.focus();
  }, true);
  // A link to a folded part, such as #reply, opens it.
  const unfold = () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (target instanceof HTMLDetailsElement) target.open = true;
  };
  addEventListener("hashchange", unfold);
  unfold();
}

// Keys that the reader chose in place of the usual ones: {"c": "q"} lets q do what c did, and c do nothing.
const chosenKeys = JSON.parse(document.documentElement.dataset.keyMap || "{}");
const usualKeys = new Map(Object.entries(chosenKeys).map(([usual, own]) => [own, usual]));

// The usual key for the one that was pressed; nothing for one that was given away.
export function meant(pressed) {
  const key = pressed.length === 1 ? pressed.toLowerCase() : pressed;
  return usualKeys.get(key) ?? (Object.hasOwn(chosenKeys, key) ? "" : key);
}

// The key as this reader presses it, for whatever names the usual one: "c", "Shift+n", "g t".
export function shown(keys) {
  const [first, ...rest] = keys.split(" ");
  const parts = first.split("+");
  const own = first.length > 1 && parts.some((part) => part === "Control" || part === "Alt") ? first
    : [...parts.slice(0, -1), chosenKeys[parts.at(-1)] ?? parts.at(-1)].join("+");
  return [own, ...rest].join(" ");
}

// What pages print beside a control is the usual key; say the reader's own.
export function showOwnKeys(root) {
  if (!usualKeys.size) return;
  for (const cap of fresh(root, "kbd[aria-hidden]")) cap.textContent = chosenKeys[cap.textContent.trim()] ?? cap.textContent;
}
