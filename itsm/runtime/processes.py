"""Starts child processes that end with us, and ends them in good order."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from itsm.runtime.paths import Account

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
LARGEST_LOG = 10_000_000


def spawn(
    command: Sequence[str],
    *,
    log: Path,
    account: Account | None = None,
    environ: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start `command` as our direct child, its output appended to `log`.

    The child has its own process group, so that Ctrl-C reaches only us and we choose the order of the end.
    Where the system can, it receives `death_signal` should we vanish without a word.
    """
    with log.open("ab") as output:
        return subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if environ is None else dict(environ),
            cwd=cwd or "/",
            process_group=0,
            pass_fds=pass_fds,
            preexec_fn=_end_with_parent(death_signal),
            **(account.popen_args() if account else {}),
        )


def _end_with_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def in_child() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:  # it vanished before we could ask
            os.kill(os.getpid(), signal.SIGKILL)

    return in_child


def adopt_orphans() -> None:
    """Ask to be handed the children of our children when those end first, so that we can let go of them."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end(process: subprocess.Popen[bytes], *, how: signal.Signals, patience: float) -> int:
    """End one child with signal `how`; after `patience` seconds end its whole group. Returns its code."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(how)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            end_group(process.pid)
            process.wait()
    end_group(process.pid)
    return process.returncode


def end_group(leader: int) -> None:
    """Kill what is left of the process group that `leader` began."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def rotate(log: Path) -> None:
    """Put a log that has grown large aside; one older one is kept."""
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".1.log"))


def birth(pid: int) -> str | None:
    """What tells this process from a later one with the same number; None when there is none or it is dead."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    return None if fields[0] == "Z" else fields[19]


def wait_until(ready: Callable[[], bool], *, seconds: float, pause: float = 0.05) -> bool:
    """Ask `ready` again and again for up to `seconds`; whether it ever said yes."""
    limit = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > limit:
            return False
        time.sleep(pause)
    return True
