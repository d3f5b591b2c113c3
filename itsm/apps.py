"""The composition root as a Django app: it wires the others together and holds no rules."""

from django.apps import AppConfig


class ThroughlineConfig(AppConfig):
    """Wires the apps together once all of them are loaded."""

    name = "itsm"

    def ready(self) -> None:
        """Load the Celery application, so that tasks sent from any process find the broker."""
        import itsm.celery  # noqa: F401 - apps must be loaded first
