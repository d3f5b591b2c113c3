"""Mail intake as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MailConfig(AppConfig):
    """Mailboxes, the mail that came in, and what became of it."""

    name = "tickets.mail"
    label = "mail"
    verbose_name = _("E-mail in")

    def ready(self) -> None:
        """Show the mails of a ticket on its page."""
        from tickets.mail import panels

        panels.register()
