"""`manage.py up`: the whole of Throughline on one machine, until Ctrl-C."""

import argparse
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from types import FrameType

from itsm.runtime import environment, heartbeat, processes
from itsm.runtime.console import Console
from itsm.runtime.errors import RuntimeProblem
from itsm.runtime.first_steps import LAST, MARK, NO
from itsm.runtime.lease import EngineLease
from itsm.runtime.paths import ROOT, Places, data_folder, settle
from itsm.runtime.serving import answers, listen, web_command
from itsm.runtime.supervisor import TICK, Supervisor, Watched, end_left_over

WEB_PATIENCE = 90.0
HEARTBEAT_EVERY = 10.0
STEP_REPORT_EVERY = 5.0
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Stop(BaseException):
    """Somebody asked for the end: Ctrl-C, or a signal from the system."""


def run(arguments: Sequence[str]) -> int:
    """Run everything until it is stopped. Returns the exit code; raises RuntimeProblem."""
    options = _options(arguments)
    up = Up(options.host, options.port, with_sample=options.sample)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, up.on_signal)
    with contextlib.suppress(Stop):
        up.run()
    up.console.plain("Throughline has stopped.")
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="manage.py up",
        description="Start Throughline with everything it needs; Ctrl-C stops it.",
    )
    parser.add_argument(
        "--port",
        type=int,
        default=environment.port_of(os.environ),
        help="port of the web server (default: $PORT or 8000; 0 takes a free one)",
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: this machine only)"
    )
    parser.add_argument(
        "--no-sample",
        dest="sample",
        action="store_false",
        help="begin empty instead of with the sample company",
    )
    return parser.parse_args(arguments)


