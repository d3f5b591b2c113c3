"""The addresses on an envelope, whatever was written for one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import getaddresses

from tickets.mail.words import header_text

LONGEST_HEADER = 50_000
_DOMAIN = r"\w(?:[\w.-]{0,251}\w)?"
_ADDRESS = re.compile(rf"[^\s@<>()\[\]\\,;:\"']{{1,64}}@{_DOMAIN}", re.IGNORECASE)
#: RFC 5322 lets the part before the @ stand in quotation marks and hold nearly anything.
_QUOTED = re.compile(rf'"[^"\\\r\n@<>]{{1,62}}"@{_DOMAIN}', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox on an envelope: the name people read, and the address in lower case."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


def addresses_in(value: str) -> list[Address]:
    """Read the addresses of one header; where the grammar is broken, whatever looks like one."""
    value = _legible(value[:LONGEST_HEADER])
    good = [
        Address(header_text(name)[:200], address.lower())
        for name, address in _pairs(value)
        if _is_address(address)
    ]
    if good:
        return good
    return [
        Address("", one.lower()) for one in _ADDRESS.findall(header_text(value)) if _is_short(one)
    ]


def _legible(value: str) -> str:
    """Read bytes that came through undeclared, which addresses beyond ASCII often are."""
    flat = re.sub(r"\s+", " ", value)
    if re.search("[\ud800-\udfff]", flat):
        flat = flat.encode("utf-8", errors="surrogateescape").decode("utf-8", errors="replace")
    return flat


def _pairs(value: str) -> list[tuple[str, str]]:
    try:
        return getaddresses([value], strict=False)
    except TypeError:  # Python before the parameter was introduced
        return getaddresses([value])
    except Exception:  # noqa: BLE001 - the standard library raises many things on hostile headers
        return []


def _is_address(address: str) -> bool:
    fits = _ADDRESS.fullmatch(address) or _QUOTED.fullmatch(address)
    return bool(fits) and _is_short(address)


def _is_short(address: str) -> bool:
    return len(address) <= 254 and address.isprintable()
