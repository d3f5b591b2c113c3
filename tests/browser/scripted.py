"""Somebody who works by keyboard alone, and the keys and the seconds it takes.

A scripted agent presses five keys a second and takes 1.35 seconds for each decision. The time is
reckoned from what was pressed and decided, with a fixed allowance for each answer of the server that
has to be waited for, so that a slow machine changes nothing.
"""

from __future__ import annotations

KEY_S, DECISION_S, ANSWER_S = 0.2, 1.35, 0.4

#: Counts the keys of this tab over all its pages, and lets no pointer act.
WATCH = """
  const count = (name) => sessionStorage.setItem(name, Number(sessionStorage.getItem(name) ?? 0) + 1);
  addEventListener("keydown", () => count("keys"), true);
  for (const kind of ["pointerdown", "pointerup", "mousedown", "mouseup", "touchstart", "dblclick"]) {
    addEventListener(kind, (event) => { count("pointers"); event.preventDefault(); event.stopImmediatePropagation(); }, true);
  }
  addEventListener("click", (event) => {
    // A press of a key on a button is a click too, but not one of a pointer.
    if (event.detail === 0) return;
    count("pointers"); event.preventDefault(); event.stopImmediatePropagation();
  }, true);
"""


class ScriptedAgent:
    """Somebody who knows the keys, thinks before each choice, and has no mouse."""

    def __init__(self, page):
        self.page = page
        self.decisions = self.answers = self.letters = 0
        page.context.add_init_script(WATCH)
        page.reload()

    def decide(self, *keys):
        self.decisions += 1
        self.press(*keys)

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def say(self, words):
        """Write the caller's own words: they take time, and are no keys of the way there."""
        self.letters += len(words)
        self.page.keyboard.insert_text(words)

    def go_to(self, locator):
        """Press Tab until the focus is there."""
        for _stop in range(120):
            if locator.first.evaluate("one => one === document.activeElement"):
                return
            self.press("Tab")
        raise AssertionError(f"Tab does not lead to {locator}")

    def see(self, locator):
        """Wait for something the server answers."""
        self.answers += 1
        locator.first.wait_for()

    def counted(self, name):
        return int(self.page.evaluate("(name) => sessionStorage.getItem(name) ?? 0", name))

    @property
    def keys(self):
        return self.counted("keys")

    @property
    def seconds(self):
        return (
            (self.keys + self.letters) * KEY_S
            + self.decisions * DECISION_S
            + self.answers * ANSWER_S
        )
