"""Webhooks as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebhooksConfig(AppConfig):
    """Listens to what happens to records and queues it for those who subscribed."""

    name = "itsm.webhooks"
    label = "webhooks"
    verbose_name = _("Webhooks")

    def ready(self) -> None:
        """Listen to what happens to records, and tell in /metrics what has not arrived yet."""
        from itsm.core.metrics import Gauge, register_gauge
        from itsm.webhooks import receivers
        from itsm.webhooks.models import Delivery

        receivers.connect()
        words = "Deliveries to webhooks that have not arrived yet."
        register_gauge(Gauge("webhook_deliveries_waiting", words, Delivery.objects.waiting))
