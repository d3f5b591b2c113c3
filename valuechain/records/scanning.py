"""Asking ClamAV whether a file is harmful, where one is set up.

The file is sent over clamd's own INSTREAM, so that the scanner needs no access to the storage and may
run on another machine.
"""

from __future__ import annotations

import re
import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

PORT = 3310
PATIENCE = 60
LONGEST_ANSWER = 4096


class ScannerAway(Exception):  # noqa: N818 - it names what happened
    """The scanner gave no verdict; the message is what it said, or what was in the way."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the scanner found; empty when nothing."""

    found: str = ""


def is_set_up() -> bool:
    """Whether files are to be scanned before anybody opens them."""
    return bool(settings.CLAMD)


def scan(chunks: Iterable[bytes]) -> Verdict:
    """Send a file to clamd and return its verdict. Raises ScannerAway."""
    try:
        with _connect(settings.CLAMD) as wire:
            wire.sendall(b"zINSTREAM\0")
            for chunk in chunks:
                wire.sendall(struct.pack("!L", len(chunk)) + chunk)
            wire.sendall(struct.pack("!L", 0))
            said = _answer(wire)
    except (OSError, ValueError) as problem:
        raise ScannerAway(f"{type(problem).__name__}: {problem}") from problem
    if said == "stream: OK":
        return Verdict()
    if harm := re.fullmatch(r"stream: (.+) FOUND", said):
        return Verdict(harm[1][:200])
    raise ScannerAway(said[:200] or "It hung up.")


def _connect(address: str) -> socket.socket:
    parts = urlsplit(address)
    if parts.scheme == "unix":
        wire = socket.socket(socket.AF_UNIX)
        wire.settimeout(PATIENCE)
        try:
            wire.connect(parts.path)
        except OSError:
            wire.close()
            raise
        return wire
    if parts.scheme == "tcp" and parts.hostname:
        return socket.create_connection((parts.hostname, parts.port or PORT), timeout=PATIENCE)
    raise ValueError("CLAMD is neither tcp://host:port nor unix:///path/to/socket")


def _answer(wire: socket.socket) -> str:
    said = b""
    while b"\0" not in said and len(said) < LONGEST_ANSWER:
        more = wire.recv(LONGEST_ANSWER)
        if not more:
            break
        said += more
    return said.partition(b"\0")[0].decode(errors="replace").strip()