class Up:
    """One run of `up`."""

    def __init__(self, host: str, port: int, *, with_sample: bool) -> None:
        """Describe the run; nothing is started yet."""
        self.host, self.port, self.with_sample = host, port, with_sample
        self.console = Console()
        self.stopping = False
        self.supervisor: Supervisor | None = None
        self.last_words: list[str] = []

    def on_signal(self, _number: int, _frame: FrameType | None) -> None:
        """Begin the end; asked a second time, end at once."""
        if not self.stopping:
            self.stopping = True
            raise Stop
        if self.supervisor is not None:
            self.supervisor.kill_all()

    def run(self) -> None:
        """Start all, watch all, stop all."""
        processes.adopt_orphans()
        places = settle(data_folder(os.environ))
        register = places.data / "children.json"
        self.supervisor = supervisor = Supervisor(self.console, register)
        lease = EngineLease(places, self.console.step)
        with contextlib.ExitStack() as stack:
            listener: list[socket.socket] = []

            def before_engines() -> None:
                end_left_over(register, self.console)
                listener.append(stack.enter_context(listen(self.host, self.port)))
                self.port = listener[0].getsockname()[1]
                self.console.step(f"starting the engines (data in {places.data})")

            running = stack.enter_context(lease.for_supervisor(os.environ, before_engines))
            stack.callback(register.unlink, missing_ok=True)
            for engine in lease.engines:
                supervisor.add(
                    Watched(engine.name, engine.spawn, engine.stop_signal, process=engine.process)
                )
            environ = self._environ(places, running.database_url, running.redis_url)
            stack.callback(self._stop_processes)
            self._first_steps(places, environ)
            self._start_processes(places, environ, listener[0])
            self._wait_for_web(places)
            self._welcome(places, environ)
            self._watch(environ)

    def _environ(
        self, places: Places, database_url: str | None, redis_url: str | None
    ) -> dict[str, str]:
        environ = dict(os.environ)
        if self.host not in LOOPBACK:
            names = own_names(self.host)
            environ.setdefault("SITE_URL", f"http://{names[0]}:{self.port}")
            environ.setdefault(
                "ALLOWED_HOSTS", ",".join(["localhost", "127.0.0.1", "[::1]", *names])
            )
        environ = environment.django_environ(
            environ,
            data=places.data,
            database_url=database_url,
            redis_url=redis_url,
            port=self.port,
        )
        return environ | {"THROUGHLINE_BOOTSTRAP": "off", "PYTHONUNBUFFERED": "1"}

    def _first_steps(self, places: Places, environ: dict[str, str]) -> None:
        log = places.log / "setup.log"
        log.unlink(missing_ok=True)
        command = [sys.executable, "-m", "itsm.runtime.first_steps", "--data", str(places.data)]
        if self.with_sample:
            command.append("--sample")
        self.console.step("checking database and static files")
        child = processes.spawn(command, log=log, environ=environ, cwd=ROOT)
        try:
            self._pass_on(log, child)
        finally:
            processes.end(child, how=signal.SIGTERM, patience=5)
        if child.returncode:
            said = log.read_text(errors="replace").splitlines()
            if said and said[-1].startswith(NO):
                raise RuntimeProblem(said[-1].removeprefix(NO))
            tail = "\n".join(said[-15:])
            raise RuntimeProblem(f"the first steps failed. The end of {log}:\n{tail}")

    def _pass_on(self, log: Path, child: subprocess.Popen[bytes]) -> None:
        """Print the marked lines of a step's log as they come, and a sign of life when none come."""
        spoken = time.monotonic()
        with log.open(errors="replace") as lines:
            while True:
                ended = child.poll() is not None
                for line in lines.readlines():
                    if line.startswith(MARK):
                        self.console.step(line.removeprefix(MARK).rstrip())
                        spoken = time.monotonic()
                    elif line.startswith(LAST):
                        self.last_words.append(line.removeprefix(LAST).rstrip())
                if ended:
                    return
                if time.monotonic() - spoken > STEP_REPORT_EVERY:
                    self.console.step("  still working")
                    spoken = time.monotonic()
                self._supervisor().tick()
                time.sleep(TICK)

    def _start_processes(
        self, places: Places, environ: dict[str, str], listener: socket.socket
    ) -> None:
        self.console.step("starting web, worker and beat")
        supervisor = self._supervisor()
        python = [sys.executable, "-m"]
        descriptor = listener.fileno()
        worker = [
            *python,
            "celery",
            "--app=itsm.celery",
            "worker",
            "--queues=sla,default,mail,reports",
            "--concurrency=2",
            "--without-gossip",
            "--without-mingle",
            "--loglevel=INFO",
        ]
        beat = [
            *python,
            "celery",
            "--app=itsm.celery",
            "beat",
            f"--schedule={places.data / 'beat-schedule'}",
            "--pidfile=",
            "--loglevel=INFO",
        ]
        counted = environ | {"PROMETHEUS_MULTIPROC_DIR": str(_empty_metrics(places.data))}
        supervisor.add(
            Watched(
                "web", partial(_spawn, web_command(descriptor), places, "web", counted, descriptor)
            )
        )
        supervisor.add(Watched("worker", partial(_spawn, worker, places, "worker", environ)))
        supervisor.add(Watched("beat", partial(_spawn, beat, places, "beat", environ)))

    def _wait_for_web(self, places: Places) -> None:
        limit = time.monotonic() + WEB_PATIENCE
        while not answers(self.host, self.port):
            self._supervisor().tick()
            if time.monotonic() > limit:
                log = places.log / "web.log"
                tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
                raise RuntimeProblem(f"the web server does not answer. The end of {log}:\n{tail}")
            time.sleep(TICK)

    def _welcome(self, places: Places, environ: dict[str, str]) -> None:
        self.console.step("ready")
        self.console.plain(f"\n  Throughline runs at  {environ['SITE_URL']}\n")
        if self.last_words:
            self.console.plain("\n".join(f"  {line}" for line in self.last_words) + "\n")
        accounts = places.data / "sample_accounts.txt"
        if accounts.exists():
            self.console.plain(accounts.read_text().rstrip() + "\n")
        self.console.plain(f"  Logs are in {places.log}. Ctrl-C stops everything.\n")

    def _watch(self, environ: dict[str, str]) -> None:
        supervisor = self._supervisor()
        looked = time.monotonic()
        while True:
            supervisor.tick()
            if time.monotonic() - looked > HEARTBEAT_EVERY:
                looked = time.monotonic()
                self._check_heartbeat(supervisor, environ["REDIS_URL"])
            time.sleep(TICK)

    @staticmethod
    def _check_heartbeat(supervisor: Supervisor, redis_url: str) -> None:
        """Restart a worker that runs but does nothing, once it and beat had time to show otherwise."""
        settled = min(supervisor.find(name).runs_for() for name in ("worker", "beat"))
        if settled < heartbeat.STALE_AFTER:
            return
        age = heartbeat.age(redis_url)
        if age is not None and age > heartbeat.STALE_AFTER:
            supervisor.restart("worker", f"has shown no sign of life for {age:.0f} s")

    def _stop_processes(self) -> None:
        self.stopping = True
        self.console.plain("")
        self.console.event("stopping web, beat, worker and the engines")
        self._supervisor().stop("web", "beat", "worker")

    def _supervisor(self) -> Supervisor:
        if self.supervisor is None:
            raise RuntimeError("nothing is watched before run()")
        return self.supervisor


def _spawn(
    command: list[str], places: Places, name: str, environ: dict[str, str], *passed: int
) -> subprocess.Popen[bytes]:
    log = places.log / f"{name}.log"
    processes.rotate(log)
    return processes.spawn(command, log=log, environ=environ, cwd=ROOT, pass_fds=passed)


def _empty_metrics(data: Path) -> Path:
    """The folder in which the web server's processes add up their figures, without those of an earlier run."""
    folder = data / "metrics"
    folder.mkdir(mode=0o700, exist_ok=True)
    for old in folder.glob("*.db"):
        old.unlink()
    return folder


def own_names(host: str) -> list[str]:
    """The names under which this machine is reached when it listens on `host`, the best one first."""
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        names = [socket.gethostname(), socket.getfqdn()]
        with contextlib.suppress(OSError):
            found = socket.getaddrinfo(socket.gethostname(), None)
            names += sorted({str(address[4][0]) for address in found})
    else:
        names = [host]
    return [f"[{name}]" if ":" in name else name for name in dict.fromkeys(names) if name]
