"""The approval engine as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApprovalsConfig(AppConfig):
    """Listens to records that are approved and shows where their approvals stand."""

    name = "valuechain.approvals"
    label = "approvals"
    verbose_name = _("Approvals")

    def ready(self) -> None:
        """Connect the receivers and the record page's panel."""
        from valuechain.approvals import panels, receivers

        receivers.connect()
        panels.register()
