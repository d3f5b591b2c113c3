"""Obtain & build as a Django app: it registers its kinds."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ObtainBuildConfig(AppConfig):
    """Registers components, purchase orders, work orders and milestones."""

    name = "valuechain.obtain_build"
    label = "obtain_build"
    verbose_name = _("Obtain & build")

    def ready(self) -> None:
        """Put the kinds and flows into their registries, and listen to suppliers."""
        from valuechain.obtain_build import panels, receivers
        from valuechain.obtain_build.flows import FLOWS
        from valuechain.obtain_build.kinds import KINDS
        from valuechain.obtain_build.reading import late_for
        from valuechain.records.flows import flows
        from valuechain.records.forecasting import forecasts
        from valuechain.records.kinds import kinds

        for kind in KINDS:
            kinds.register(kind)
        flows.accept(*FLOWS)
        forecasts.told_by(late_for)
        panels.register()
        receivers.connect()
