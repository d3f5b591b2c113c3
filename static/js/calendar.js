// The days of a month by keyboard: left and right go by a day, up and down by a week, Enter opens the one at
// hand. Without scripts each day is a link.
const days = [...document.querySelectorAll(".calendar .calendar-day[href]")];
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

document.addEventListener("keydown", (event) => {
  if (!days.length || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || !(event.key in STEPS)) return;
  if (document.querySelector("dialog[open], details.menu[open]")) return;
  const { target } = event;
  const at = days.indexOf(target.closest?.("td")?.querySelector(".calendar-day") ?? null);
  if (at < 0 && target !== document.body && !target.matches?.(".table-box")) return;
  const today = Math.max(0, days.findIndex((day) => day.closest(".is-today")));
  const next = at < 0 ? days[today] : days[at + STEPS[event.key]];
  if (!next?.checkVisibility()) return;
  event.preventDefault();
  next.focus();
});
