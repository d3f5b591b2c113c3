// Canned replies below the reply while it is written: two colons and a few letters of the name open the
// list, arrows move, Enter puts the text in, Escape closes. The words stay in the reply's own field.
import { fresh, word } from "./page.js";

const DELAY_MS = 120;
const OPENER = /(?:^|\s)::([^\n:]{0,40})$/;

class Canned {
  constructor(button) {
    this.address = button.getAttribute("href");
    this.field = button.form?.querySelector("textarea") ?? button.closest("form").querySelector("textarea");
    this.asked = 0;
    this.list = document.createElement("ul");
    this.list.id = `${this.field.id}-canned`;
    this.list.className = "suggest-list";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", button.textContent.trim());
    this.list.hidden = true;
    this.status = document.createElement("span");
    this.status.className = "hide";
    this.status.setAttribute("role", "status");
    const box = document.createElement("div");
    box.className = "suggest";
    this.field.replaceWith(box);
    box.append(this.field, this.list, this.status);
    this.field.setAttribute("aria-autocomplete", "list");
    this.field.setAttribute("aria-controls", this.list.id);
    this.field.addEventListener("input", () => this.typed());
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.field.addEventListener("blur", () => this.close());
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const row = event.target.closest("[role=option]");
      if (row) this.put(row);
    });
    button.addEventListener("click", (event) => {
      event.preventDefault();
      this.field.focus();
      const before = this.field.value.slice(0, this.field.selectionStart);
      this.field.setRangeText(before && !/\s$/.test(before) ? " ::" : "::", this.field.selectionStart, this.field.selectionEnd, "end");
      this.typed();
    });
  }

  get rows() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  get active() {
    return this.list.querySelector('[aria-selected="true"]');
  }

  get wanted() {
    return OPENER.exec(this.field.value.slice(0, this.field.selectionStart));
  }

  typed() {
    clearTimeout(this.timer);
    const found = this.wanted;
    if (!found) {
      this.close();
      return;
    }
    this.timer = setTimeout(() => this.ask(found[1].trim()), DELAY_MS);
  }

  async ask(words) {
    const turn = (this.asked += 1);
    try {
      const answer = await fetch(`${this.address}?${new URLSearchParams({ q: words })}`, { headers: { "X-Requested-With": "fetch" } });
      if (!answer.ok || answer.redirected) return;
      const html = await answer.text();
      if (turn !== this.asked) return;
      this.list.innerHTML = html;
    } catch {
      return; // The page of canned replies does the same without this.
    }
    // The last line leads to where replies are prepared; it is chosen by nobody who does not ask for it.
    const found = this.rows.filter((row) => row.dataset.text);
    this.list.hidden = this.rows.length === 0;
    this.status.textContent = found.length ? word("found", { n: found.length }) : this.list.textContent.trim();
    this.mark(found[0]);
  }

  mark(row) {
    this.active?.setAttribute("aria-selected", "false");
    row?.setAttribute("aria-selected", "true");
    row?.scrollIntoView({ block: "nearest" });
    if (row) this.field.setAttribute("aria-activedescendant", row.id);
    else this.field.removeAttribute("aria-activedescendant");
  }

  key(event) {
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey || this.list.hidden) return;
    const { rows, active } = this;
    const place = rows.indexOf(active);
    if (event.key === "ArrowDown") this.mark(rows[(place + 1) % rows.length]);
    else if (event.key === "ArrowUp") this.mark(rows[(place <= 0 ? rows.length : place) - 1]);
    else if (event.key === "Escape") this.close();
    else if (active && (event.key === "Enter" || event.key === "Tab")) this.put(active);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  put(row) {
    if (row.dataset.href) {
      location.assign(row.dataset.href);
      return;
    }
    const found = this.wanted;
    const end = this.field.selectionStart;
    const start = found ? end - found[1].length - 2 : end;
    this.field.setRangeText(row.dataset.text, start, end, "end");
    this.close();
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  close() {
    clearTimeout(this.timer);
    this.asked += 1;
    this.list.hidden = true;
    this.field.removeAttribute("aria-activedescendant");
  }
}

export function startCanned(root) {
  for (const button of fresh(root, "a[data-canned]")) new Canned(button);
}
