"""Keeps a set of child processes running: starts again what ends, with growing pauses."""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from itsm.runtime import processes
from itsm.runtime.console import Console

TICK = 0.2
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
STEADY_AFTER = 30.0


@dataclass
class Watched:
    """One process that must run: how to start it, how to end it, and how it has fared."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    stop_signal: signal.Signals = signal.SIGTERM
    patience: float = 15.0
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    failures: int = 0
    start_at: float | None = field(default=None)

    def begin(self) -> subprocess.Popen[bytes]:
        """Start the process now."""
        self.process = self.start()
        self.began = time.monotonic()
        self.start_at = None
        return self.process

    def runs_for(self) -> float:
        """Seconds since the last start."""
        return time.monotonic() - self.began

    def pause(self) -> float:
        """Seconds to wait before the next start; longer each time it ends soon after a start."""
        self.failures = 0 if self.runs_for() > STEADY_AFTER else self.failures + 1
        return float(min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** max(0, self.failures - 1)))


class Supervisor:
    """Watches processes until told to stop."""

    def __init__(self, console: Console, register: Path) -> None:
        """Watch nothing yet; `register` is the file that remembers our children for a later start."""
        self.console, self.register = console, register
        self.watched: list[Watched] = []

    def add(self, watched: Watched) -> None:
        """Watch a process, starting it unless it runs already."""
        self.watched.append(watched)
        if watched.process is None:
            watched.begin()
        else:
            watched.began = time.monotonic()
        self._write_register()

    def find(self, name: str) -> Watched:
        """The watched process of that name."""
        return next(watched for watched in self.watched if watched.name == name)

    def tick(self) -> None:
        """Look at every process once, and start again what has ended."""
        reap_strangers({watched.process.pid for watched in self.watched if watched.process})
        for watched in self.watched:
            self._look_at(watched)

    def restart(self, name: str, reason: str) -> None:
        """End a process that runs but does not work; the next look starts it again."""
        watched = self.find(name)
        self.console.event(f"{name} {reason}, starting it again")
        if watched.process is not None:
            processes.end(watched.process, how=signal.SIGKILL, patience=5)
        watched.start_at = time.monotonic()

    def stop(self, *names: str) -> None:
        """End the named processes, one after the other."""
        for name in names:
            for watched in [each for each in self.watched if each.name == name]:
                self.watched.remove(watched)
                if watched.process is not None:
                    processes.end(
                        watched.process, how=watched.stop_signal, patience=watched.patience
                    )

    def kill_all(self) -> None:
        """End everything at once, without waiting."""
        for watched in self.watched:
            if watched.process is not None and watched.process.poll() is None:
                processes.end_group(watched.process.pid)

    def _look_at(self, watched: Watched) -> None:
        process = watched.process
        if process is None or process.poll() is None:
            return
        now = time.monotonic()
        if watched.start_at is None:
            processes.end_group(process.pid)
            pause = watched.pause()
            watched.start_at = now + pause
            self.console.event(
                f"{watched.name} {how_it_ended(process.returncode)}, starting it again in {pause:g} s"
            )
        elif now >= watched.start_at:
            again = watched.begin()
            self._write_register()
            self.console.event(f"{watched.name} runs again (process {again.pid})")

    def _write_register(self) -> None:
        entries = [
            {"name": each.name, "pid": each.process.pid, "birth": processes.birth(each.process.pid)}
            for each in self.watched
            if each.process is not None
        ]
        self.register.write_text(json.dumps(entries))


def how_it_ended(code: int) -> str:
    """The end of a process in words."""
    if code < 0:
        with contextlib.suppress(ValueError):
            return f"was ended by {signal.Signals(-code).name}"
    return f"ended with code {code}"


def reap_strangers(ours: set[int]) -> None:
    """Let go of ended processes that were handed to us because their own parent is gone."""
    while True:
        try:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        if ended is None or ended.si_pid in ours:
            return
        with contextlib.suppress(ChildProcessError):
            os.waitpid(ended.si_pid, os.WNOHANG)


def end_left_over(register: Path, console: Console) -> None:
    """End the children of an earlier run that was killed before it could."""
    try:
        entries = json.loads(register.read_text())
    except (OSError, ValueError):
        return
    alive = [each for each in entries if _is_same(each)]
    if alive:
        console.step(
            f"ending what an earlier run left behind: {', '.join(each['name'] for each in alive)}"
        )
    for each in alive:
        how = signal.SIGINT if each["name"] == "postgres" else signal.SIGTERM
        with contextlib.suppress(ProcessLookupError):
            os.kill(each["pid"], how)
    if not processes.wait_until(lambda: not any(map(_is_same, alive)), seconds=20):
        for each in alive:
            processes.end_group(each["pid"])
    register.unlink(missing_ok=True)


def _is_same(entry: dict[str, object]) -> bool:
    born = processes.birth(int(str(entry["pid"])))
    return born is not None and born == entry["birth"]
