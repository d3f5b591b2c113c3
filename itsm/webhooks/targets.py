"""Where a webhook may lead: to the outside world, never to what stands inside our own network.

The name is looked up once, every address it stands for is checked, and the connection is made to the
very address that was checked: a name that points elsewhere a moment later gains nothing.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from ipaddress import ip_address, ip_network
from threading import Timer
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from itsm.core.errors import FieldErrors

TIMEOUT = 10
LONGEST = 20
MOST_ANSWER = 1000
_TRANSLATED = ip_network("64:ff9b::/96")


class TargetRefused(Exception):  # noqa: N818 - it names what happened
    """The address is one that webhooks do not go to."""


def check_url(url: str) -> None:
    """Raise FieldErrors for an address that webhooks do not go to."""
    try:
        resolve(_host(url), _port(url))
    except (TargetRefused, ValueError) as problem:
        raise FieldErrors({"url": [("not_reachable", str(problem))]}) from problem


def resolve(host: str, port: int) -> str:
    """Return one address of the host after checking all of them. Raises TargetRefused."""
    try:
        found = {str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError) as problem:
        raise TargetRefused(_("There is no server of that name.")) from problem
    for address in found:
        if not _is_outside(address):
            raise TargetRefused(_("That address lies inside a private network."))
    return min(found)


def post(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    """Send a body and return the status and the beginning of the answer. Redirects are not followed.

    Raises TargetRefused, OSError or http.client.HTTPException.
    """
    parts = urlsplit(url)
    host, port = _host(url), _port(url)
    address = resolve(host, port)
    connection = _connect(parts.scheme, host, address, port)
    # A server that answers a byte at a time keeps every single wait short; this ends the whole.
    alarm = Timer(LONGEST, connection.sock.shutdown, [socket.SHUT_RDWR])
    alarm.start()
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body=body, headers=headers | {"Host": parts.netloc})
        answer = connection.getresponse()
        said = answer.read(MOST_ANSWER).decode("utf-8", errors="replace").replace("\x00", "")
        return answer.status, said
    finally:
        alarm.cancel()
        connection.close()


def _connect(scheme: str, host: str, address: str, port: int) -> http.client.HTTPConnection:
    """Open a connection to the address that was checked, under the name it was checked for."""
    wire = socket.create_connection((address, port), timeout=TIMEOUT)
    if scheme == "https":
        wire = ssl.create_default_context().wrap_socket(wire, server_hostname=host)
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
    connection.sock = wire
    return connection


def _host(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in _schemes() or not parts.hostname or parts.username:
        raise TargetRefused(_("Write an address that begins with https://."))
    return parts.hostname


def _port(url: str) -> int:
    parts = urlsplit(url)
    return parts.port or (443 if parts.scheme == "https" else 80)


def _schemes() -> set[str]:
    return {"https", "http"} if settings.WEBHOOK_PRIVATE_TARGETS else {"https"}


def _is_outside(address: str) -> bool:
    if settings.WEBHOOK_PRIVATE_TARGETS:
        return True
    found = ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    if mapped is not None:
        found = mapped
    return found.is_global and not found.is_multicast and found not in _TRANSLATED
