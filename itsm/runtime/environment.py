"""The environment variables that Throughline's settings read, filled in for a start on one machine."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

DEFAULT_PORT = 8000
# For commands that read no row: settings want an address, nothing ever connects to it.
NO_DATABASE = "postgres:///throughline?host=/nonexistent&user=throughline"
NO_REDIS = "unix:///nonexistent?db=0"
PG_VARIABLES = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", "PGSERVICE", "PGOPTIONS")


def django_environ(
    environ: Mapping[str, str],
    *,
    data: Path,
    database_url: str | None = None,
    redis_url: str | None = None,
    port: int | None = None,
) -> dict[str, str]:
    """A copy of `environ` in which settings find all they need; what was set from outside wins."""
    result = dict(environ)
    result.setdefault("DJANGO_SETTINGS_MODULE", "itsm.settings")
    result["THROUGHLINE_DATA"] = str(data)
    if database_url and not is_given(environ, "DATABASE_URL"):
        for name in PG_VARIABLES:  # they would redirect a connection that names only a socket
            result.pop(name, None)
    embedded = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
    for name, value in embedded.items():
        if value and not is_given(environ, name):
            result[name] = value
            result["THROUGHLINE_EMBEDDED"] = "1"
    if not is_given(environ, "SECRET_KEY"):
        result["SECRET_KEY"] = secret_key(data)
    chosen = port or port_of(environ)
    result.setdefault("SITE_URL", f"http://localhost:{chosen}")
    result.setdefault("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
    result.setdefault("DEBUG", "0")
    return result


def is_given(environ: Mapping[str, str], name: str) -> bool:
    """Whether a variable, or the file that holds it (`<name>_FILE`), is set from outside."""
    return bool(environ.get(name) or environ.get(f"{name}_FILE"))


def port_of(environ: Mapping[str, str]) -> int:
    """The port of the web server: PORT, or 8000."""
    given = environ.get("PORT", "")
    return int(given) if given.isdigit() else DEFAULT_PORT


def secret_key(data: Path) -> str:
    """The secret key of this data folder, made on first use and readable by its owner only."""
    path = data / "secret_key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    key = secrets.token_urlsafe(50)
    with os.fdopen(handle, "w") as file:
        file.write(key + "\n")
    return key
