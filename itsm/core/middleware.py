"""What happens around every request: a name for it, and the headers that protect the reader."""

import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_vary_headers

from itsm.core import request_id

GetResponse = Callable[[HttpRequest], HttpResponseBase]

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
#: Where a throttle leaves, on the request, what the answer says of the caller's limit.
RATE_LIMIT_HEADERS = "rate_limit_headers"
PERMISSIONS_POLICY = (
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
    "microphone=(), payment=(), usb=()"
)


class RequestIdMiddleware:
    """Gives each request an id, the caller's own when well formed, and returns it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        chosen = request_id.begin(request.headers.get("X-Request-ID", ""))
        response = self.get_response(request)
        response["X-Request-ID"] = chosen
        return response


class SecurityHeadersMiddleware:
    """Adds to every answer, errors and downloads included, the headers a browser obeys."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = self.get_response(request)
        for name, value in getattr(request, RATE_LIMIT_HEADERS, {}).items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        _keep_private(request, response)
        spent = (time.perf_counter() - began) * 1000
        response["Server-Timing"] = f"app;dur={spent:.1f}"
        return response


def _keep_private(request: HttpRequest, response: HttpResponseBase) -> None:
    """Keep what one person saw out of shared caches, and out of the way back after signing out."""
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    if is_page:
        # The same address answers with a page or with a fragment of it.
        patch_vary_headers(response, ["HX-Request"])
    if "Cache-Control" in response.headers:
        return
    if request.path_info.startswith("/api/"):
        response["Cache-Control"] = "private, no-cache"
    elif is_page and settings.SESSION_COOKIE_NAME in request.COOKIES:
        response["Cache-Control"] = "private, no-store"
