"""Who has a record on their screen right now, and who is writing there.

A heartbeat comes with every poll of a page that is looked at. It is kept in Redis alone, for less than a minute:
nobody's whereabouts of the past are kept for others to see.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from redis import RedisError

from itsm.core.redis_client import client

log = logging.getLogger(__name__)

#: How long somebody counts as there after their last heartbeat, in seconds: two of them may get lost,
#: and whoever looks on asks soon enough to see them gone within 65.
STAYS = 45
VIEWING, WRITING = "viewing", "writing"


@dataclass(frozen=True)
class Presence:
    """Somebody who is at a record."""

    person_id: int
    name: str
    is_writing: bool


def beat(record_id: int, actor: Any, *, doing: str) -> None:
    """Say that the actor is at a record; VIEWING or WRITING."""
    what = WRITING if doing == WRITING else VIEWING
    key = _key(record_id)
    try:
        with client().pipeline(transaction=False) as pipe:
            pipe.hset(key, str(actor.pk), f"{time.time():.0f}|{what}|{actor}")
            pipe.expire(key, 2 * STAYS)
            pipe.execute()
    except RedisError as problem:
        log.warning("Presence is not kept: Redis is away (%s).", type(problem).__name__)


def leave(record_id: int, actor: Any) -> None:
    """Say that the actor left a record."""
    try:
        client().hdel(_key(record_id), str(actor.pk))
    except RedisError as problem:
        log.warning("Presence is not kept: Redis is away (%s).", type(problem).__name__)


def at(record_ids: Sequence[int], *, besides: Any) -> dict[int, list[Presence]]:
    """Return who is at each of the records, writers first, the asker left out. One round trip."""
    if not record_ids:
        return {}
    try:
        with client().pipeline(transaction=False) as pipe:
            for record_id in record_ids:
                pipe.hgetall(_key(record_id))
            answers = pipe.execute()
    except RedisError as problem:
        log.warning("Presence is not read: Redis is away (%s).", type(problem).__name__)
        return {}
    found = {}
    for record_id, beats in zip(record_ids, answers, strict=True):
        people = [one for one in _read(beats.items()) if one.person_id != besides.pk]
        if people:
            found[record_id] = sorted(people, key=lambda one: (not one.is_writing, one.name))
    return found


def _read(beats: Iterable[tuple[bytes, bytes]]) -> Iterable[Presence]:
    for person_id, kept in beats:
        at_second, what, name = kept.decode().split("|", 2)
        if time.time() - float(at_second) <= STAYS:
            yield Presence(int(person_id), name, what == WRITING)


def _key(record_id: int) -> str:
    return f"presence:{record_id}"
