"""Whether this process can serve, in the two words a load balancer needs."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import RedisError

from itsm.core.network import client_address, is_within
from itsm.core.redis_client import client
from itsm.runtime.heartbeat import KEY, STALE_AFTER

log = logging.getLogger(__name__)

#: A check returns None when all is well, else what is wrong in a few words. Words that begin with
#: "ok" are a remark for whoever reads the details; they do not take the process out of service.
Check = Callable[[], str | None]
_checks: dict[str, Check] = {}


def register_check(name: str, check: Check) -> None:
    """Add a check to /readyz; an app above (clocks, mail) calls this once when it is loaded."""
    _checks[name] = check


def findings() -> dict[str, str]:
    """Run every check and map its name to `ok` or to what is wrong. One fault hides no other."""
    found = {}
    for name, check in _checks.items():
        try:
            found[name] = check() or "ok"
        except Exception as problem:  # noqa: BLE001 - whatever fails, the answer is "not ok"
            log.warning("The health check %s failed (%s).", name, type(problem).__name__)
            found[name] = f"failed: {type(problem).__name__}"
    return found


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process lives; nothing else is asked, so that a slow database kills no web."""
    del request
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether this process can serve; the details only to the networks that may see them."""
    found = findings()
    is_ready = all(words.startswith("ok") for words in found.values())
    status = 200 if is_ready else 503
    if is_internal(request):
        return JsonResponse({"ready": is_ready, "checks": found}, status=status)
    return HttpResponse(
        "ok\n" if is_ready else "not ok\n", status=status, content_type="text/plain"
    )


def is_internal(request: HttpRequest) -> bool:
    """Whether the request comes from a network that may read details and metrics."""
    return is_within(client_address(request), tuple(settings.METRICS_ALLOWED))


def _database() -> str | None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "does not answer"
    return None


def _redis() -> str | None:
    try:
        client().ping()
    except RedisError:
        return "does not answer"
    return None


def _worker() -> str | None:
    written = client().get(KEY)
    if written is None:
        return "no sign of life yet"
    age = time.time() - float(written)
    return None if age < STALE_AFTER else f"last sign of life {age:.0f} s ago"


register_check("database", _database)
register_check("redis", _redis)
register_check("worker", _worker)
