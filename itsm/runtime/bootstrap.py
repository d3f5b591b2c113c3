"""Makes the environment that Throughline runs in, then starts the same command again inside it.

Only the standard library is used here: this is what runs on a machine that has nothing but Python and pip.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[2]
BASE_LOCK = "requirements.txt"
TEST_LOCK = "requirements-test.txt"
COMMANDS_WITH_TEST_TOOLS = frozenset({"test"})
STAMP = "throughline-stamp.json"
PROGRESS_EVERY = 3.0


class BootstrapError(Exception):
    """The environment could not be made; the message says what to do."""


def enter(argv: Sequence[str]) -> None:
    """Return only inside a complete environment; from outside, replace this process by one inside it.

    `argv` is the command line, the script first. Ends the process with a message when it cannot be done.
    """
    if os.environ.get("THROUGHLINE_BOOTSTRAP") == "off":
        return
    try:
        environment = Environment(ROOT)
        environment.ensure(wanted_lock(argv))
    except BootstrapError as problem:
        sys.exit(f"throughline: {problem}")
    if not environment.is_current():
        _restart_inside(environment, argv)


def wanted_lock(argv: Sequence[str]) -> str:
    """The lock file that this command line needs."""
    command = argv[1] if len(argv) > 1 else ""
    return TEST_LOCK if command in COMMANDS_WITH_TEST_TOOLS else BASE_LOCK


def _restart_inside(environment: "Environment", argv: Sequence[str]) -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(environment.python, [str(environment.python), *argv])


class Environment:
    """The `.venv` folder of one checkout, filled from a lock file whose hashes are checked."""

    def __init__(self, root: Path) -> None:
        """Describe the environment of the checkout at `root`; nothing is made yet."""
        self.root = root
        self.folder = root / ".venv"
        self.python = self.folder / "bin" / "python"

    def is_current(self) -> bool:
        """Whether this very process runs inside the environment."""
        return Path(sys.prefix).resolve() == self.folder.resolve()

    def ensure(self, lock: str) -> None:
        """Make or complete the environment for `lock`. Raises BootstrapError when that fails."""
        if self.satisfies(lock):
            return
        with self._only_one():
            if not self.satisfies(lock):
                self._build(lock)

    def satisfies(self, lock: str) -> bool:
        """Whether the environment holds exactly what `lock` says, and its Python is still there."""
        stamp = self._read_stamp()
        return (
            stamp.get(lock) == self._hash(lock)
            and self.python.exists()
            and stamp.get("python") == str(self.python.resolve())
        )

    def _build(self, lock: str) -> None:
        stamp = self._read_stamp()
        started = time.monotonic()
        if stamp.get("python") != str(self.python.resolve()) or not self.python.exists():
            stamp = {}
            self._say(f"making {self.folder.name} with Python {sys.version.split()[0]}")
            self._make_empty()
        # Without its stamp a half-filled environment counts as none: an interrupted run starts afresh.
        self._stamp_path.unlink(missing_ok=True)
        self._install(lock, started)
        stamp = {name: value for name, value in stamp.items() if value == self._hash_or_none(name)}
        stamp |= {"python": str(self.python.resolve()), lock: self._hash(lock)}
        if lock == TEST_LOCK:
            stamp[BASE_LOCK] = self._hash(BASE_LOCK)  # the test lock contains the other
        partial = self._stamp_path.with_suffix(".partial")
        partial.write_text(json.dumps(stamp, indent=1))
        partial.replace(self._stamp_path)
        self._say(f"environment ready after {time.monotonic() - started:.0f} s")

    def _make_empty(self) -> None:
        if self.folder.is_symlink():
            self.folder.unlink()
        elif self.folder.exists():
            shutil.rmtree(self.folder)
        command = [sys.executable, "-m", "venv", str(self.folder)]
        if not _has_module("ensurepip"):
            command.insert(3, "--without-pip")
        made = subprocess.run(
            command, capture_output=True, text=True, env=_clean_env(), check=False
        )
        if made.returncode:
            raise BootstrapError(
                f"this Python cannot make an environment ({_last_line(made.stderr + made.stdout)}). "
                "On Debian or Ubuntu run: apt-get install python3-venv python3-pip"
            )

    def _install(self, lock: str, started: float) -> None:
        total = sum(1 for line in self._lines(lock) if line[:1].isalnum())
        self._say(f"installing {total} packages from {lock}")
        command = [
            *self._pip(),
            "install",
            "--require-hashes",
            "--only-binary=:all:",
            "--no-input",
            "--disable-pip-version-check",
            "--progress-bar=off",
            "--requirement",
            lock,
        ]
        tail: list[str] = []
        with subprocess.Popen(
            command,
            cwd=self.root,
            env=_clean_env(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as pip:
            assert pip.stdout is not None  # noqa: S101 - it was asked for above
            report = _Progress(total, started, self._say)
            for line in pip.stdout:
                tail = [*tail[-24:], line]
                report.hear(line)
        if pip.returncode:
            raise BootstrapError(
                "pip could not install the packages. Its last words:\n"
                + "".join(tail)
                + "Check the network and pip's own settings, then run the command again."
            )

    def _pip(self) -> list[str]:
        if (self.folder / "bin" / "pip").exists():
            return [str(self.python), "-m", "pip"]
        if _has_module("pip"):
            return [sys.executable, "-m", "pip", "--python", str(self.python)]
        raise BootstrapError(
            f"{sys.executable} has neither pip nor ensurepip. "
            "On Debian or Ubuntu run: apt-get install python3-venv python3-pip"
        )

    @contextlib.contextmanager
    def _only_one(self) -> Iterator[None]:
        """Let one command at a time build; the folder itself carries the lock."""
        handle = os.open(self.root, os.O_RDONLY)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._say("waiting for another command that makes the environment")
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        except PermissionError as problem:
            raise BootstrapError(
                f"{problem.filename or self.folder} cannot be written. Use a checkout that belongs to you."
            ) from problem
        finally:
            os.close(handle)

    @property
    def _stamp_path(self) -> Path:
        return self.folder / STAMP

    def _read_stamp(self) -> dict[str, str]:
        try:
            stamp = json.loads(self._stamp_path.read_text())
        except (OSError, ValueError):
            return {}
        return stamp if isinstance(stamp, dict) else {}

    def _lines(self, lock: str) -> list[str]:
        return (self.root / lock).read_text().splitlines()

    def _hash(self, lock: str) -> str:
        return hashlib.sha256((self.root / lock).read_bytes()).hexdigest()

    def _hash_or_none(self, lock: str) -> str | None:
        return self._hash(lock) if lock in {BASE_LOCK, TEST_LOCK} else None

    @staticmethod
    def _say(message: str) -> None:
        print(f"throughline: {message}", file=sys.stderr, flush=True)


class _Progress:
    """Tells, every few seconds, how far pip has come."""

    def __init__(self, total: int, started: float, say: Callable[[str], None]) -> None:
        self.total, self.started, self.say = total, started, say
        self.seen = 0
        self.spoken = started

    def hear(self, line: str) -> None:
        """Take in one line of pip's output."""
        now = time.monotonic()
        if line.startswith("Installing collected packages"):
            self.say(f"  unpacking ({now - self.started:.0f} s)")
            self.spoken = now
        if line.startswith(("Collecting ", "Requirement already satisfied")):
            self.seen += 1
            if now - self.spoken >= PROGRESS_EVERY:
                self.spoken = now
                self.say(f"  fetched {self.seen} of {self.total} ({now - self.started:.0f} s)")


def _has_module(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason given"


def _clean_env() -> dict[str, str]:
    """The caller's environment, without what would make pip install somewhere else."""
    dropped = {
        "PYTHONPATH",
        "PYTHONHOME",
        "PIP_USER",
        "PIP_TARGET",
        "PIP_PREFIX",
        "PIP_REQUIRE_VIRTUALENV",
    }
    return {name: value for name, value in os.environ.items() if name not in dropped} | {
        "PIP_USER": "0"
    }
