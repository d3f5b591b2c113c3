"""Value streams as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StreamsConfig(AppConfig):
    """Follows records through the steps of value streams as they are linked to one another."""

    name = "valuechain.streams"
    label = "streams"
    verbose_name = _("Value streams")

    def ready(self) -> None:
        """Listen to what happens to records, and show on record pages what streams know of them."""
        from valuechain.records.panels import panels
        from valuechain.streams import receivers
        from valuechain.streams.on_services import streams_card
        from valuechain.streams.rolling_up import times_card

        receivers.connect()
        panels.cards += [times_card, streams_card]
