// What a page lists without being a list (the cards of the portfolio, the register of improve): j and k
// walk it, and s or v opens what each link says is done about it. Enter follows the link, as ever.
import { meant } from "./page.js";

const links = () => [...document.querySelectorAll("[data-walk] a[data-walk-to]")];
let last = null;

function onKey(event) {
  if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  if (document.documentElement.dataset.keyboard === "off" || document.querySelector("dialog[open]")) return;
  if (event.target.matches?.("textarea, select, input:not([type=checkbox])")) return;
  const all = links();
  if (!all.length) return;
  const key = meant(event.key);
  const at = all.includes(document.activeElement) ? document.activeElement : last?.isConnected ? last : null;
  if (key === "j" || key === "k") {
    const step = key === "j" ? 1 : -1;
    const next = at ? all[all.indexOf(at) + step] : step > 0 ? all[0] : all.at(-1);
    if (!next) return;
    last = next;
    next.focus();
    next.scrollIntoView({ block: "nearest", inline: "nearest" });
  } else if ((key === "s" || key === "v") && at?.dataset[key === "s" ? "state" : "worth"]) {
    location.assign(at.dataset[key === "s" ? "state" : "worth"]);
  } else return;
  event.preventDefault();
}

export function startWalk() {
  if (document.querySelector("[data-walk]")) document.addEventListener("keydown", onKey, true);
}
