"""Outlook's winmail.dat: the files and the plain text packed in it, as far as they are simple."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

SIGNATURE = 0x223E9F78
_BODY, _TITLE, _DATA, _NEXT_FILE = 0x800C, 0x8010, 0x800F, 0x9002
MOST_FILES = 50


@dataclass
class Unpacked:
    """What a winmail.dat held: a text, and files by name."""

    text: bytes = b""
    files: list[tuple[bytes, bytes]] = field(default_factory=list)


def unpack(data: bytes) -> Unpacked:
    """Return what is packed in a TNEF stream; what is cut off or not understood is left out."""
    found = Unpacked()
    if len(data) < 6 or struct.unpack_from("<L", data)[0] != SIGNATURE:
        return found
    at, title, content = 6, b"", b""
    while at + 9 <= len(data) and len(found.files) < MOST_FILES:
        _level, attribute, _kind, length = struct.unpack_from("<BHHL", data, at)
        value = data[at + 9 : at + 9 + length]
        if len(value) < length:
            break
        at += 9 + length + 2
        if attribute == _NEXT_FILE:
            _keep(found, title, content)
            title, content = b"", b""
        elif attribute == _TITLE:
            title = value.rstrip(b"\x00")
        elif attribute == _DATA:
            content = value
        elif attribute == _BODY:
            found.text = value.rstrip(b"\x00")
    _keep(found, title, content)
    return found


def _keep(found: Unpacked, title: bytes, content: bytes) -> None:
    if content:
        found.files.append((title or b"file", content))
