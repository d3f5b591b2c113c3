"""What the parts of a mail hold: bytes out of any encoding, names, mails within mails."""

from __future__ import annotations

import base64
import mimetypes
import re
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from typing import Any

from tickets.mail.words import decoded, header_text, readable, tidy

_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]")
_NAMED = ("Content-Type", "Content-Disposition", "Content-ID")
#: More than this of a mail within a mail is not repeated in the text; it is attached whole.
MOST_FORWARDED_TEXT = 20_000
#: Of the headers that a report repeats, this many bytes are read.
MOST_REPORTED = 100_000


def read_raw_headers(part: Message) -> None:
    """Make bytes that stand undeclared in the headers of a part legible, file names above all."""
    written = dict(part.raw_items())
    for name in _NAMED:
        value = str(written.get(name, ""))
        if (legible := readable(value)) != value:
            part.replace_header(name, legible)


def payload(part: Message) -> tuple[bytes, bool]:
    """Return what a part holds, and whether all of it could be decoded."""
    raw = part.get_payload()
    text = raw.encode("utf-8", errors="surrogateescape") if isinstance(raw, str) else b""
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() == "base64":
        return _from_base64(text)
    try:
        data: Any = part.get_payload(decode=True)
    except Exception:  # noqa: BLE001 - codecs that do not exist, and worse
        return text, False
    return (data if isinstance(data, bytes) else text), True


def _from_base64(text: bytes) -> tuple[bytes, bool]:
    """Decode base64 up to where it ends or was cut off; a footer some server added is no part of it."""
    letters = _NOT_BASE64.sub(b"", text)
    end = letters.find(b"=")
    letters = letters if end < 0 else letters[:end]
    is_whole = len(letters) % 4 != 1
    letters = letters if is_whole else letters[:-1]
    return base64.b64decode(letters + b"=" * (-len(letters) % 4)), is_whole


def unflowed(text: str, part: Message) -> str:
    """Join the lines that format=flowed broke for narrow screens (RFC 3676)."""
    if str(part.get_param("format", "")).lower() != "flowed":
        return text
    drops_space = str(part.get_param("delsp", "")).lower() == "yes"
    lines: list[str] = []
    runs_on = False
    for line in text.replace("\r\n", "\n").split("\n"):
        quotes = len(line) - len(line.lstrip(">"))
        bare = line[quotes:].removeprefix(" ")
        if runs_on and lines and _depth(lines[-1]) == quotes and line != "-- ":
            lines[-1] += bare
        else:
            lines.append((">" * quotes + " " if quotes else "") + bare)
        runs_on = bare.endswith(" ") and line != "-- "
        if runs_on and drops_space:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(">"))


def forwarded(part: Message) -> tuple[str, bytes]:
    """Return the subject and the bytes of a mail within a mail."""
    message = _inner(part)
    try:
        content = message.as_bytes()
    except Exception:  # noqa: BLE001 - what cannot be written down again is still in the raw mail
        content = str(part.get_payload()).encode("utf-8", errors="replace")
    return header_text(message.get("Subject", "")), content or b"\n"


def forwarded_text(part: Message, *, depth: int) -> str:
    """Return who wrote a mail within a mail, what about, and its first plain text."""
    message = _inner(part)
    head = [
        f"{name}: {header_text(message[name])}"
        for name in ("From", "Date", "Subject")
        if message[name]
    ]
    return tidy("\n".join(head) + "\n\n" + _first_text(message, depth), most=MOST_FORWARDED_TEXT)


def _first_text(message: Message, depth: int) -> str:
    if message.get_content_type() == "message/rfc822" and depth:
        return forwarded_text(message, depth=depth - 1)
    for part in message.walk():
        if part.get_content_type() == "text/plain" and not part.is_multipart():
            return decoded(payload(part)[0], part.get_content_charset())
    return ""


def _inner(part: Message) -> Message:
    """Return the mail within a part, also when it was packed in base64, which it should not be."""
    held = part.get_payload()
    message = held[0] if isinstance(held, list) and held else None
    if not isinstance(message, Message):
        return part
    encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    packed = message.get_payload()
    if encoding != "base64" or message.keys() or not isinstance(packed, str):
        return message
    data, _is_whole = _from_base64(packed.encode("ascii", errors="ignore"))
    return message_from_bytes(data, policy=compat32)


def unreached(report: Message) -> tuple[str, ...]:
    """Return whom a delivery report names as not reached, with the code it gives (RFC 3464)."""
    found = []
    blocks = report.get_payload()
    for block in blocks[:50] if isinstance(blocks, list) else []:
        if not isinstance(block, Message):
            continue
        if str(block.get("Action", "")).strip().lower() not in {"failed", "delayed"}:
            continue
        address = header_text(block.get("Final-Recipient", "")).rpartition(";")[2].strip()
        found.append(f"{address} {header_text(block.get('Status', ''))}".strip()[:300])
    return tuple(one for one in found if one)


def reported_ids(part: Message) -> tuple[str, ...]:
    """Return the Message-ID of the mail that a report is about, or of its headers alone."""
    inner = _inner(part)
    if inner is part:
        inner = message_from_bytes(payload(part)[0][:MOST_REPORTED], policy=compat32)
    found = header_text(inner.get("Message-ID", "")).strip("<> ")
    return (found[:500],) if found else ()


def type_by_name(name: str) -> str:
    """Return the type that the name of a file stands for."""
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
