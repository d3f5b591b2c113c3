"""Design & transition as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DesignTransitionConfig(AppConfig):
    """Registers requirements, specifications and transition plans."""

    name = "valuechain.design_transition"
    label = "design_transition"
    verbose_name = _("Design & transition")

    def ready(self) -> None:
        """Put the kinds into the registry, and listen to what builds and deploys them."""
        from valuechain.approvals.subjects import subjects
        from valuechain.design_transition import panels, receivers
        from valuechain.design_transition.flows import FLOWS
        from valuechain.design_transition.kinds import KINDS, SPEC_APPROVAL
        from valuechain.records.flows import flows
        from valuechain.records.kinds import kinds

        for kind in KINDS:
            kinds.register(kind)
        flows.accept(*FLOWS)
        subjects.register(SPEC_APPROVAL)
        panels.register()
        receivers.connect()
