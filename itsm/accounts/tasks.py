"""What is done about people's access behind the scenes."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from itsm.accounts import sign_in_links
from itsm.accounts.models import User
from itsm.core import limits
from itsm.core.letters import send_letter

#: Links of one sort for one address; more are not sent, and nobody is told.
FOR_ONE_ADDRESS = limits.Rate(3, 60 * 60)


@shared_task(name="accounts.send_password_link")
def send_password_link(email: str) -> bool:
    """Send somebody the link with which they set a password; nothing to who is not known."""
    person = _known(email)
    if person is None or limits.count(f"password-link:{person.pk}", FOR_ONE_ADDRESS).is_over:
        return False
    with translation.override(person.language):
        send_letter(
            email,
            subject=_("Set your password"),
            opening=_("Somebody asked for a new password for your account."),
            link=_password_link(person),
            action=_("Set it here, within a day"),
            closing=_("If it was not you, do nothing: the old password still works."),
        )
    return True


@shared_task(name="accounts.send_sign_in_link")
def send_sign_in_link(email: str, following: str = "") -> bool:
    """Send somebody the link that signs them in; nothing to who is not known or may not use one."""
    person = _known(email)
    if person is None or not sign_in_links.may_use(person):
        return False
    if limits.count(f"sign-in-link-for:{person.pk}", FOR_ONE_ADDRESS).is_over:
        return False
    token = sign_in_links.make_link(person, following)
    with translation.override(person.language):
        send_letter(
            email,
            subject=_("Your link to sign in"),
            opening=_(
                "Somebody asked to sign in as you. Whoever has this link gets in, so do not pass it on."
            ),
            link=f"{settings.SITE_URL}{reverse('sign-in-link', args=[token])}",
            action=_("Sign in here, once and within 15 minutes"),
            closing=_("If it was not you, do nothing: without this link nobody gets in."),
        )
    return True


@shared_task(name="accounts.send_invitation")
def send_invitation(person_id: int) -> bool:
    """Tell somebody that they have an account, with the link to set their first password."""
    person = User.objects.filter(pk=person_id, is_active=True, is_service_account=False).first()
    if person is None or not person.email:
        return False
    with translation.override(person.language):
        send_letter(
            person.email,
            subject=_("Your account is ready"),
            opening=_("You have an account. Your address %(email)s is your name there.")
            % {"email": person.email},
            link=_password_link(person),
            action=_("Choose your password here, within a day"),
            closing=_("When the day is over, ask for a new link on the page for signing in."),
        )
    return True


def _known(email: str) -> User | None:
    return User.objects.filter(email=email, is_active=True, is_service_account=False).first()


def _password_link(person: User) -> str:
    words = {
        "uidb64": urlsafe_base64_encode(force_bytes(person.pk)),
        "token": default_token_generator.make_token(person),
    }
    return f"{settings.SITE_URL}{reverse('password-set', kwargs=words)}"
