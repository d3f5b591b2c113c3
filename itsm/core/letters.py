"""A mail that leads somebody to one page: a few sentences and a link, under the name of the house."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string


def send_letter(
    to: str, *, subject: str, opening: str, link: str, action: str, closing: str
) -> None:
    """Send it, as text and as HTML. `action` says what the link does, `closing` what if it was not them."""
    words = {
        "subject": subject,
        "opening": opening,
        "link": link,
        "action": action,
        "closing": closing,
    }
    title = " ".join(render_to_string("email/letter_subject.txt", words).split())
    message = EmailMultiAlternatives(
        subject=title[:250],
        body=render_to_string("email/letter.txt", words),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[to],
        headers={"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"},
    )
    message.attach_alternative(render_to_string("email/letter.html", words), "text/html")
    message.send(fail_silently=False)
