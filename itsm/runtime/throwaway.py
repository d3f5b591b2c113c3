"""Engines for one test run: fast, private, and gone afterwards."""

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from itsm.runtime import binaries, environment
from itsm.runtime.engines import Engine, Postgres, Valkey
from itsm.runtime.paths import settle

PREFIX = "throughline-test-"
YOUNG = 60.0


class ThrowAwayEngines:
    """A temporary data folder with the engines that the environment does not name."""

    def __init__(self) -> None:
        """Nothing is started yet."""
        self.folder: Path | None = None
        self.engines: list[Engine] = []
        self._lock: int | None = None

    def start(self, environ: Mapping[str, str]) -> dict[str, str]:
        """Start what is missing and return the environment for Django. Raises RuntimeProblem."""
        _remove_left_over()
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=_temporary_base()))
        self.folder.chmod(0o711)
        self._lock = os.open(self.folder, os.O_RDONLY)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        database_url = redis_url = None
        try:
            places = settle(self.folder)
            if not environment.is_given(environ, "DATABASE_URL"):
                programs = binaries.postgres_bin(environ, places.account)
                postgres = Postgres(programs=programs, places=places, durable=False)
                self._start(postgres)
                database_url = postgres.url
            if not environment.is_given(environ, "REDIS_URL"):
                program = binaries.valkey_server(places.account)
                valkey = Valkey(program=program, places=places, durable=False)
                self._start(valkey)
                redis_url = valkey.url
        except BaseException:
            self.stop()
            raise
        given = {name: value for name, value in environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        found = environment.django_environ(
            given, data=self.folder, database_url=database_url, redis_url=redis_url
        )
        del found["DJANGO_SETTINGS_MODULE"]  # pytest's own configuration names it
        return found

    def _start(self, engine: Engine) -> None:
        self.engines.append(engine)
        engine.start()

    def stop(self) -> None:
        """End the engines and remove their folder."""
        for engine in reversed(self.engines):
            engine.stop()
        self.engines = []
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _temporary_base() -> Path:
    """A temporary folder whose name leaves room for a socket's."""
    own = Path(tempfile.gettempdir())
    return own if len(str(own)) < 40 else Path("/tmp")  # noqa: S108 - mkdtemp makes a private folder in it


def _remove_left_over() -> None:
    """Remove the folders of runs that were killed: nobody holds their lock."""
    for folder in _temporary_base().glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - folder.stat().st_mtime < YOUNG:
                continue  # its run may not have taken its lock yet
            handle = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(handle)
