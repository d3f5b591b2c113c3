// What the parts of a page ask for: that something is under way, what failed, and the wiring of what came.
import { busy, sayFailed, word } from "./page.js";

export function startRequests(startParts) {
  const isQuiet = (part) => part.matches("[data-live], [data-quiet]");
  document.addEventListener("htmx:beforeRequest", (event) => {
    // A part that asks for itself again rests while nobody looks, and is no work to wait for.
    if (document.hidden && event.detail.elt.matches("[data-live]")) event.preventDefault();
    if (isQuiet(event.detail.elt)) return;
    busy(1);
    event.detail.target?.setAttribute("aria-busy", "true");
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (isQuiet(event.detail.elt)) return;
    busy(-1);
    event.detail.target?.removeAttribute("aria-busy");
  });
  for (const failed of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(failed, ({ detail }) => {
      if (!detail.elt || isQuiet(detail.elt)) return;
      const { elt, target, requestConfig: asked } = detail;
      const again = () => (elt.matches("form, a, button") ? window.htmx.trigger(elt, elt.matches("form") ? "submit" : "click")
        : window.htmx.ajax(asked.verb, asked.path, { source: elt, target }));
      sayFailed(target, word(failed === "htmx:responseError" ? "broke" : "failed"), again);
    });
  }
  document.addEventListener("htmx:load", (event) => startParts(event.detail.elt));
}
