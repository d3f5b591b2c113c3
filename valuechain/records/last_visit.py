"""When somebody was last at a record, so that what is new to them since can be marked, and where they were last.

Kept in Redis alone, for their own eyes; losing it loses a line in the timeline and nothing else.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from redis import RedisError

from itsm.core import clock
from itsm.core.redis_client import client

log = logging.getLogger(__name__)

#: Whoever was away for so long comes back: what happened meanwhile is new to them.
AWAY = timedelta(minutes=5)
#: So many of the records somebody was at last are remembered.
LATEST = 8
KEPT_FOR = timedelta(days=60)


def before_now(record_id: int, actor: Any) -> datetime | None:
    """Say that the actor is at a record; return when they were there the time before, or None.

    Loading the page again, or staying on it, is the same visit.
    """
    now = clock.now()
    key = f"visit:{record_id}:{actor.pk}"
    try:
        kept = client().get(key)
        before, last = _read(kept)
        if last is not None and now - last > AWAY:
            before = last
        since = f"{before.timestamp():.3f}" if before else ""
        with client().pipeline(transaction=False) as pipe:
            pipe.set(key, f"{since}|{now.timestamp():.3f}", ex=KEPT_FOR)
            pipe.zadd(_latest(actor), {str(record_id): now.timestamp()})
            pipe.zremrangebyrank(_latest(actor), 0, -LATEST - 1)
            pipe.expire(_latest(actor), KEPT_FOR)
            pipe.execute()
    except RedisError as problem:
        log.warning("Visits are not kept: Redis is away (%s).", type(problem).__name__)
        return None
    return before


def latest(actor: Any) -> list[int]:
    """Return the keys of the records the actor was at last, the newest first."""
    try:
        kept: Any = client().zrevrange(_latest(actor), 0, -1)
    except RedisError as problem:
        log.warning("Visits are not read: Redis is away (%s).", type(problem).__name__)
        return []
    return [int(key) for key in kept]


def _latest(actor: Any) -> str:
    return f"visits:{actor.pk}"


def _read(kept: Any) -> tuple[datetime | None, datetime | None]:
    if not kept:
        return None, None
    before, _bar, last = kept.decode().partition("|")
    return (
        datetime.fromtimestamp(float(before), UTC) if before else None,
        datetime.fromtimestamp(float(last), UTC),
    )
