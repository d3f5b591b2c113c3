"""Value streams as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StreamsConfig(AppConfig):
    """Follows records through the steps of value streams as they are linked to one another."""

    name = "valuechain.streams"
    label = "streams"
    verbose_name = _("Value streams")

    def ready(self) -> None:
        """Listen to what happens to records, and show the times of a portfolio item on its page."""
        from valuechain.records.panels import panels
        from valuechain.streams import receivers
        from valuechain.streams.rolling_up import times_card

        receivers.connect()
        panels.cards.append(times_card)
