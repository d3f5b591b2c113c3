"""Mail goes out on a schedule; what waits stands in the rows."""

from __future__ import annotations

from celery import shared_task

from itsm.notifications.delivering import deliver


@shared_task(name="notifications.deliver", ignore_result=True)
def deliver_mail() -> int:
    """Send every mail whose time has come. Returns how many were sent."""
    return deliver().sent
