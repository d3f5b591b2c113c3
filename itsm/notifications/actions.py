"""What a person does about what they are told: read it, mute it, choose what they want."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from itsm.core import clock
from itsm.notifications import counting
from itsm.notifications.models import Habits, Mute, Notification, OutboundMail, Preference
from itsm.notifications.vocabulary import DEFAULT_MAILING, Mailing, Reason


@transaction.atomic
def mark_read(*, actor: Any, record_id: int | None = None) -> int:
    """Mark one's notifications as read: those about a record, or all. Returns how many."""
    found = Notification.objects.filter(person_id=actor.pk).unread()
    if record_id is not None:
        found = found.filter(record_id=record_id)
    changed = found.update(read_at=clock.now())
    counting.forget([actor.pk])
    return changed


@transaction.atomic
def mute(*, person_id: int, record_id: int) -> None:
    """Let a person hear nothing more of a record, in the portal or by mail."""
    Mute.objects.get_or_create(person_id=person_id, record_id=record_id)
    Notification.objects.filter(person_id=person_id, record_id=record_id).unread().update(
        read_at=clock.now()
    )
    counting.forget([person_id])


def unmute(*, person_id: int, record_id: int) -> None:
    """Let a person hear of a record again."""
    Mute.objects.filter(person_id=person_id, record_id=record_id).delete()


@transaction.atomic
def stop_digest(*, person_id: int) -> None:
    """Send a person no daily mail any more; what is told at once is not affected."""
    own = {wish.reason: wish for wish in Preference.objects.filter(person_id=person_id)}
    for reason in Reason:
        wish = own.get(reason)
        mailing = Mailing(wish.mailing) if wish else DEFAULT_MAILING[reason]
        if mailing is Mailing.DIGEST:
            Preference.objects.update_or_create(
                person_id=person_id, reason=reason, defaults={"mailing": Mailing.OFF}
            )
    OutboundMail.objects.filter(person_id=person_id, status=OutboundMail.Status.DIGEST).update(
        status=OutboundMail.Status.WITHHELD
    )


@transaction.atomic
def choose(
    *,
    actor: Any,
    wishes: Mapping[Reason, tuple[bool, Mailing]],
    habits: Mapping[str, Any],
) -> None:
    """Keep what the actor wants for each reason (in the portal, by mail), and when."""
    for reason, (in_portal, mailing) in wishes.items():
        Preference.objects.update_or_create(
            person_id=actor.pk,
            reason=reason,
            defaults={"in_portal": in_portal, "mailing": mailing},
        )
    Habits.objects.update_or_create(person_id=actor.pk, defaults=dict(habits))
