// Walks from change to change on the page that compares two versions; without scripts its list of
// changes does the same by links.
const changes = [...document.querySelectorAll("[data-change]")];
const steps = document.querySelectorAll("[data-change-step]");

function go(step) {
  const here = changes.indexOf(document.activeElement?.closest("[data-change]"));
  const from = here < 0 && step < 0 ? 0 : here;
  const next = changes[(from + step + changes.length) % changes.length];
  next.scrollIntoView({ block: "center" });
  next.focus({ preventScroll: true });
}

for (const button of steps) {
  button.hidden = changes.length === 0;
  button.addEventListener("click", () => go(Number(button.dataset.changeStep)));
}
