"""Mail intake as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MailConfig(AppConfig):
    """Mailboxes, the mail that came in, and what became of it."""

    name = "tickets.mail"
    label = "mail"
    verbose_name = _("E-mail in")

    def ready(self) -> None:
        """Show the mails of a ticket on its page, and in /metrics those that wait for somebody."""
        from itsm.core.metrics import Gauge, register_gauge
        from tickets.mail import panels
        from tickets.mail.models import InboundMail

        panels.register()
        words = "Mails that came in and wait for somebody."
        register_gauge(Gauge("inbound_mails", words, InboundMail.objects.waiting, "outcome"))
