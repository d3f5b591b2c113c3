"""When somebody was last at a record, so that what is new to them since can be marked.

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
        client().set(key, f"{since}|{now.timestamp():.3f}", ex=KEPT_FOR)
    except RedisError as problem:
        log.warning("Visits are not kept: Redis is away (%s).", type(problem).__name__)
        return None
    return before


def _read(kept: Any) -> tuple[datetime | None, datetime | None]:
    if not kept:
        return None, None
    before, _bar, last = kept.decode().partition("|")
    return (
        datetime.fromtimestamp(float(before), UTC) if before else None,
        datetime.fromtimestamp(float(last), UTC),
    )
