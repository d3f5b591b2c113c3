"""Which records of a list hold something their reader has not read, and what reading one does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from itsm.core.statements import Given, Statement
from itsm.notifications.actions import mark_read
from itsm.notifications.models import Notification
from valuechain.records.models import Record
from valuechain.records.panels import panels


@Statement
def _news() -> Any:
    news = Notification.objects.filter(person_id=Given("person"), record__in=Given("records"))
    return news.unread().values_list("record_id")


def connect() -> None:
    """Add the mark to lists; a record that is looked at is read."""
    panels.marks.append(mark_unread)
    panels.seen.append(has_seen)


def mark_unread(records: Sequence[Record], actor: Any) -> None:
    """Set `is_unread` on the rows that hold news for the actor. One query."""
    news = _news(person=actor.pk, records=tuple(record.pk for record in records))
    fresh = {record_id for (record_id,) in news}
    for record in records:
        record.is_unread = record.pk in fresh  # type: ignore[attr-defined]


def has_seen(record: Record, actor: Any) -> None:
    """Take what was told about a record as read once it is on the reader's screen."""
    if Notification.objects.filter(person_id=actor.pk, record_id=record.pk).unread().exists():
        mark_read(actor=actor, record_id=record.pk)
