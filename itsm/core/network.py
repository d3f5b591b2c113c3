"""Where a request came from, believed only as far as the proxy in front is configured."""

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the caller's address.

    A forwarded address counts only behind a configured proxy, and then only the one that proxy
    itself appended: everything before it is the caller's own claim.
    """
    direct: str = request.META.get("REMOTE_ADDR", "")
    if getattr(settings, "BEHIND_PROXY", False):
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").rsplit(",", 1)[-1].strip()
        return forwarded or direct
    return direct


def is_within(address: str, networks: tuple[str, ...]) -> bool:
    """Whether the address lies in one of the networks. A request over a unix socket is local."""
    if not address:
        return True
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in _parsed(networks))


@lru_cache
def _parsed(networks: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(network, strict=False) for network in networks)
