"""Engage as a Django app: it registers its kinds and what it accepts."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EngageConfig(AppConfig):
    """Registers needs, stakeholders, interactions and supplier requests."""

    name = "valuechain.engage"
    label = "engage"
    verbose_name = _("Engage")

    def ready(self) -> None:
        """Put kinds and flows into the registries and follow what needs were routed to."""
        from valuechain.engage import panels, receivers
        from valuechain.engage.flows import FLOWS
        from valuechain.engage.kinds import KINDS
        from valuechain.records.flows import flows
        from valuechain.records.kinds import kinds

        for kind in KINDS:
            kinds.register(kind)
        flows.accept(*FLOWS)
        panels.register()
        receivers.connect()
