"""Writes down, in the transaction of what happened, who is to be told; sending comes later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from itsm.accounts.models import User
from itsm.core import clock
from itsm.notifications import counting
from itsm.notifications.audience import audience
from itsm.notifications.models import Habits, Mute, Notification, OutboundMail, Preference
from itsm.notifications.timing import next_digest, not_in_quiet_hours
from itsm.notifications.vocabulary import DEFAULT_MAILING, MAIL_ONLY, Mailing, Reason
from valuechain.records.signals import recorded
from valuechain.records.vocabulary import Via

#: What happened longer ago is history being written down, not news.
NEWS = timedelta(days=1)


def connect() -> None:
    """Listen to what happens to records."""
    recorded.connect(tell, dispatch_uid="notifications.tell")


def tell(record: Any, event: Any, **_kwargs: Any) -> None:
    """Write down whom an event concerns. Nothing is queried for an event that concerns nobody."""
    if event.via == Via.COMMAND or clock.written_down() - event.at > NEWS:
        return
    concerned = audience(record, event)
    if not concerned:
        return
    people = {
        person.pk: person
        for person in User.objects.filter(
            pk__in=concerned, is_active=True, is_service_account=False
        ).exclude(pk__in=Mute.objects.filter(record_id=record.pk).values("person_id"))
    }
    if not people:
        return
    wishes = {
        (wish.person_id, wish.reason): wish for wish in Preference.objects.filter(person__in=people)
    }
    told, mails = [], []
    for pk, person in people.items():
        reason = concerned[pk]
        wish = wishes.get((pk, reason))
        if reason not in MAIL_ONLY and (wish is None or wish.in_portal):
            told.append(_line(record, event, pk, reason))
        mailing = Mailing(wish.mailing) if wish else DEFAULT_MAILING[reason]
        if person.email and mailing is not Mailing.OFF:
            mails.append((person, reason, mailing))
    Notification.objects.bulk_create(told, ignore_conflicts=True)
    counting.forget(line.person_id for line in told)
    if mails:
        _queue(record, event, mails)


def _line(record: Any, event: Any, person_id: int, reason: Reason) -> Notification:
    return Notification(
        person_id=person_id, record_id=record.pk, event_id=event.pk, reason=reason,
        is_internal=event.is_internal, at=event.at,
    )  # fmt: skip


def _queue(record: Any, event: Any, mails: Sequence[tuple[User, Reason, Mailing]]) -> None:
    now = clock.now()
    habits = {h.person_id: h for h in Habits.objects.filter(person__in=[m[0] for m in mails])}
    rows = []
    for person, reason, mailing in mails:
        own = habits.get(person.pk)
        is_digest = mailing is Mailing.DIGEST
        rows.append(
            OutboundMail(
                event_id=event.pk,
                record_id=record.pk,
                person_id=person.pk,
                address=person.email or "",
                reason=reason,
                is_internal=event.is_internal,
                is_automatic=not (event.verb.startswith("comment.") and event.actor_id is not None),
                status=OutboundMail.Status.DIGEST if is_digest else OutboundMail.Status.QUEUED,
                next_try_at=next_digest(person, own, now)
                if is_digest
                else not_in_quiet_hours(person, own, now),
                created_at=now,
            )
        )
    OutboundMail.objects.bulk_create(rows, ignore_conflicts=True)
