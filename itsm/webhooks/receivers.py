"""Queues an event for those who subscribed to it, in the transaction in which it happened."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from itsm.core import clock
from itsm.core.statements import Statement
from itsm.webhooks.models import Delivery, Webhook
from valuechain.records.models import Record
from valuechain.records.querysets import reads_notes
from valuechain.records.signals import once_for_all, recorded

#: What happened longer ago is history being written down, not news.
NEWS = timedelta(days=1)
#: Most events are nobody's: what there is to subscribe to is read before who subscribed.
_live = Statement(lambda: Webhook.objects.filter(is_active=True).only("verbs").order_by())


def connect() -> None:
    """Listen to what happens to records."""
    recorded.connect(queue, dispatch_uid="webhooks.queue")


def queue(record: Any, event: Any, **_kwargs: Any) -> None:
    """Write a delivery for every webhook that wants the event and whose owner may see it."""
    if clock.written_down() - event.at > NEWS:
        return
    asking = [hook.pk for hook in once_for_all("webhooks", _live) if hook.wants(event.verb)]
    if not asking:
        return
    hooks = Webhook.objects.filter(pk__in=asking, owner__is_active=True).select_related(
        "owner", "owner__organisation"
    )
    wanted = [hook for hook in hooks if _may_see(hook, record, event)]
    Delivery.objects.bulk_create(
        [
            Delivery(webhook=hook, event_id=event.pk, record_id=record.pk, sequence=event.sequence)
            for hook in wanted
        ],
        ignore_conflicts=True,
    )


def _may_see(hook: Webhook, record: Any, event: Any) -> bool:
    if event.is_internal and not reads_notes(hook.owner, record):
        return False
    return bool(Record.objects.visible_to(hook.owner).filter(pk=record.pk).exists())
