"""A real IMAP server on loopback for the length of a test: Debian's dovecot in a folder of its own."""

from __future__ import annotations

import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

USER, PASSWORD = "desk@example.org", "open-sesame"


def dovecot() -> str | None:
    """Return where dovecot is, or None when it is not installed."""
    return shutil.which("dovecot", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


@dataclass(frozen=True)
class ImapServer:
    """Where the server listens, and what a test does at the mailbox itself."""

    port: int

    @contextmanager
    def session(self) -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=10) as session:
            session.login(USER, PASSWORD)
            yield session

    def deliver(self, *letters: bytes) -> None:
        with self.session() as session:
            for letter in letters:
                kind, said = session.append("INBOX", "", None, letter)
                assert kind == "OK", said

    def count(self, *what: str) -> int:
        """Count the mails of the inbox that fit an IMAP search."""
        with self.session() as session:
            session.select("INBOX", readonly=True)
            _kind, found = session.search(None, *(what or ("ALL",)))
            return len((found[0] or b"").split())


CONFIG = """
base_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_failure_delay = 0
default_internal_user = {name}
default_internal_group = {group}
default_login_user = {name}
first_valid_uid = {uid}
first_valid_gid = {gid}
mail_location = maildir:{folder}/mail/%n
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home/%n
}}
"""


@contextmanager
def running(folder: Path) -> Iterator[ImapServer]:
    """Start the server in the folder and stop it again."""
    program = dovecot()
    assert program is not None
    # Dovecot gives no mail to the superuser; a test run by one keeps it as somebody harmless.
    person = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
    for name in ("run", "mail", "home"):
        (folder / name).mkdir(parents=True)
        os.chown(folder / name, person.pw_uid, person.pw_gid)
    port = _free_port()
    import grp

    config = folder / "dovecot.conf"
    config.write_text(
        CONFIG.format(
            folder=folder,
            name=person.pw_name,
            group=grp.getgrgid(person.pw_gid).gr_name,
            uid=person.pw_uid,
            gid=person.pw_gid,
            port=port,
            password=PASSWORD,
        )
    )
    process = subprocess.Popen(
        [program, "-F", "-c", str(config)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    server = ImapServer(port)
    try:
        _wait(server, process, folder)
        yield server
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=10)
        process.kill()
        process.communicate()


def _wait(server: ImapServer, process: subprocess.Popen[bytes], folder: Path) -> None:
    for _try in range(50):
        if process.poll() is not None:
            break
        with suppress(OSError, imaplib.IMAP4.error):
            server.count()
            return
        time.sleep(0.1)
    process.terminate()
    said, _ = process.communicate()
    log = folder / "log"
    raise AssertionError(f"{said.decode()}\n{log.read_text() if log.exists() else ''}")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
