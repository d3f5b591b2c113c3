"""The service desk as a Django app: it registers the five kinds of ticket."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TicketsConfig(AppConfig):
    """Registers incident, service request, change, problem and project initiation."""

    name = "tickets"
    label = "tickets"
    verbose_name = _("Tickets")

    def ready(self) -> None:
        """Put the kinds into the registry and listen for requesters' replies."""
        from tickets import filters, for_many, panels, planned, receivers, sending
        from tickets.flows import FLOWS
        from tickets.kinds import TICKETS
        from valuechain.records.flows import flows
        from valuechain.records.kinds import kinds

        for kind in TICKETS:
            kinds.register(kind)
        flows.accept(*FLOWS)
        filters.register()
        for_many.register()
        panels.register()
        planned.register()
        sending.register()
        receivers.connect()
