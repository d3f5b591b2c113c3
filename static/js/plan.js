// The drawing of the plan by keyboard: left and right scroll by a day, Home and End to either end, and it
// opens where today is. Without scripts it scrolls as any region does, and the table says the same.
const box = document.querySelector("[data-plan-day]");

if (box) {
  const day = Number(box.dataset.planDay);
  const steps = { ArrowLeft: -day, ArrowRight: day, Home: -box.scrollWidth, End: box.scrollWidth };
  box.scrollLeft = Math.max(0, Number(box.dataset.planToday) - box.clientWidth / 4);
  box.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target !== box || !(event.key in steps)) return;
    event.preventDefault();
    box.scrollLeft += steps[event.key] * (event.shiftKey ? 7 : 1);
  });
}
