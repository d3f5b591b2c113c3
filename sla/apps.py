"""Service level clocks as a Django app: it listens to what happens to records."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SlaConfig(AppConfig):
    """Lets clocks follow their records and appear with them, and readiness know the overdue ones."""

    name = "sla"
    label = "sla"
    verbose_name = _("Service levels")

    def ready(self) -> None:
        """Listen to records, add clocks to their pages and the check of the clocks to /readyz."""
        from itsm.core.health import register_check
        from sla import foretelling, on_services, panels, receivers, standing
        from sla.readiness import CHECK, oldest_overdue_clock

        receivers.connect()
        panels.connect()
        on_services.connect()
        foretelling.connect()
        standing.connect()
        register_check(CHECK, oldest_overdue_clock)
