"""Webhooks as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebhooksConfig(AppConfig):
    """Listens to what happens to records and queues it for those who subscribed."""

    name = "itsm.webhooks"
    label = "webhooks"
    verbose_name = _("Webhooks")

    def ready(self) -> None:
        """Listen to what happens to records."""
        from itsm.webhooks import receivers

        receivers.connect()
