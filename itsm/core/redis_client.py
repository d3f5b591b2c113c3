"""One connection pool to the Redis-compatible server, for counting and for the heartbeat.

Whoever uses it must live with its absence: no truth is kept there.
"""

from functools import cache
from typing import Any

import redis
from django.conf import settings


@cache
def client() -> redis.Redis:
    """Return the client of this process. It waits half a second at most, then raises RedisError."""
    caches: Any = settings.CACHES
    url = caches["default"]["LOCATION"]
    return redis.Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5)
