"""What the portal does behind the scenes."""

from __future__ import annotations

from celery import shared_task
from django.utils import translation
from django.utils.translation import gettext as _

from itsm.core.letters import send_letter
from itsm.portal import importing, tracking
from itsm.portal.reports import mailing


@shared_task(name="portal.send_track_link")
def send_track_link(number: str, email: str) -> bool:
    """Send the link to a request to who asked for it; nothing where number and address do not fit."""
    found = tracking.tracked(number, email)
    if found is None or not tracking.may_be_sent(email):
        return False
    person, record = found
    with translation.override(person.language):
        send_letter(
            email,
            subject=_("Your request %(number)s") % {"number": record.number},
            opening=_("Somebody asked to see how your request stands."),
            link=tracking.link_to(person, record),
            action=_("See it here, once and within 30 minutes"),
            closing=_("If it was not you, do nothing: without this link nobody sees it."),
        )
    return True


@shared_task(name="portal.advance_imports", ignore_result=True)
def advance_imports() -> bool:
    """Try, or bring in, the next stretch of a file of incidents."""
    return importing.advance()


@shared_task(name="portal.mail_reports", ignore_result=True)
def mail_reports() -> int:
    """Mail the reports that are due. Returns how many."""
    return mailing.deliver_due()
