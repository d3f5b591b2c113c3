"""How many requests one caller may make, counted across all web processes."""

from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from itsm.core import limits
from itsm.core.middleware import RATE_LIMIT_HEADERS
from itsm.core.network import client_address


def caller(request: Request) -> str:
    """Name the caller: the token used, else the person signed in, else the address."""
    if (token := getattr(request.auth, "pk", None)) is not None:
        return f"token:{token}"
    if request.user and request.user.is_authenticated:
        return f"user:{request.user.pk}"
    return f"address:{client_address(request._request)}"  # noqa: SLF001 - DRF keeps Django's here


class CallerThrottle(BaseThrottle):
    """Holds each token, person or address to `API_RATE`, and says on each answer what is left."""

    usage: limits.Usage

    def allow_request(self, request: Request, view: Any) -> bool:
        del view
        rate = limits.Rate.parse(settings.API_RATE)
        self.usage = limits.count(f"api:{caller(request)}", rate)
        # On Django's request, where the middleware finds them for errors as well.
        headers = {
            "RateLimit-Policy": f'"default";q={rate.limit};w={rate.seconds}',
            "RateLimit": f'"default";r={self.usage.remaining};t={self.usage.resets_in}',
        }
        setattr(request._request, RATE_LIMIT_HEADERS, headers)  # noqa: SLF001
        return not self.usage.is_over

    def wait(self) -> float:
        return self.usage.resets_in
