"""The shared kernel as a Django app, for its template tags and checks."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Registers the kernel's tables, tags and commands."""

    name = "itsm.core"
    label = "core"

    def ready(self) -> None:
        """Give every form its words."""
        from itsm.core.form_words import say_what_to_fill_in

        say_what_to_fill_in()
