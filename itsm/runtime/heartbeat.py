"""Tells how long ago a worker last did the scheduled task that shows it is alive.

Beat sends the task, a worker does it and writes the time (seconds since 1970) to a key of the Redis-compatible
server. A worker that is connected but deaf is found this way. Run as a program it is a health check.
"""

import os
import sys
import time

KEY = "throughline:heartbeat"
STALE_AFTER = 90.0


def age(redis_url: str) -> float | None:
    """Seconds since the last heartbeat; None when there was none yet or the server does not answer."""
    import redis

    client = redis.Redis.from_url(
        redis_url.replace("redis+socket://", "unix://"), socket_timeout=2, socket_connect_timeout=2
    )
    try:
        written = client.get(KEY)
        return None if written is None else max(0.0, time.time() - float(written))
    except (redis.RedisError, ValueError):
        return None
    finally:
        client.close()


def is_fresh(redis_url: str) -> bool:
    """Whether a worker was alive a short while ago."""
    found = age(redis_url)
    return found is not None and found < STALE_AFTER


if __name__ == "__main__":
    sys.exit(0 if is_fresh(os.environ["REDIS_URL"]) else 1)
