"""The shared kernel as a Django app, for its template tags and checks."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Registers the kernel's tables, tags and commands."""

    name = "itsm.core"
    label = "core"
