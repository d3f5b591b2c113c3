"""Visits to mailboxes, on a schedule."""

from __future__ import annotations

from celery import shared_task

from itsm.core import clock
from tickets.mail import fetching
from tickets.mail.models import Mailbox


@shared_task(name="mail.fetch_due", ignore_result=True)
def fetch_due() -> int:
    """Send somebody to every mailbox whose turn it is. Returns how many."""
    turns = fetching.due(clock.now())
    for pk in turns:
        fetch.apply_async(args=(pk,), expires=60)
    return len(turns)


@shared_task(name="mail.fetch", ignore_result=True)
def fetch(mailbox_id: int) -> int:
    """Visit one mailbox. Returns how many mails were taken in."""
    mailbox = Mailbox.objects.filter(pk=mailbox_id, is_active=True).first()
    return 0 if mailbox is None else fetching.fetch(mailbox).count
