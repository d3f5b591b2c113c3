"""The accounts app: who there is, and what they may do."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Registers people, organisations, teams and tokens."""

    name = "itsm.accounts"
    label = "accounts"
    verbose_name = _("People and organisations")

    def ready(self) -> None:
        """Let the API's schema know how callers prove who they are."""
        from itsm.accounts import openapi  # noqa: F401 - apps must be loaded first
