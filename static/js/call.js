// How long the call has lasted, counted from when the page opened.
const timer = document.querySelector("[data-call-timer]");
const began = performance.now();

function show() {
  const seconds = Math.floor((performance.now() - began) / 1000);
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  timer.textContent = timer.dataset.word.replace("{time}", time);
}

if (timer) {
  timer.hidden = false;
  show();
  setInterval(show, 1000);
}
