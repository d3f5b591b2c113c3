"""The spine as a Django app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class RecordsConfig(AppConfig):
    """Registers the spine and keeps a number sequence for every kind."""

    name = "valuechain.records"
    label = "records"
    verbose_name = _("Records")

    def ready(self) -> None:
        """Give each kind its number sequence after every migration; say what waits to be taken."""
        from valuechain.records import filters_of_work, waiting_handovers
        from valuechain.records.numbers import create_sequences

        post_migrate.connect(create_sequences, sender=self)
        waiting_handovers.register()
        filters_of_work.register()
