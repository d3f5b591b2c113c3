"""Speaks to the person at the terminal: short lines, each with the time since the start."""

import sys
import time


class Console:
    """Prints what happens, with the seconds since the command began."""

    def __init__(self) -> None:
        """Begin to count."""
        self.began = time.monotonic()

    def step(self, message: str) -> None:
        """Say what is being done now."""
        self._print(f"[{time.monotonic() - self.began:5.1f} s] {message}")

    def event(self, message: str) -> None:
        """Say what has happened while everything runs."""
        self._print(f"[{time.strftime('%H:%M:%S')}] {message}")

    def plain(self, text: str) -> None:
        """Print a text as it is."""
        self._print(text)

    def _print(self, text: str) -> None:
        try:
            print(text, flush=True)
        except OSError:  # the terminal is gone; what runs goes on
            sys.stdout = open("/dev/null", "w")  # noqa: SIM115, PTH123 - for the rest of the process
