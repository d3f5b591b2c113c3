"""What is done about people's access behind the scenes."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from itsm.accounts.models import User
from itsm.core import limits

#: Links for one address; more are not sent, and nobody is told.
FOR_ONE_ADDRESS = limits.Rate(3, 60 * 60)


@shared_task(name="accounts.send_password_link")
def send_password_link(email: str) -> bool:
    """Send somebody the link with which they set a password; nothing to who is not known."""
    person = User.objects.filter(email=email, is_active=True, is_service_account=False).first()
    if person is None or limits.count(f"password-link:{person.pk}", FOR_ONE_ADDRESS).is_over:
        return False
    words = {
        "uidb64": urlsafe_base64_encode(force_bytes(person.pk)),
        "token": default_token_generator.make_token(person),
    }
    link = f"{settings.SITE_URL}{reverse('password-set', kwargs=words)}"
    with translation.override(person.language):
        send_mail(
            _("Set your password"),
            _(
                "Somebody asked for a new password for your account.\n\n"
                "Set it here, within a day:\n%(link)s\n\n"
                "If it was not you, do nothing: the old password still works."
            )
            % {"link": link},
            settings.DEFAULT_FROM_EMAIL,
            [email],
        )
    return True
