"""The composition root as a Django app: it wires the others together and holds no rules."""

from typing import Any

from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class ThroughlineConfig(AppConfig):
    """Wires the apps together once all of them are loaded."""

    name = "itsm"

    def ready(self) -> None:
        """Load the Celery application, so that tasks sent from any process find the broker.

        Agreements are places where policies are applied; neither SLA nor plan knows the other.
        """
        import itsm.celery  # noqa: F401 - apps must be loaded first
        from valuechain.plan.applying import Place, places

        places.register(
            "agreement",
            Place(
                label=_("Service level agreement"),
                choices=agreements,
                url=lambda key: reverse("sla-agreement", args=[key]),
            ),
        )


def agreements(actor: Any) -> dict[str, str]:
    """Return the agreements in force that somebody may see, by key. One query."""
    from sla.models import Agreement

    found = Agreement.objects.visible_to(actor).filter(is_active=True).values_list("pk", "name")
    return {str(pk): name for pk, name in found}
