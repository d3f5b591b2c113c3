"""Improve as a Django app: it registers its kinds and listens for what goes wrong."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImproveConfig(AppConfig):
    """Registers feedback, improvements and benefits."""

    name = "valuechain.improve"
    label = "improve"
    verbose_name = _("Improve")

    def ready(self) -> None:
        """Put kinds and flows into the registries and gather evidence from every activity."""
        from valuechain.improve import filters, on_services, panels, receivers
        from valuechain.improve.flows import FLOWS
        from valuechain.improve.kinds import KINDS
        from valuechain.records.flows import flows
        from valuechain.records.kinds import kinds

        for kind in KINDS:
            kinds.register(kind)
        flows.accept(*FLOWS)
        panels.register()
        filters.register()
        on_services.connect()
        receivers.connect()
