"""Brings database, static files and sample company up to date before the web server starts.

Runs as a child of `up`, because it loads Django. Lines for the person at the terminal begin with a mark.
"""

import argparse
import hashlib
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

MARK = "say: "
#: Begins what is said last, when everything runs.
LAST = "last: "
#: Begins why it cannot go on, in words that are enough.
NO = "no: "


def main(arguments: Sequence[str]) -> None:
    """Do what is needed, in order; anything already done costs nothing."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sample", action="store_true")
    options = parser.parse_args(arguments)

    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as problem:
        refuse(str(problem))
    _refuse_unreachable()
    _migrate()
    _collect_static(options.data)
    if options.sample:
        _load_sample()
    _tell_how_to_begin()


def say(message: str) -> None:
    """Tell the person at the terminal."""
    print(f"{MARK}{message}", flush=True)


def refuse(message: str) -> NoReturn:
    """End with a sentence for the person at the terminal."""
    print(f"{NO}{' '.join(message.split())}", flush=True)
    sys.exit(1)


def _refuse_unreachable() -> None:
    """Say which engine does not answer, before anything is made."""
    import redis
    from django.conf import settings
    from django.db import OperationalError, connection

    try:
        connection.ensure_connection()
    except OperationalError as problem:
        refuse(f"the database does not answer: {problem} Start it, or mend DATABASE_URL.")
    address = settings.REDIS_URL.replace("redis+socket://", "unix://")
    try:
        with redis.Redis.from_url(address, socket_timeout=5, socket_connect_timeout=5) as client:
            client.ping()
    except (redis.RedisError, ValueError) as problem:
        refuse(f"Redis does not answer: {problem} Start it, or mend REDIS_URL.")


def _migrate() -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending:
        say(f"bringing the database up to date ({len(pending)} steps)")
        call_command("migrate", interactive=False, verbosity=0)


def _collect_static(data: Path) -> None:
    from django.conf import settings
    from django.core.management import call_command

    stamp = data / "static.stamp"
    state = _static_state()
    root = Path(settings.STATIC_ROOT)
    if root.is_dir() and stamp.exists() and stamp.read_text() == state:
        return
    say("collecting static files")
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(state)


def _static_state() -> str:
    """A short text that changes when a static file does."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.files.storage import FileSystemStorage

    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            if not isinstance(storage, FileSystemStorage):
                continue  # put together from the others: it changes when they do
            found = Path(storage.path(name)).stat()
            digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _load_sample() -> None:
    from django.contrib.auth import get_user_model
    from django.core.management import call_command, get_commands

    if "load_sample" not in get_commands() or get_user_model().objects.exists():
        return
    say("loading the sample company")
    call_command("load_sample", stdout=_Marked())


def _tell_how_to_begin() -> None:
    """Show the link of a desk that nobody keeps yet."""
    from django.core.management import CommandError, call_command

    link = io.StringIO()
    try:
        call_command("first_admin", stdout=link)
    except CommandError:
        return  # somebody keeps it
    print(f"{LAST}This desk is empty. Make the company and its first administrator:", flush=True)
    print(f"{LAST}  {link.getvalue().strip()}", flush=True)


class _Marked(io.TextIOBase):
    """Passes a command's lines on to the person at the terminal."""

    def write(self, text: str) -> int:
        for line in text.splitlines():
            if line.strip():
                say(f"  {line.strip()}")
        return len(text)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "itsm.settings")
    main(sys.argv[1:])
