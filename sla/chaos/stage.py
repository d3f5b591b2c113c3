"""The real processes of a chaos run, on engines and in a folder of their own, and ways to hurt them."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

from itsm.runtime import binaries, environment, processes
from itsm.runtime.engines import Engine, Postgres, Valkey
from itsm.runtime.errors import RuntimeProblem
from itsm.runtime.paths import ROOT, settle
from itsm.runtime.serving import listen, web_command

WORKERS, BEATS = 3, 2


class Stage:
    """Engines, web server, workers and beats of one run."""

    def __init__(self, *, include: str = "") -> None:
        """Nothing is started yet. `include` is a module that every worker loads besides."""
        self.include = include
        self.folder = Path(tempfile.mkdtemp(prefix="throughline-chaos-", dir="/tmp"))
        self.folder.chmod(0o711)
        self.places = settle(self.folder)
        self.postgres = Postgres(
            programs=binaries.postgres_bin(os.environ, self.places.account), places=self.places
        )
        self.valkey = Valkey(
            program=binaries.valkey_server(self.places.account), places=self.places
        )
        given = {
            name: value
            for name, value in os.environ.items()
            if name not in {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "SECRET_KEY"}
        }
        self.environ = environment.django_environ(
            given,
            data=self.folder,
            database_url=self.postgres.url,
            redis_url=self.valkey.url,
        ) | {"THROUGHLINE_BOOTSTRAP": "off", "LOG_LEVEL": "WARNING"}
        # Held here, so that the port is ours while the web server is dead: callers then wait in line.
        self.listener = listen("127.0.0.1", 0)
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.frozen: dict[str, float] = {}

    def raise_curtain(self) -> None:
        """Start the engines. Raises RuntimeProblem."""
        self.postgres.start()
        self.valkey.start()

    def manage(self, *arguments: str) -> str:
        """Run one management command beside the processes and return what it said."""
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
        )
        if done.returncode:
            raise RuntimeProblem(f"{arguments[0]} failed:\n{done.stderr[-2000:]}")
        return done.stdout

    def start_processes(self) -> None:
        """Start all workers and beats that do not run."""
        for name in self.names():
            if name not in self.running or self.running[name].poll() is not None:
                self._spawn(name)

    @staticmethod
    def names() -> list[str]:
        return ["web", *(f"worker{n}" for n in range(WORKERS)), *(f"beat{n}" for n in range(BEATS))]

    @property
    def port(self) -> int:
        """Where the web server is asked, on this machine."""
        return int(self.listener.getsockname()[1])

    def _spawn(self, name: str) -> None:
        celery = [sys.executable, "-m", "celery", "--app=itsm.celery"]
        descriptor = self.listener.fileno()
        if name == "web":
            command = web_command(descriptor, workers=1)
        elif name.startswith("worker"):
            command = [
                *celery,
                "worker",
                f"--hostname={name}@chaos",
                "--queues=sla,default",
                "--concurrency=1",
                *([f"--include={self.include}"] if self.include else []),
                "--without-gossip",
                "--without-mingle",
                "--loglevel=WARNING",
            ]
        else:
            command = [
                *celery,
                "beat",
                f"--schedule={self.folder / name}",
                "--pidfile=",
                "--loglevel=WARNING",
            ]
        self.running[name] = processes.spawn(
            command,
            log=self.places.log / f"{name}.log",
            environ=self.environ,
            cwd=ROOT,
            death_signal=signal.SIGKILL,
            pass_fds=(descriptor,) if name == "web" else (),
        )

    # What is done to them -------------------------------------------------------------------------

    def blows(self) -> list[Callable[[random.Random], str]]:
        """Everything that can happen, workers more often than the rest."""
        return [
            self.kill_worker,
            self.kill_worker,
            self.freeze_worker,
            self.kill_beat,
            self.kill_web,
            self.kill_valkey,
            self.kill_postgres,
            self.flush_valkey,
        ]

    def kill_worker(self, dice: random.Random) -> str:
        return self._kill(f"worker{dice.randrange(WORKERS)}")

    def kill_beat(self, dice: random.Random) -> str:
        return self._kill(f"beat{dice.randrange(BEATS)}")

    def kill_web(self, _dice: random.Random) -> str:
        return self._kill("web")

    def _kill(self, name: str) -> str:
        process = self.running[name]
        self.frozen.pop(name, None)
        processes.end_group(process.pid)
        process.wait()
        self._spawn(name)
        return f"kill -9 {name}"

    def freeze_worker(self, dice: random.Random) -> str:
        """Stop a worker in the middle of whatever it does; it wakes seconds later and goes on."""
        name = f"worker{dice.randrange(WORKERS)}"
        with suppress(ProcessLookupError):
            os.killpg(self.running[name].pid, signal.SIGSTOP)
        self.frozen[name] = monotonic() + dice.uniform(1, 6)
        return f"freeze {name}"

    def thaw(self, *, everybody: bool = False) -> None:
        """Wake the frozen whose time has come."""
        for name, until in list(self.frozen.items()):
            if everybody or monotonic() >= until:
                del self.frozen[name]
                with suppress(ProcessLookupError):
                    os.killpg(self.running[name].pid, signal.SIGCONT)

    def kill_valkey(self, _dice: random.Random) -> str:
        return self._fell(self.valkey)

    def kill_postgres(self, _dice: random.Random) -> str:
        return self._fell(self.postgres)

    def _fell(self, engine: Engine) -> str:
        if engine.process is not None:
            engine.process.send_signal(signal.SIGKILL)
            engine.process.wait()
        engine.start()
        return f"kill -9 {engine.name}"

    def flush_valkey(self, _dice: random.Random) -> str:
        with suppress(OSError), socket.socket(socket.AF_UNIX) as client:
            client.settimeout(2)
            client.connect(str(self.places.valkey_socket))
            client.sendall(b"FLUSHALL\r\n")
            client.recv(64)
        return "FLUSHALL"

    def strike(self) -> None:
        """End everything and remove the folder."""
        self.thaw(everybody=True)
        for process in self.running.values():
            processes.end_group(process.pid)
            with suppress(ChildProcessError):
                process.wait()
        self.listener.close()
        self.valkey.stop()
        self.postgres.stop()
        sleep(0.2)
        shutil.rmtree(self.folder, ignore_errors=True)
