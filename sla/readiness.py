"""What readiness says of clocks: how late the oldest one that should have fired is."""

from __future__ import annotations

from itsm.core import clock
from sla.models import Clock

CHECK = "clocks"
#: After a fault everything is caught up within a minute; later than that, nobody fires any more.
LATE_AFTER_S = 60


def oldest_overdue_clock() -> str | None:
    """Say how late the oldest overdue clock is, or how many were set aside. Two indexed reads."""
    now = clock.now()
    oldest = Clock.objects.due(now).values_list("next_fire_at", flat=True).first()
    if oldest is not None and (late := (now - oldest).total_seconds()) > LATE_AFTER_S:
        return f"the oldest overdue clock is {late:.0f} s late"
    poisoned = Clock.objects.filter(poisoned_at__isnull=False).count()
    return f"ok, {poisoned} set aside" if poisoned else None
