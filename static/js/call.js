// How long the call has lasted, counted from when the page opened.
const timer = document.querySelector("[data-call-timer]");
const began = performance.now();

// The length is written into the form as the call goes on, until the agent writes there.
const length = document.querySelector("[data-call-length]");
let isCounted = Boolean(length) && !length.value;
length?.addEventListener("input", () => { isCounted = false; });

function show() {
  const seconds = Math.floor((performance.now() - began) / 1000);
  if (isCounted) length.value = `${Math.max(1, Math.ceil(seconds / 60))}m`;
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  timer.textContent = timer.dataset.word.replace("{time}", time);
}

if (timer) {
  show();
  setInterval(show, 1000);
}

// The likeliest service is filled in while the field is empty or still holds an earlier guess; it stays
// the agent's own as soon as they write there. A press on another guess takes that one instead.
const service = document.getElementById("id_service");
let guessed = "";
let isOwn = false;

function fill(words) {
  guessed = words;
  service.value = words;
  service.classList.toggle("guessed", Boolean(words));
}

function guess() {
  const found = document.querySelector("[data-guess]")?.dataset.guess ?? "";
  if (found && !isOwn && found !== service.value && (service.value === "" || service.value === guessed)) fill(found);
}

if (service) {
  const hint = document.createElement("p");
  hint.className = "hint guess-hint";
  hint.id = "guess-hint";
  hint.setAttribute("role", "status");
  service.closest(".field").append(hint);
  const tell = () => {
    hint.textContent = guessed && service.value === guessed ? timer.dataset.guessed : "";
  };
  guess();
  tell();
  document.addEventListener("htmx:afterSwap", () => { guess(); tell(); });
  service.addEventListener("input", () => { guessed = ""; isOwn = true; service.classList.remove("guessed"); tell(); });
  document.getElementById("call").addEventListener("click", (event) => {
    const chip = event.target.closest("button[name=guess]");
    if (!chip) return;
    event.preventDefault();
    isOwn = false;
    fill(chip.value);
    isOwn = true;
    tell();
    service.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
