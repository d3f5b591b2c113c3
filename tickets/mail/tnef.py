"""Outlook's winmail.dat: the files packed in it under their full names, and the text beside them."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from tickets.mail.words import decoded

SIGNATURE = 0x223E9F78
MOST_FILES = 50
MOST_PROPERTIES = 2000

# Attributes of the stream.
_BODY, _TITLE, _DATA, _NEXT_FILE = 0x800C, 0x8010, 0x800F, 0x9002
_CODE_PAGE, _MESSAGE_PROPERTIES, _FILE_PROPERTIES = 0x9007, 0x9003, 0x9005
# Properties packed in two of the attributes.
_TEXT, _HTML, _LONG_NAME, _NAME, _BYTES = 0x1000, 0x1013, 0x3707, 0x3704, 0x3701
# How a property's value is written: bytes by type, or a count of lengths and values.
_FIXED = {
    0x02: 4,
    0x03: 4,
    0x04: 4,
    0x05: 8,
    0x06: 8,
    0x07: 8,
    0x0A: 4,
    0x0B: 4,
    0x14: 8,
    0x40: 8,
    0x48: 16,
}
_STRING, _UNICODE, _OBJECT, _BINARY = 0x1E, 0x1F, 0x0D, 0x102
_MANY = 0x1000


@dataclass
class Unpacked:
    """What a winmail.dat held: a text, its HTML, and files by name."""

    text: str = ""
    html: str = ""
    files: list[tuple[str, bytes]] = field(default_factory=list)


@dataclass
class _File:
    title: str = ""
    long_name: str = ""
    content: bytes = b""


def unpack(data: bytes) -> Unpacked:
    """Return what is packed in a TNEF stream; what is cut off or not understood is left out."""
    found = Unpacked()
    if len(data) < 6 or struct.unpack_from("<L", data)[0] != SIGNATURE:
        return found
    page, file = "cp1252", _File()
    for attribute, value in _attributes(data):
        if attribute == _CODE_PAGE and len(value) >= 4:
            page = f"cp{struct.unpack_from('<L', value)[0]}"
        elif attribute == _NEXT_FILE:
            _keep(found, file)
            file = _File()
        elif attribute in {_TITLE, _DATA, _FILE_PROPERTIES}:
            _read_file(file, attribute, value, page)
        else:
            _read_message(found, attribute, value, page)
    _keep(found, file)
    return found


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 6
    while at + 9 <= len(data):
        _level, attribute, _kind, length = struct.unpack_from("<BHHL", data, at)
        value = data[at + 9 : at + 9 + length]
        if len(value) < length:
            return
        at += 9 + length + 2
        yield attribute, value


def _keep(found: Unpacked, file: _File) -> None:
    if file.content and len(found.files) < MOST_FILES:
        found.files.append((file.long_name or file.title or "file", file.content))


def _read_file(file: _File, attribute: int, value: bytes, page: str) -> None:
    if attribute == _TITLE:
        file.title = decoded(value.rstrip(b"\x00"), page)
    elif attribute == _DATA:
        file.content = value
    else:
        for name, kind, held in _properties(value):
            if name == _LONG_NAME or (name == _NAME and not file.long_name):
                file.long_name = _string(kind, held, page) or file.long_name
            elif name == _BYTES and not file.content and kind == _BINARY:
                file.content = held


def _read_message(found: Unpacked, attribute: int, value: bytes, page: str) -> None:
    if attribute == _BODY:
        found.text = decoded(value.rstrip(b"\x00"), page)
    elif attribute == _MESSAGE_PROPERTIES:
        for name, kind, held in _properties(value):
            if name == _TEXT:
                found.text = _string(kind, held, page) or found.text
            elif name == _HTML:
                found.html = decoded(held.rstrip(b"\x00"), page)


def _string(kind: int, value: bytes, page: str) -> str:
    if kind == _UNICODE:
        return value.decode("utf-16-le", errors="replace").rstrip("\x00")
    return decoded(value.rstrip(b"\x00"), page) if kind == _STRING else ""


def _properties(packed: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield number, type and value of each property; ends where the list is cut or not understood."""
    if len(packed) < 4:
        return
    at = 4
    for _one in range(min(struct.unpack_from("<L", packed)[0], MOST_PROPERTIES)):
        if at + 4 > len(packed):
            return
        kind, name = struct.unpack_from("<HH", packed, at)
        at += 4
        if name >= 0x8000:
            at = _after_name(packed, at)
        values, at = _values(packed, at, kind)
        if at < 0:
            return
        for value in values:
            yield name, kind & ~_MANY, value


def _after_name(packed: bytes, at: int) -> int:
    """Return where the value of a property begins that carries a name of its own."""
    if at + 24 > len(packed):
        return len(packed)
    is_word, length = struct.unpack_from("<LL", packed, at + 16)
    return at + 24 + (_padded(length) if is_word else 0)


def _values(packed: bytes, at: int, kind: int) -> tuple[list[bytes], int]:
    """Return the values of a property and where the next one begins; -1 when that is unknown."""
    if kind in _FIXED:
        end = at + max(4, _FIXED[kind])
        return [packed[at:end]], end
    if kind not in {
        _STRING,
        _UNICODE,
        _OBJECT,
        _BINARY,
        _STRING | _MANY,
        _UNICODE | _MANY,
        _BINARY | _MANY,
    }:
        return [], -1
    if at + 4 > len(packed):
        return [], -1
    count = struct.unpack_from("<L", packed, at)[0]
    at += 4
    values: list[bytes] = []
    for _one in range(min(count, MOST_PROPERTIES)):
        if at + 4 > len(packed):
            return values, -1
        length = struct.unpack_from("<L", packed, at)[0]
        values.append(packed[at + 4 : at + 4 + length])
        at += 4 + _padded(length)
    return values, at


def _padded(length: int) -> int:
    return length + (-length % 4)
