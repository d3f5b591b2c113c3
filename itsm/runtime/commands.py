"""Sends a command line to `up`, to pytest, or to Django with the engines it needs."""

import errno
import os
import sys
from collections.abc import Sequence

from itsm.runtime import environment, up
from itsm.runtime.errors import RuntimeProblem
from itsm.runtime.lease import EngineLease
from itsm.runtime.paths import data_folder, settle

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}

# These read no row of ours: they must not pay for a database.
WITHOUT_ENGINES = frozenset(
    {
        "help",
        "version",
        "--help",
        "-h",
        "--version",
        "chaos",  # brings engines of its own
        "check",
        "collectstatic",
        "compilemessages",
        "diffsettings",
        "findstatic",
        "makemessages",
        "sla_simulate",
        "spectacular",
        "startapp",
    }
)


# These make the tables themselves, or look at how they stand.
WITHOUT_TABLES = frozenset(
    {"migrate", "makemigrations", "restore", "showmigrations", "sqlmigrate", "dbshell", "inspectdb"}
)


def run(argv: Sequence[str]) -> int:
    """Run one command line, the script first, inside the environment. Returns the exit code."""
    command = argv[1] if len(argv) > 1 else "help"
    try:
        if command == "test":
            return _test(argv[2:])
        if command == "up":
            return up.run(argv[2:])
        if needs_engines(argv):
            return _django_with_engines(argv)
    except RuntimeProblem as problem:
        print(f"throughline: {problem}", file=sys.stderr)
        return 1
    except OSError as problem:
        if problem.errno not in NO_ROOM:
            raise
        print(f"throughline: {problem.strerror}: {problem.filename or 'disk'}.", file=sys.stderr)
        return 1
    return _django_alone(argv)


def needs_engines(argv: Sequence[str]) -> bool:
    """Whether a management command needs an engine that this environment does not name."""
    if all(environment.is_given(os.environ, name) for name in ("DATABASE_URL", "REDIS_URL")):
        return False
    if len(argv) < 2 or argv[1] in WITHOUT_ENGINES:
        return False
    return not {"--help", "-h"} & set(argv[2:])


def _test(arguments: Sequence[str]) -> int:
    sys.stdout.flush()
    # The whole suite uses the machine it is given; a part that is named runs plainly, for debugging.
    workers = [] if arguments else ["-n", str(min(os.cpu_count() or 1, 8)), "--dist", "loadfile"]
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *workers, *arguments])


def _django_with_engines(argv: Sequence[str]) -> int:
    places = settle(data_folder(os.environ))
    with EngineLease(places, say).for_command(os.environ) as running:
        environ = environment.django_environ(
            os.environ,
            data=places.data,
            database_url=running.database_url,
            redis_url=running.redis_url,
        )
        return _django(argv, environ, with_tables=argv[1] not in WITHOUT_TABLES)


def _django_alone(argv: Sequence[str]) -> int:
    data = data_folder(os.environ)
    data.mkdir(parents=True, exist_ok=True)
    environ = environment.django_environ(
        os.environ, data=data, database_url=environment.NO_DATABASE, redis_url=environment.NO_REDIS
    )
    return _django(argv, environ)


def _django(argv: Sequence[str], environ: dict[str, str], *, with_tables: bool = False) -> int:
    os.environ.clear()
    os.environ.update(environ)
    from django.core.management import execute_from_command_line
    from django.db import InterfaceError, OperationalError

    try:
        if with_tables:
            _make_tables()
        execute_from_command_line(list(argv))
    except (InterfaceError, OperationalError) as problem:
        # Of what the driver says the first line is for people; the rest is where it stood.
        said = (str(problem).splitlines() or ["no reason given"])[0]
        print(
            f"throughline: the database does not answer: {said}. "
            "If Throughline was just stopped, give the command again.",
            file=sys.stderr,
        )
        return 1
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    return 0


def _make_tables() -> None:
    """Make the tables of a data folder that is new: a first command need not be `up`."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    if not connection.introspection.table_names():
        say("making the tables of a new data folder")
        call_command("migrate", interactive=False, verbosity=0)


def say(message: str) -> None:
    """Tell the person at the terminal what happens, beside a command's own output."""
    print(f"throughline: {message}", file=sys.stderr, flush=True)
