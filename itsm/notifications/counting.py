"""How many notifications somebody has not read, kept in the cache so that no page asks for it twice."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from redis import RedisError

from itsm.notifications.models import Notification

log = logging.getLogger(__name__)

KEPT_SECONDS = 60
MOST = 99


def notifications(request: HttpRequest) -> dict[str, Any]:
    """Give templates `notification_count`, which costs nothing where it is not shown."""
    user: Any = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"notification_count": 0}
    return {"notification_count": SimpleLazyObject(lambda: count_of(user))}


def count_of(person: Any) -> int:
    """Return how many notifications the person has not read, up to 99."""
    try:
        known = cache.get(_key(person.pk))
        if known is None:
            unread = Notification.objects.visible_to(person).unread()
            known = unread.values("record_id").distinct()[:MOST].count()
            cache.set(_key(person.pk), known, KEPT_SECONDS)
    except RedisError as problem:
        log.warning("Notifications are not counted: Redis is away (%s).", type(problem).__name__)
        return 0
    return int(known)


def forget(people: Iterable[int]) -> None:
    """Count anew for these people, once the transaction has ended."""
    keys = [_key(pk) for pk in people]
    if keys:
        transaction.on_commit(lambda: _delete(keys))


def _delete(keys: list[str]) -> None:
    try:
        cache.delete_many(keys)
    except RedisError as problem:
        log.warning("A count was not renewed: Redis is away (%s).", type(problem).__name__)


def _key(person_id: int) -> str:
    return f"notifications:{person_id}"
