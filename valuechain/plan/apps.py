"""Plan as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlanConfig(AppConfig):
    """Registers visions, objectives, portfolio items, budgets and policies, and answers for money."""

    name = "valuechain.plan"
    label = "plan"
    verbose_name = _("Plan")

    def ready(self) -> None:
        """Put the kinds into the registry, and listen to what they pay for."""
        from valuechain.approvals.subjects import subjects
        from valuechain.plan import applying, panels, receivers
        from valuechain.plan.flows import FLOWS
        from valuechain.plan.kinds import APPROVALS, KINDS
        from valuechain.plan.money import funding_of, funding_together
        from valuechain.records.flows import flows
        from valuechain.records.funding import funds
        from valuechain.records.kinds import kinds

        for kind in KINDS:
            kinds.register(kind)
        for subject in APPROVALS:
            subjects.register(subject)
        flows.accept(*FLOWS)
        applying.register()
        funds.told_by(funding_of, funding_together)
        panels.register()
        receivers.connect()
