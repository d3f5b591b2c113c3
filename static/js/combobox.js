// Suggestions below a text field, after the APG's combobox with list autocomplete and manual selection. A field asks
// for them with data-suggest="people", "records" or "tags". In one of several words (data-suggest-each) the last is completed.
import { fresh, word } from "./page.js";

const DELAY_MS = 150;
const FROM_LETTERS = 2;
// What stands before the last word of a field of several, with the minus that takes a word off.
const BEFORE_LAST = /^(?:.*[,;\s])?-?/s;
let lists = 0;

const addressOf = (kind) => document.body.dataset[`suggest${kind[0].toUpperCase()}${kind.slice(1)}`];

class Combobox {
  constructor(input) {
    this.input = input;
    this.picked = input.form?.elements[`${input.name}_id`];
    this.address = addressOf(input.dataset.suggest);
    this.asked = 0;
    this.list = document.createElement("ul");
    this.list.id = `suggestions-${(lists += 1)}`;
    this.list.className = "suggest-list";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", input.labels?.[0]?.textContent.trim() ?? "");
    this.list.hidden = true;
    this.status = document.createElement("span");
    this.status.className = "hide";
    this.status.setAttribute("role", "status");
    const box = document.createElement("div");
    box.className = "suggest";
    input.replaceWith(box);
    box.append(input, this.list, this.status);
    if (input.autofocus) input.focus();
    for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id })) {
      input.setAttribute(name, value);
    }
    input.addEventListener("input", () => this.typed());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.close());
    // A press on the list must not take the focus from the field.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const row = event.target.closest("[role=option]");
      if (row) this.pick(row);
    });
  }

  get rows() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  get active() {
    return this.list.querySelector('[aria-selected="true"]');
  }

  get before() {
    return "suggestEach" in this.input.dataset ? this.input.value.match(BEFORE_LAST)[0] : "";
  }

  typed() {
    if (this.picked) this.picked.value = "";
    clearTimeout(this.timer);
    const words = this.input.value.slice(this.before.length).trim();
    if (words.length < FROM_LETTERS) {
      this.close();
      return;
    }
    this.timer = setTimeout(() => this.ask(words), DELAY_MS);
  }

  async ask(words) {
    const turn = (this.asked += 1);
    const query = new URLSearchParams({ q: words });
    if (this.input.dataset.suggestKinds) query.set("kinds", this.input.dataset.suggestKinds);
    let html;
    // A form that takes what is typed unmatched is told when there was no matching it.
    const late = this.input.form?.elements[`${this.input.name}_late`];
    if (late) late.value = "1";
    try {
      const answer = await fetch(`${this.address}?${query}`, { headers: { "X-Requested-With": "fetch" } });
      if (!answer.ok || answer.redirected) return;
      html = await answer.text();
    } catch {
      return; // Suggestions are a help; the form works without them.
    }
    if (late) late.value = "";
    if (turn !== this.asked || document.activeElement !== this.input) return;
    this.list.innerHTML = html;
    if (this.input.dataset.suggestNew) this.offerNew(words);
    this.list.hidden = this.rows.length === 0;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    this.input.removeAttribute("aria-activedescendant");
    this.status.textContent = word("found", { n: this.rows.length });
  }

  offerNew(words) {
    const row = document.createElement("li");
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", "false");
    row.id = `${this.list.id}-new`;
    row.dataset.new = "1";
    row.textContent = word("create", { name: words });
    this.list.append(row);
  }

  mark(row) {
    this.active?.setAttribute("aria-selected", "false");
    row?.setAttribute("aria-selected", "true");
    row?.scrollIntoView({ block: "nearest" });
    if (row) this.input.setAttribute("aria-activedescendant", row.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  key(event) {
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Enter" && this.input.dataset.suggestNext) event.preventDefault();
    if (event.key === "Enter" && this.list.hidden) {
      if (this.input.dataset.suggestNext && this.input.value) this.moveOn();
      return;
    }
    if (this.list.hidden) return;
    const { rows, active } = this;
    const place = rows.indexOf(active);
    if (event.key === "ArrowDown") this.mark(rows[(place + 1) % rows.length]);
    else if (event.key === "ArrowUp") this.mark(rows[(place <= 0 ? rows.length : place) - 1]);
    else if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && !active && "suggestEach" in this.input.dataset) return;
    else if (event.key === "Enter") this.pick(active ?? rows[0]);
    else return;
    event.preventDefault();
  }

  pick(row) {
    this.close();
    if (row.dataset.new) {
      this.startNew();
      return;
    }
    this.input.value = this.before + row.dataset.value;
    if (this.picked) this.picked.value = row.dataset.id;
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
    this.moveOn();
  }

  startNew() {
    const fold = document.getElementById(this.input.dataset.suggestNew);
    fold.open = true;
    const box = fold.querySelector("input[type=checkbox]");
    box.checked = true;
    box.dispatchEvent(new Event("change", { bubbles: true }));
    fold.querySelector("input:not([type=checkbox], [type=hidden])")?.focus();
  }

  moveOn() {
    document.getElementById(this.input.dataset.suggestNext)?.focus();
  }

  close() {
    clearTimeout(this.timer);
    this.asked += 1;
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

export function startSuggestions(root) {
  for (const input of fresh(root, "input[data-suggest]")) {
    if (addressOf(input.dataset.suggest)) new Combobox(input);
  }
}
