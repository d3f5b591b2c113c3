"""Service level clocks as a Django app: it listens to what happens to records."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SlaConfig(AppConfig):
    """Lets clocks follow their records and appear with them, and readiness know the overdue ones."""

    name = "sla"
    label = "sla"
    verbose_name = _("Service levels")

    def ready(self) -> None:
        """Listen to records, add clocks to their pages, and to /readyz and /metrics how they stand."""
        from itsm.core.health import register_check
        from itsm.core.metrics import register_gauge
        from sla import foretelling, on_services, panels, receivers, standing
        from sla.readiness import CHECK, LATENESS, SET_ASIDE, oldest_overdue_clock

        receivers.connect()
        panels.connect()
        on_services.connect()
        foretelling.connect()
        standing.connect()
        register_check(CHECK, oldest_overdue_clock)
        register_gauge(LATENESS)
        register_gauge(SET_ASIDE)
