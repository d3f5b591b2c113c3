"""Notifications as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """Listens to what happens to records and tells those it concerns."""

    name = "itsm.notifications"
    label = "notifications"
    verbose_name = _("Notifications")

    def ready(self) -> None:
        """Listen to records, mark in lists what is not read, and tell in /metrics what is not sent."""
        from itsm.core.metrics import Gauge, register_gauge
        from itsm.notifications import receivers, unread
        from itsm.notifications.delivering import unsent

        receivers.connect()
        unread.connect()
        register_gauge(Gauge("outbound_mails", "Mails that were not sent.", unsent, "status"))
