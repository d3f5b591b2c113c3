// A specification: which part is being read, told in its contents, and the key that comments on it.
// Without scripts each part has its own way to comment.
const parts = [...document.querySelectorAll(".spec-parts > section[id]")];
const links = [...document.querySelectorAll(".spec-contents a")];

let chosen = null;

const isInSight = (part) => {
  const { top } = part.getBoundingClientRect();
  return top >= 0 && top < innerHeight * 0.8;
};

// Where focus is; else what was chosen in the contents while it is in sight; else the topmost in sight.
function atHand() {
  const inside = parts.find((part) => part.contains(document.activeElement));
  if (inside) return inside;
  if (chosen && isInSight(chosen)) return chosen;
  return parts.find((part) => part.getBoundingClientRect().bottom > 96) ?? parts.at(-1);
}

function tell() {
  const here = `#${atHand().id}`;
  for (const link of links) {
    if (link.hash === here) link.setAttribute("aria-current", "location");
    else link.removeAttribute("aria-current");
  }
}

let isAsked = false;
addEventListener("scroll", () => {
  if (isAsked) return;
  isAsked = true;
  requestAnimationFrame(() => { isAsked = false; tell(); });
}, { passive: true });

const button = document.querySelector("[data-remark-here]");
if (button) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const here = atHand();
    const fold = [...[here, ...parts].map((part) => part.querySelector("details.talk-new"))].find(Boolean);
    if (!fold) return;
    fold.open = true;
    fold.querySelector("textarea").focus();
  });
}
function choose() {
  chosen = parts.find((part) => `#${part.id}` === location.hash) ?? null;
  tell();
}

if (parts.length) {
  addEventListener("hashchange", choose);
  choose();
}
