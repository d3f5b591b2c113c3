"""Where one Throughline keeps its things on this machine, and which account its engines run as."""

import hashlib
import os
import pwd
import secrets
import stat
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from itsm.runtime.errors import RuntimeProblem

ROOT = Path(__file__).resolve().parents[2]
SYSTEM_HOME = Path("/var/lib/throughline")
LONGEST_SOCKET = 100  # the kernel allows about 107 bytes


@dataclass(frozen=True)
class Account:
    """The user id that the engines run as; PostgreSQL refuses to run as root."""

    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        """Whether engines must be started as somebody else than this process."""
        return self.uid != os.geteuid()

    def popen_args(self) -> dict[str, Any]:
        """The arguments of `subprocess.Popen` that start a process as this account."""
        if not self.is_other:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_use(self, path: Path) -> bool:
        """Whether this account can enter and read `path`, asked of the system itself."""
        if not self.is_other:
            return os.access(path, os.R_OK | os.X_OK)
        asked = subprocess.run(
            ["/bin/sh", "-c", 'test -r "$0" && test -x "$0"', str(path)],
            cwd="/",
            check=False,
            **self.popen_args(),
        )
        return bool(asked.returncode == 0)

    def own(self, path: Path) -> None:
        """Give the folder `path` to this account alone."""
        path.chmod(0o700)
        if self.is_other:
            os.chown(path, self.uid, self.gid)


@dataclass(frozen=True)
class Places:
    """The folders of one data folder: what people see, what the engines own, where sockets are."""

    data: Path
    home: Path
    sockets: Path
    account: Account

    @property
    def cluster(self) -> Path:
        """The PostgreSQL cluster."""
        return self.home / "postgres"

    @property
    def valkey(self) -> Path:
        """The files of the Redis-compatible server."""
        return self.home / "valkey"

    @property
    def valkey_socket(self) -> Path:
        """The socket on which the Redis-compatible server listens."""
        return self.sockets / "valkey.sock"

    @property
    def log(self) -> Path:
        """One log file for each process."""
        return self.data / "log"


def data_folder(environ: Mapping[str, str]) -> Path:
    """The data folder: THROUGHLINE_DATA, or `.data` beside manage.py."""
    given = environ.get("THROUGHLINE_DATA")
    return Path(given).expanduser().absolute() if given else ROOT / ".data"


def settle(data: Path) -> Places:
    """Make the folders under `data` that are missing. Raises RuntimeProblem when the system refuses."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        (data / "log").mkdir(mode=0o700, exist_ok=True)
        account, home = _engine_home(data)
        for folder in (home / "valkey", home / "postgres"):
            folder.mkdir(exist_ok=True)
            account.own(folder)
        sockets = _socket_folder(home, account)
    except PermissionError as problem:
        raise RuntimeProblem(
            f"{problem.filename} cannot be written by this user. Run the command as the owner of {data}, "
            "or name another folder in THROUGHLINE_DATA."
        ) from problem
    except OSError as problem:
        raise RuntimeProblem(
            f"{problem.filename or data} cannot be written: {problem.strerror}. "
            "Make room for it, or name another folder in THROUGHLINE_DATA."
        ) from problem
    return Places(data=data, home=home, sockets=sockets, account=account)


def _engine_home(data: Path) -> tuple[Account, Path]:
    """The folder that belongs to the engines: inside `data`, or where their account can reach it."""
    home = data / "engines"
    if os.geteuid() != 0:
        home.mkdir(mode=0o700, exist_ok=True)
        if home.stat().st_uid != os.geteuid():
            owner = home.stat().st_uid
            raise RuntimeProblem(
                f"{home} belongs to user id {owner}. Run the command as that user, "
                "or name another folder in THROUGHLINE_DATA."
            )
        return Account(os.geteuid(), os.getegid()), home.resolve()

    account = _unprivileged()
    if home.is_symlink() and not home.exists():
        raise RuntimeProblem(
            f"{home} points to {home.readlink()}, which is gone. Bring it back, "
            f"or delete {home} to begin with an empty database."
        )
    if not home.exists():
        home.mkdir(mode=0o700)
        account.own(home)
        if not account.can_use(home):
            home.rmdir()
            home.symlink_to(_outside_home(data, account), target_is_directory=True)
    real = home.resolve()
    found = real.stat()
    if found.st_uid == 0:
        account.own(real)
    else:
        account = Account(found.st_uid, found.st_gid)
    if not account.can_use(real):
        raise RuntimeProblem(
            f"the engines run as user id {account.uid}, which cannot reach {real}. "
            "Open the folders above it for passing through (chmod o+x), or name another in THROUGHLINE_DATA."
        )
    return account, real


def _outside_home(data: Path, account: Account) -> Path:
    SYSTEM_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
    home = SYSTEM_HOME / f"{_short_name(data)}-{secrets.token_hex(3)}"
    earlier = sorted(str(path) for path in SYSTEM_HOME.glob(f"{_short_name(data)}-*"))
    home.mkdir(mode=0o700)
    account.own(home)
    print(
        f"throughline: user id {account.uid}, which the engines run as, cannot reach {data}; "
        f"the database lives in {home}",
        file=sys.stderr,
    )
    if earlier:
        print(
            f"throughline: an earlier {data} left {', '.join(earlier)}; delete what you do not need",
            file=sys.stderr,
        )
    return home


def _unprivileged() -> Account:
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return Account(65534, 65534)
    return Account(nobody.pw_uid, nobody.pw_gid)


def _socket_folder(home: Path, account: Account) -> Path:
    """A private folder with a name short enough for a socket."""
    inside = home / "run"
    if len(os.fsencode(inside / ".s.PGSQL.5432.lock")) <= LONGEST_SOCKET:
        inside.mkdir(mode=0o700, exist_ok=True)
        account.own(inside)
        return inside
    base = Path("/tmp")  # noqa: S108 - the folder made in it is private, and checked below
    own_runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if (
        not account.is_other
        and own_runtime
        and len(own_runtime) < 40
        and os.access(own_runtime, os.W_OK)
    ):
        base = Path(own_runtime)
    short = base / f"throughline-{account.uid}-{_short_name(home)}"
    try:
        short.mkdir(mode=0o700)
        account.own(short)
    except FileExistsError:
        found = short.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid or found.st_mode & 0o077:
            raise RuntimeProblem(
                f"{short} exists and is not private. Delete it, then run again."
            ) from None
    return short


def _short_name(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:10]
