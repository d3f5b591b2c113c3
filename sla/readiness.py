"""What readiness and figures say of clocks: how late the oldest one is that should have fired."""

from __future__ import annotations

from itsm.core import clock
from itsm.core.metrics import Gauge
from sla.models import Clock

CHECK = "clocks"
#: After a fault everything is caught up within a minute; later than that, nobody fires any more.
LATE_AFTER_S = 60


def lateness_s() -> float:
    """Return by how many seconds the oldest due clock is late, 0 when none is due. One indexed read."""
    now = clock.now()
    oldest = Clock.objects.due(now).values_list("next_fire_at", flat=True).first()
    return 0.0 if oldest is None else (now - oldest).total_seconds()


def set_aside() -> int:
    """Return how many clocks could not be fired and wait for somebody. One indexed read."""
    return Clock.objects.filter(poisoned_at__isnull=False).count()


def oldest_overdue_clock() -> str | None:
    """Say how late the oldest overdue clock is, or how many were set aside. Two indexed reads."""
    if (late := lateness_s()) > LATE_AFTER_S:
        return f"the oldest overdue clock is {late:.0f} s late"
    poisoned = set_aside()
    return f"ok, {poisoned} set aside" if poisoned else None


LATENESS = Gauge(
    "clock_lateness_seconds", "How late the oldest clock is that should have fired.", lateness_s
)
SET_ASIDE = Gauge("clocks_set_aside", "Clocks that could not be fired.", set_aside)
