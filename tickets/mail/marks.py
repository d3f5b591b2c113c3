"""The marks our mail carries so that an answer finds its record: signed, so that none can be guessed.

Three of them say the same in different places: the Message-ID, the reply address, and a word in the
subject. Each names a record; the first two also name the person it was sent to, and whether our mail
told of an internal note: what answers a note is a note.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

_ID = re.compile(
    r"(t[ln])\.([0-9a-z]{1,13})\.([0-9a-z]{1,13})\.([0-9a-f]{16})\.([a-z2-7]{16})@.*", re.IGNORECASE
)
_LOCAL = re.compile(r".*\+([rn])([0-9a-z]{1,13})-([0-9a-z]{1,13})-([a-z2-7]{16})", re.IGNORECASE)
_SUBJECT = re.compile(r"\[([A-Z]{2,8}-[0-9]{1,12}) #([a-z2-7]{12})\]", re.IGNORECASE)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Mark:
    """What a mark says: the record, and the person our mail went to, if it names one."""

    record_id: int
    person_id: int | None = None
    is_internal: bool = False


def message_id(record_id: int, person_id: int | None, *, is_internal: bool = False) -> str:
    """Return a fresh Message-ID, without brackets, that names a record and who it is sent to."""
    words = ".".join(
        ("tn" if is_internal else "tl", _base36(record_id), _base36(person_id or 0),
         secrets.token_hex(8))
    )  # fmt: skip
    return f"{words}.{_signature('id', words, 16)}@{domain()}"


def read_message_id(written: str) -> Mark | None:
    """Return what one of our Message-IDs says; None for anybody else's and for a forged one."""
    found = _ID.fullmatch(written)
    if not found:
        return None
    words = ".".join(found.group(1, 2, 3, 4)).lower()
    if not _holds("id", words, found[5]):
        return None
    return Mark(int(found[2], 36), int(found[3], 36) or None, words.startswith("tn"))


def reply_address(base: str, record_id: int, person_id: int, *, is_internal: bool = False) -> str:
    """Return `desk+r…-…-signature@domain` for `desk@domain`: an answer to it is by that person."""
    local, _at, host = base.rpartition("@")
    words = f"{'n' if is_internal else 'r'}{_base36(record_id)}-{_base36(person_id)}"
    return f"{local}+{words}-{_signature('to', words, 16)}@{host}"


def read_reply_address(address: str) -> Mark | None:
    """Return what a reply address says; None when it is none of ours."""
    found = _LOCAL.fullmatch(address.rpartition("@")[0])
    if not found:
        return None
    words = f"{found[1]}{found[2]}-{found[3]}".lower()
    if not _holds("to", words, found[4]):
        return None
    return Mark(int(found[2], 36), int(found[3], 36), words.startswith("n"))


def without_mark(address: str) -> str:
    """Return a mailbox's plain address for one of its reply addresses."""
    local, _at, host = address.rpartition("@")
    return f"{local.partition('+')[0]}@{host}"


def subject_mark(number: str) -> str:
    """Return the word put into the subject of our mail about a record, `[INC-1007 #…]`."""
    return f"[{number} #{_signature('subject', number, 12)}]"


def read_subject(subject: str) -> str | None:
    """Return the number of the record a subject names with our signature; a bare number is nothing."""
    for number, signature in _SUBJECT.findall(subject):
        if _holds("subject", number.upper(), signature):
            return str(number).upper()
    return None


def without_subject_mark(subject: str) -> str:
    """Return a subject without our words and without the `Re:` and `Fwd:` of mail programs."""
    bare = _SUBJECT.sub("", subject)
    return " ".join(
        re.sub(r"^(?:\s*(?:re|aw|fwd?|wg|sv|antw)\s*:)+", "", bare, flags=re.IGNORECASE).split()
    )


def domain() -> str:
    """Return the domain our Message-IDs end with: that of the address we send from."""
    sender = str(settings.DEFAULT_FROM_EMAIL).rpartition("@")[2].strip("<> ")
    return sender or urlsplit(settings.SITE_URL).hostname or "localhost"


def _signature(purpose: str, words: str, length: int, key: Any = None) -> str:
    secret = hashlib.sha256(f"mail-mark:{key or settings.SECRET_KEY}".encode()).digest()
    digest = hmac.new(secret, f"{purpose}:{words}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest).decode().lower()[:length]


def _holds(purpose: str, words: str, given: str) -> bool:
    """Whether the signature is ours, made with today's key or one that came before it."""
    keys = [settings.SECRET_KEY, *getattr(settings, "SECRET_KEY_FALLBACKS", ())]
    return any(
        hmac.compare_digest(_signature(purpose, words, len(given), key), given.lower())
        for key in keys
    )


def _base36(number: int) -> str:
    written = ""
    while True:
        number, digit = divmod(number, 36)
        written = _DIGITS[digit] + written
        if not number:
            return written
