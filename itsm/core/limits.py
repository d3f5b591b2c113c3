"""Counts how often somebody did something in a span of time, atomically, across all processes."""

import logging
import math
import re
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from redis import RedisError

from itsm.core.redis_client import client

log = logging.getLogger(__name__)

SPANS = {"s": 1, "sec": 1, "second": 1, "min": 60, "m": 60, "minute": 60, "h": 3600, "hour": 3600}

# Count and start the span in one step: two steps could leave a counter that never ends.
COUNT = """
local n = redis.call('INCR', KEYS[1])
if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {n, redis.call('PTTL', KEYS[1])}
"""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many times in so many seconds."""

    limit: int
    seconds: int

    @classmethod
    def parse(cls, words: str) -> "Rate":
        """Read `1200/min`, `5/s`, `20/hour`."""
        match = re.fullmatch(r"(\d+)/([a-z]+)", words.strip())
        if not match or match[2] not in SPANS:
            raise ImproperlyConfigured(f"{words!r} is not a rate; write for example 1200/min.")
        return cls(int(match[1]), SPANS[match[2]])


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of a rate is used, and in how many seconds the counting begins anew."""

    rate: Rate
    used: int
    resets_in: int

    @property
    def is_over(self) -> bool:
        return self.used > self.rate.limit

    @property
    def remaining(self) -> int:
        return max(0, self.rate.limit - self.used)


def _key(what: str) -> str:
    caches: Any = settings.CACHES
    return f"{caches['default']['KEY_PREFIX']}:limit:{what}"


def count(what: str, rate: Rate) -> Usage:
    """Count one more of `what` (a key without personal text) and say how it stands.

    When Redis is away nobody is held up: the usage reads as the first of its span.
    """
    try:
        used, left_ms = client().eval(COUNT, 1, _key(what), rate.seconds * 1000)
    except RedisError as problem:
        log.warning("Limits are not counted: Redis is away (%s).", type(problem).__name__)
        return Usage(rate, 1, rate.seconds)
    return Usage(rate, int(used), max(1, math.ceil(int(left_ms) / 1000)))


def forget(what: str) -> None:
    """Begin anew for `what`, as after a sign-in that succeeded."""
    try:
        client().delete(_key(what))
    except RedisError as problem:
        log.warning("A limit was not cleared: Redis is away (%s).", type(problem).__name__)
