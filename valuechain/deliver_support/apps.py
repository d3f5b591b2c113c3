"""Deliver & support as a Django app: it registers its kinds."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeliverSupportConfig(AppConfig):
    """Registers services, catalogue, releases, deployments and articles."""

    name = "valuechain.deliver_support"
    label = "deliver_support"
    verbose_name = _("Deliver & support")

    def ready(self) -> None:
        """Put the kinds into the registry, and listen to what happens to deployments."""
        from valuechain.deliver_support import panels, receivers
        from valuechain.deliver_support.flows import FLOWS
        from valuechain.deliver_support.kinds import KINDS
        from valuechain.records.flows import flows
        from valuechain.records.kinds import kinds

        for kind in KINDS:
            kinds.register(kind)
        flows.accept(*FLOWS)
        panels.register()
        receivers.connect()
