"""Work on a schedule that belongs to no activity: the sign of life, and tidying up."""

import time

from celery import shared_task

from itsm.core import clock
from itsm.core.models import IdempotencyKey
from itsm.core.redis_client import client
from itsm.runtime.heartbeat import KEY


@shared_task(name="itsm.core.tasks.beat_heartbeat", ignore_result=True)
def beat_heartbeat() -> None:
    """Show that beat sends and a worker works: write the time, in seconds since 1970."""
    client().set(KEY, repr(time.time()))


@shared_task(name="itsm.core.tasks.forget_answers", ignore_result=True)
def forget_answers() -> int:
    """Delete remembered answers older than 24 hours. Returns how many."""
    deleted, _by_model = IdempotencyKey.objects.expired(clock.now()).delete()
    return deleted
