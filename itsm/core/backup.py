"""All that Throughline knows in one file, and back: the database and the attachments.

What Redis or Valkey holds is left out: losing it loses nothing. The dump, the counts beside it and
the list of files are of one moment. A restore compares all of them with what it wrote.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from itsm.core import clock
from itsm.runtime import binaries
from itsm.runtime.paths import Account

FORMAT = 1
MANIFEST, DUMP, FILES = "manifest.json", "database.dump", "attachments"
Say = Callable[[str], None]


class CannotKeep(Exception):  # noqa: N818 - it names what happened
    """A backup or a restore cannot be done; the message says why and what to do."""


def backup(target: Path, *, say: Say) -> None:
    """Write everything to one tar file, complete or not at all. Raises CannotKeep."""
    if target.exists():
        raise CannotKeep(f"{target} exists already. Name a new file.")
    partial = target.with_name(f"{target.name}.partial")
    files: dict[str, str] = {}
    try:
        with tempfile.TemporaryDirectory(dir=target.parent) as folder, _private(partial) as out:
            dump = Path(folder) / DUMP
            with transaction.atomic():
                say("dumping the database")
                counts, snapshot = _moment()
                _run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={dump}")
                names = _files_named()
            manifest = {
                "format": FORMAT,
                "made_at": clock.now().isoformat(),
                "migrations": sorted(map(list, _applied())),
                "rows": counts,
                "dump": _digest(dump),
                "files": files,
                "files_are_elsewhere": not _keeps_files(),
            }
            with tarfile.open(fileobj=out, mode="w") as tar:
                tar.add(dump, DUMP)
                if _keeps_files():
                    say(f"adding {len(names)} files")
                    files.update(_add_files(tar, names))
                _add_text(tar, MANIFEST, json.dumps(manifest, indent=1))
        partial.rename(target)
    except OSError as problem:
        raise CannotKeep(f"{target} cannot be written: {problem.strerror}.") from problem
    finally:
        partial.unlink(missing_ok=True)
    say(f"{target} holds {sum(counts.values())} rows and {len(files)} files")


def restore(source: Path, *, say: Say) -> None:
    """Fill an empty database and an empty folder of attachments from a backup. Raises CannotKeep."""
    try:
        with tarfile.open(source) as tar, tempfile.TemporaryDirectory() as folder:
            manifest = _read_manifest(tar)
            _refuse_what_is_not_empty()
            _refuse_what_is_newer(manifest)
            dump = Path(folder) / DUMP
            with dump.open("wb") as out:
                shutil.copyfileobj(_member(tar, DUMP), out)
            if _digest(dump) != manifest["dump"]:
                raise CannotKeep(f"{source} is damaged: its database is not what was written.")
            say("reading the database back")
            options = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
            connection.close()
            _run("pg_restore", *options, f"--dbname={_database()['NAME']}", str(dump))
            say(f"reading {len(manifest['files'])} files back")
            _write_files(tar, manifest["files"])
    except (tarfile.TarError, OSError, KeyError, ValueError) as problem:
        raise CannotKeep(f"{source} cannot be read as a backup: {problem}.") from problem
    found, _snapshot = _moment(exported=False)
    if found != manifest["rows"]:
        wrong = sorted(n for n, rows in manifest["rows"].items() if found.get(n) != rows)
        raise CannotKeep(f"Not everything came back: {', '.join(wrong)}.")
    call_command("migrate", interactive=False, verbosity=0)
    say(f"equal: {sum(found.values())} rows in {len(found)} tables, {len(manifest['files'])} files")
    if manifest["files_are_elsewhere"]:
        say("the attachments were in a bucket and are still there; this backup holds none")


# The database ------------------------------------------------------------------------------------


def _database() -> Mapping[str, Any]:
    found: Mapping[str, Any] = settings.DATABASES["default"]
    return found


def _moment(*, exported: bool = True) -> tuple[dict[str, int], str]:
    """Count the rows of every table, and name the moment for `pg_dump` to see the same."""
    snapshot = ""
    with connection.cursor() as cursor:
        if exported:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SELECT pg_export_snapshot()")
            (snapshot,) = cursor.fetchone()
        counts = {}
        for table in _tables():
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608
            (counts[table],) = cursor.fetchone()
    return counts, snapshot


def _tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        return [name for (name,) in cursor.fetchall()]


def _applied() -> set[tuple[str, str]]:
    return set(MigrationLoader(connection).applied_migrations)


def _refuse_what_is_not_empty() -> None:
    if _tables():
        raise CannotKeep(
            "This database is not empty. Restore into a new one: an empty folder in THROUGHLINE_DATA, "
            "or a new database in DATABASE_URL, before `up` or `migrate` ran on it."
        )
    if _keeps_files() and any(Path(default_storage.location).glob("*")):  # type: ignore[attr-defined]
        raise CannotKeep(f"{default_storage.location} holds files already.")  # type: ignore[attr-defined]


def _refuse_what_is_newer(manifest: Mapping[str, Any]) -> None:
    known = set(MigrationLoader(None).disk_migrations)
    ours = {app for app, _name in known}
    newer = [f"{a}.{n}" for a, n in manifest["migrations"] if a in ours and (a, n) not in known]
    if newer:
        raise CannotKeep(
            f"This backup was made by a newer version ({newer[-1]}). Restore it with that version."
        )


def _run(program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL on our database; its password never stands in a command line."""
    config = _database()
    environ = dict(os.environ)
    for name, value in (
        ("PGHOST", config["HOST"]),
        ("PGPORT", config["PORT"]),
        ("PGUSER", config["USER"]),
        ("PGPASSWORD", config["PASSWORD"]),
        ("PGDATABASE", config["NAME"]),
        ("PGSSLMODE", config["OPTIONS"].get("sslmode", "")),
    ):
        if value:
            environ[name] = str(value)
    done = subprocess.run(  # noqa: S603 - our own words and a file's name
        [_program(program), *arguments], env=environ, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CannotKeep(f"{program} failed: {done.stderr.strip()}")


def _program(name: str) -> str:
    folder = binaries.postgres_bin(os.environ, Account(os.geteuid(), os.getegid()))
    here = folder / name
    found = str(here) if here.is_file() else shutil.which(name)
    if found is None:
        raise CannotKeep(f"{name} was not found. Install PostgreSQL's client programs.")
    return found


# The files ---------------------------------------------------------------------------------------


def _keeps_files() -> bool:
    """Whether attachments are on this machine; those in a bucket are kept where it is kept."""
    return isinstance(default_storage, FileSystemStorage)


def _files_named() -> list[str]:
    """The files there are, below the folder of attachments."""
    if not _keeps_files():
        return []
    top = Path(default_storage.location)  # type: ignore[attr-defined]
    return sorted(str(p.relative_to(top)) for p in top.rglob("*") if p.is_file())


def _add_files(tar: tarfile.TarFile, names: list[str]) -> Iterator[tuple[str, str]]:
    top = Path(default_storage.location)  # type: ignore[attr-defined]
    for name in names:
        tar.add(top / name, f"{FILES}/{name}")
        yield name, _digest(top / name)


def _write_files(tar: tarfile.TarFile, files: Mapping[str, str]) -> None:
    top = Path(default_storage.location).resolve()  # type: ignore[attr-defined]
    for name, digest in files.items():
        path = (top / name).resolve()
        if top not in path.parents:
            raise CannotKeep(f"The backup names a file outside its folder: {name}.")
        path.parent.mkdir(parents=True, exist_ok=True)
        with _private(path) as out:
            shutil.copyfileobj(_member(tar, f"{FILES}/{name}"), out)
        if _digest(path) != digest:
            raise CannotKeep(f"The backup is damaged: {name} is not what was written.")


def _read_manifest(tar: tarfile.TarFile) -> dict[str, Any]:
    manifest: dict[str, Any] = json.load(_member(tar, MANIFEST))
    if manifest.get("format") != FORMAT:
        raise CannotKeep(f"This backup has format {manifest.get('format')}; known is {FORMAT}.")
    return manifest


def _member(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    found = tar.extractfile(name)
    if found is None:
        raise KeyError(name)
    return found


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    with tempfile.TemporaryFile() as file:
        file.write(text.encode())
        file.seek(0)
        told = tarfile.TarInfo(name)
        told.size = len(text.encode())
        tar.addfile(told, file)


def _private(path: Path) -> IO[bytes]:
    """A new file that only its owner may read."""
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
