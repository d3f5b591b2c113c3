"""Deliveries go out on a schedule; what waits stands in the rows."""

from __future__ import annotations

from celery import shared_task

from itsm.webhooks.delivering import deliver as deliver_due


@shared_task(name="webhooks.deliver", ignore_result=True)
def deliver() -> int:
    """Deliver what is due. Returns how many arrived."""
    return deliver_due()
