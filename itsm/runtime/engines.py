"""The two engines of Throughline: PostgreSQL holds the truth, a Redis-compatible server carries messages."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from itsm.runtime import processes
from itsm.runtime.errors import RuntimeProblem
from itsm.runtime.paths import Account, Places

DATABASE = "throughline"
START_ATTEMPTS = 3
START_PATIENCE = 60.0
STOP_PATIENCE = 30.0


class Engine:
    """One server process that runs as our direct child."""

    name: str
    stop_signal: signal.Signals = signal.SIGTERM

    def __init__(self, *, account: Account, log: Path) -> None:
        """Describe the engine; nothing is started yet."""
        self.account, self.log = account, log
        self.process: subprocess.Popen[bytes] | None = None

    def prepare(self) -> None:
        """Make what the engine needs on disk. Raises RuntimeProblem."""
        raise NotImplementedError

    def command(self) -> list[str]:
        """The command line of the server."""
        raise NotImplementedError

    def answers(self) -> bool:
        """Whether the server takes work now."""
        raise NotImplementedError

    def spawn(self) -> subprocess.Popen[bytes]:
        """Start the server process without waiting for it to answer."""
        self.process = processes.spawn(
            self.command(), log=self.log, account=self.account, death_signal=self.stop_signal
        )
        return self.process

    def start(self) -> None:
        """Start the server and wait until it answers. Raises RuntimeProblem with the end of its log."""
        processes.rotate(self.log)
        self.prepare()
        for attempt in range(START_ATTEMPTS):
            process = self.spawn()
            if self._comes_up(process):
                return
            processes.end(process, how=signal.SIGKILL, patience=5)
            time.sleep(attempt + 0.5)  # an earlier server may still be on its way out
        raise RuntimeProblem(
            f"{self.name} does not start. The end of {self.log}:\n{_tail(self.log)}"
        )

    def _comes_up(self, process: subprocess.Popen[bytes]) -> bool:
        processes.wait_until(
            lambda: process.poll() is not None or self.answers(), seconds=START_PATIENCE
        )
        return process.poll() is None and self.answers()

    def stop(self) -> None:
        """End the server; what it was told before is on disk."""
        if self.process is not None:
            processes.end(self.process, how=self.stop_signal, patience=STOP_PATIENCE)
            self.process = None


class Postgres(Engine):
    """PostgreSQL from a folder of programs, on a private socket only."""

    name = "postgres"
    stop_signal = signal.SIGINT  # its "fast" stop: open transactions are rolled back

    def __init__(self, *, programs: Path, places: Places, durable: bool = True) -> None:
        """Describe the cluster at `places`; a cluster that is not `durable` is for tests."""
        super().__init__(account=places.account, log=places.log / "postgres.log")
        self.programs, self.places, self.durable = programs, places, durable

    @property
    def url(self) -> str:
        """The DATABASE_URL of this engine."""
        host = quote(str(self.places.sockets), safe="")
        return f"postgres:///{DATABASE}?host={host}&port=5432&user={DATABASE}"

    def prepare(self) -> None:
        """Make the cluster on first use, and refuse one of another major version."""
        cluster = self.places.cluster
        made_by = cluster / "PG_VERSION"
        if not made_by.exists():
            self._make_cluster(cluster)
        version = _output([str(self.programs / "postgres"), "--version"], self.account).split()[2]
        if made_by.read_text().strip() != version.split(".", maxsplit=1)[0]:
            raise RuntimeProblem(
                f"{cluster} was made by PostgreSQL {made_by.read_text().strip()}, the programs here are {version}. "
                "Name a folder of programs of the old version in THROUGHLINE_PG_BIN, "
                "or dump with the old version and load with the new one."
            )

    def _make_cluster(self, cluster: Path) -> None:
        partial = cluster.with_name("postgres.partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700)
        self.account.own(partial)
        command = [
            str(self.programs / "initdb"),
            f"--pgdata={partial}",
            f"--username={DATABASE}",
            "--auth=trust",
            "--encoding=UTF8",
            *self._locale_options(),
        ]
        if not self.durable:
            command.append("--no-sync")
        _output(command, self.account)
        partial.rename(cluster)

    def _locale_options(self) -> list[str]:
        # The same order of text everywhere, whatever the machine's language; older servers know only "C".
        version = _output([str(self.programs / "postgres"), "--version"], self.account).split()[2]
        if int(version.split(".", maxsplit=1)[0]) >= 17:
            return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        return ["--locale=C.UTF-8"]

    def command(self) -> list[str]:
        """The server on its socket, with no network port."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.places.sockets),
            "unix_socket_permissions": "0700",
            "logging_collector": "off",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "max_connections": "100",
            "shared_buffers": "256MB" if self.durable else "128MB",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [
            str(self.programs / "postgres"),
            "-D",
            str(self.places.cluster),
            "-p",
            "5432",
            *options,
        ]

    def start(self) -> None:
        """Start the server and make sure that our database is there."""
        super().start()
        self._ensure_database()

    def answers(self) -> bool:
        """Whether the server accepts a connection."""
        import psycopg2

        try:
            self._connect().close()
        except psycopg2.OperationalError:
            return False
        return True

    def _ensure_database(self) -> None:
        with contextlib.closing(self._connect()) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
                if cursor.fetchone() is None:
                    cursor.execute(f'CREATE DATABASE "{DATABASE}"')

    def _connect(self) -> Any:
        import psycopg2

        return psycopg2.connect(
            host=str(self.places.sockets),
            port=5432,
            user=DATABASE,
            dbname="postgres",
            connect_timeout=5,
        )


class Valkey(Engine):
    """The Redis-compatible server, on a private socket only."""

    name = "valkey"

    def __init__(self, *, program: Path, places: Places, durable: bool = True) -> None:
        """Describe the server at `places`; one that is not `durable` is for tests."""
        super().__init__(account=places.account, log=places.log / "valkey.log")
        self.program, self.places, self.durable = program, places, durable

    @property
    def url(self) -> str:
        """The REDIS_URL of this engine."""
        return f"unix://{quote(str(self.places.valkey_socket))}?db=0"

    def prepare(self) -> None:
        """Remove the socket that a killed server left behind."""
        self.places.valkey_socket.unlink(missing_ok=True)

    def command(self) -> list[str]:
        """The server on its socket, with no network port."""
        return [
            str(self.program),
            *("--port", "0"),
            *("--unixsocket", str(self.places.valkey_socket)),
            *("--unixsocketperm", "700"),
            *("--dir", str(self.places.valkey)),
            *("--appendonly", "yes" if self.durable else "no"),
            *("--save", ""),
            *("--maxmemory-policy", "noeviction"),
            *("--daemonize", "no"),
        ]

    def answers(self) -> bool:
        """Whether the server answers a ping, which it does not while it loads."""
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(2)
                client.connect(str(self.places.valkey_socket))
                client.sendall(b"PING\r\n")
                return client.recv(64).startswith(b"+PONG")
        except OSError:
            return False


def _output(command: list[str], account: Account) -> str:
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"},
        **account.popen_args(),
    )
    if done.returncode:
        raise RuntimeProblem(
            f"{Path(command[0]).name} failed:\n{(done.stderr or done.stdout).strip()}"
        )
    return str(done.stdout)


def _tail(log: Path, lines: int = 12) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
