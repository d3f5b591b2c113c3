"""Notifications as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """Listens to what happens to records and tells those it concerns."""

    name = "itsm.notifications"
    label = "notifications"
    verbose_name = _("Notifications")

    def ready(self) -> None:
        """Listen to what happens to records, and mark in lists what their reader has not read."""
        from itsm.notifications import receivers, unread

        receivers.connect()
        unread.connect()
