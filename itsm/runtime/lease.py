"""Who runs the engines of a data folder now, so that commands share them and never start them twice."""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from itsm.runtime import binaries
from itsm.runtime.engines import Engine, Postgres, Valkey
from itsm.runtime.environment import is_given
from itsm.runtime.errors import RuntimeProblem
from itsm.runtime.paths import Places

WAIT_FOR_OTHERS = 60.0
PAUSE = 0.1


@dataclass(frozen=True)
class Running:
    """The engines that run now: who watches them, and how to reach them."""

    owner: int
    kind: str
    database_url: str | None
    redis_url: str | None


class EngineLease:
    """The right to use the engines of one data folder, as their owner or beside one."""

    def __init__(self, places: Places, say: Callable[[str], None]) -> None:
        """Describe the lease on `places`; nothing is locked yet."""
        self.places, self.say = places, say
        self._state = places.data / "engines.json"
        self._users: int | None = None
        self._owner: int | None = None
        self.engines: list[Engine] = []

    @contextlib.contextmanager
    def for_command(self, environ: Mapping[str, str]) -> Iterator[Running]:
        """Engines for the length of one command: those that run, or our own until the last user is done."""
        with self._lock("start"):
            running = self._live()
            if running is None:
                running = self._become_owner("command", environ)
            else:
                self._users = self._hold("users", fcntl.LOCK_SH)
        try:
            yield running
        finally:
            if self._owner is not None:
                self._leave_when_alone()
            if self._users is not None:
                os.close(self._users)
                self._users = None

    @contextlib.contextmanager
    def for_supervisor(
        self, environ: Mapping[str, str], before: Callable[[], None]
    ) -> Iterator[Running]:
        """Engines of `up`, which ends them whoever uses them; `before` runs first, once they are ours to start.

        Raises RuntimeProblem when `up` runs already.
        """
        told = False
        limit = time.monotonic() + WAIT_FOR_OTHERS
        while True:
            with self._lock("start"):
                other = self._live()
                if other is None:
                    running = self._become_owner("up", environ, before)
                    break
            if other.kind == "up":
                raise RuntimeProblem(
                    f"Throughline already runs on {self.places.data} (process {other.owner}). "
                    "Stop it with Ctrl-C, or name another folder in THROUGHLINE_DATA."
                )
            if time.monotonic() > limit:
                raise RuntimeProblem(
                    f"another command (process {other.owner}) still uses {self.places.data}."
                )
            if not told:
                self.say(f"waiting for another command (process {other.owner}) to finish")
                told = True
            time.sleep(PAUSE)
        try:
            yield running
        finally:
            with self._lock("start"):
                self._give_up()

    def _give_up(self) -> None:
        """End our engines, the database last, and let the next owner in. Call with the start lock held."""
        for engine in reversed(self.engines):
            engine.stop()
        self.engines = []
        self._state.unlink(missing_ok=True)
        if self._owner is not None:
            os.close(self._owner)
            self._owner = None

    def _become_owner(
        self, kind: str, environ: Mapping[str, str], before: Callable[[], None] | None = None
    ) -> Running:
        self._owner = self._hold("owner", fcntl.LOCK_EX)
        try:
            if before is not None:
                before()
            running = Running(os.getpid(), kind, *self._start_missing(environ))
        except BaseException:
            self._give_up()
            raise
        self._state.write_text(json.dumps(asdict(running)))
        return running

    def _start_missing(self, environ: Mapping[str, str]) -> tuple[str | None, str | None]:
        database_url = redis_url = None
        if not is_given(environ, "DATABASE_URL"):
            programs = binaries.postgres_bin(environ, self.places.account)
            postgres = Postgres(programs=programs, places=self.places)
            self._start(postgres)
            database_url = postgres.url
        if not is_given(environ, "REDIS_URL"):
            valkey = Valkey(program=binaries.valkey_server(self.places.account), places=self.places)
            self._start(valkey)
            redis_url = valkey.url
        return database_url, redis_url

    def _start(self, engine: Engine) -> None:
        self.engines.append(engine)
        engine.start()

    def _live(self) -> Running | None:
        """The engines that run now; a state file without a living owner is a left-over."""
        try:
            owner = self._hold("owner", fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return Running(**json.loads(self._state.read_text()))
        os.close(owner)
        self._state.unlink(missing_ok=True)
        return None

    def _leave_when_alone(self) -> None:
        told = False
        while True:
            with self._lock("start"), contextlib.suppress(BlockingIOError):
                os.close(self._hold("users", fcntl.LOCK_EX | fcntl.LOCK_NB))
                self._give_up()
                return
            if not told:
                self.say("done; another command still uses the database, waiting for it")
                told = True
            time.sleep(PAUSE)

    @contextlib.contextmanager
    def _lock(self, name: str) -> Iterator[None]:
        handle = self._hold(name, fcntl.LOCK_EX)
        try:
            yield
        finally:
            os.close(handle)

    def _hold(self, name: str, how: int) -> int:
        folder: Path = self.places.data / "locks"
        folder.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, how)
        except BaseException:
            os.close(handle)
            raise
        return handle
