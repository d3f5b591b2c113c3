"""Value streams as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StreamsConfig(AppConfig):
    """Follows records through the steps of value streams as they are linked to one another."""

    name = "valuechain.streams"
    label = "streams"
    verbose_name = _("Value streams")

    def ready(self) -> None:
        """Listen to what happens to records."""
        from valuechain.streams import receivers

        receivers.connect()
