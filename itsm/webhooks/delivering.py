"""Delivering what waits: in the order of each record, signed, again for a day, then given up."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from itsm.core import clock
from itsm.webhooks.models import Delivery, Webhook
from itsm.webhooks.targets import TargetRefused, post
from valuechain.records.models import Event, Record

log = logging.getLogger(__name__)

BATCH = 100
PATIENCE = timedelta(hours=24)
LONGEST_PAUSE = timedelta(hours=2)

Status = Delivery.Status


def deliver() -> int:
    """Deliver what is due. Returns how many arrived. Safe to run twice at once."""
    done = 0
    away: set[int] = set()
    for _round in range(20):
        due = _due(clock.now()).exclude(webhook_id__in=away)
        found = list(due.values_list("pk", "webhook_id")[:BATCH])
        if not found:
            break
        for pk, webhook_id in found:
            # One that does not answer holds up nobody else: the rest of its own waits.
            if webhook_id in away:
                continue
            if _deliver_one(pk):
                done += 1
            else:
                away.add(webhook_id)
    return done


def _due(now: datetime) -> Any:
    """Deliveries whose time has come and before which nothing of their record waits."""
    earlier = Delivery.objects.filter(
        webhook_id=OuterRef("webhook_id"),
        record_id=OuterRef("record_id"),
        sequence__lt=OuterRef("sequence"),
        status=Status.QUEUED,
    )
    return (
        Delivery.objects.filter(status=Status.QUEUED, next_try_at__lte=now)
        .filter(~Exists(earlier))
        .order_by("next_try_at", "pk")
    )


@transaction.atomic
def _deliver_one(pk: int) -> bool:
    now = clock.now()
    delivery = (
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("webhook", "webhook__owner", "webhook__owner__organisation", "event",
                        "event__actor", "record")
        .filter(pk=pk, status=Status.QUEUED, next_try_at__lte=now)
        .first()
    )  # fmt: skip
    if delivery is None:
        return False
    if not _is_wanted(delivery):
        _note(delivery, now, status=Status.DEAD, response="No longer wanted or allowed.")
        return False
    body = payload(delivery)
    try:
        code, said = post(delivery.webhook.url, body, headers(delivery, body, now))
    except (TargetRefused, OSError, http.client.HTTPException, ValueError) as problem:
        code, said = None, f"{type(problem).__name__}: {problem}"
    if code is not None and 200 <= code < 300:
        _note(delivery, now, status=Status.DELIVERED, response=said, code=code, delivered_at=now)
        return True
    _put_off(delivery, now, code, said)
    return False


def payload(delivery: Delivery) -> bytes:
    """Return what is sent: what happened to which record, and nothing internal to an outsider."""
    event, record = delivery.event, delivery.record
    internal = delivery.webhook.owner.access.works_on(record)
    data = {name: value for name, value in event.data.items() if internal or name != "internal"}
    content = {
        "id": str(delivery.uid),
        "verb": event.verb,
        "record": {"number": record.number, "kind": record.kind.replace("_", "-"),
                   "resource": record.resource, "title": record.title, "state": event.to_state},
        "version": record.version,
        "sequence": event.sequence,
        "from": event.from_state,
        "to": event.to_state,
        "at": event.at.isoformat(),
        "actor": event.actor.name if event.actor is not None else None,
        "via": event.via,
        "data": data,
    }  # fmt: skip
    return json.dumps(content, ensure_ascii=False, default=str).encode()


def headers(delivery: Delivery, body: bytes, now: datetime) -> dict[str, str]:
    """Return the headers of a delivery; its id stays the same however often it is tried.

    The signature is the hex HMAC-SHA256 of `timestamp.body`, once for each secret in use.
    """
    stamp = str(int(now.timestamp()))
    signatures = [
        hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        for secret in delivery.webhook.secrets_at(now)
    ]
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Throughline-Webhooks/1",
        "Throughline-Delivery": str(delivery.uid),
        "Throughline-Event": delivery.event.verb,
        "Throughline-Timestamp": stamp,
        "Throughline-Signature": ",".join(f"v1={one}" for one in signatures),
    }


def _is_wanted(delivery: Delivery) -> bool:
    hook: Webhook = delivery.webhook
    owner = hook.owner
    if not (hook.is_active and owner.is_active):
        return False
    if not Record.objects.visible_to(owner).filter(pk=delivery.record_id).exists():
        return False
    return bool(
        Event.objects.readable_on(delivery.record, owner).filter(pk=delivery.event_id).exists()
    )


def _put_off(delivery: Delivery, now: datetime, code: int | None, said: str) -> None:
    attempts = delivery.attempts + 1
    since = delivery.first_try_at or now
    pause = min(timedelta(seconds=15) * 2 ** min(attempts - 1, 12), LONGEST_PAUSE)
    is_dead = now + pause - since > PATIENCE or code == http.client.GONE
    status = Status.DEAD if is_dead else Status.QUEUED
    _note(delivery, now, status=status, response=said, code=code, next_try_at=now + pause)
    if is_dead:
        log.warning("A webhook delivery was given up.", extra={"code": str(code)})


def _note(
    delivery: Delivery, now: datetime, *, status: str, response: str, code: int | None = None,
    **more: Any,
) -> None:  # fmt: skip
    Delivery.objects.filter(pk=delivery.pk).update(
        status=status,
        attempts=F("attempts") + 1,
        first_try_at=delivery.first_try_at or now,
        last_try_at=now,
        response_status=code,
        response=response[:1000],
        **more,
    )
