"""Sending what waits: found by row, claimed by lock, tried again for a day and then given up aloud."""

from __future__ import annotations

import logging
import smtplib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from itsm.core import clock
from itsm.core.errors import Denied, RuleViolation
from itsm.notifications.composing import compose, compose_digest
from itsm.notifications.models import Mute, OutboundMail
from itsm.notifications.vocabulary import Reason
from tickets.mail import marks

log = logging.getLogger(__name__)

BATCH = 100
MOST_ATTEMPTS = 12
LONGEST_PAUSE = timedelta(hours=4)
#: At most so many automatic mails to one address in such a span, whatever happens.
MOST_AUTOMATIC, SPAN = 3, timedelta(minutes=10)

Status = OutboundMail.Status


@dataclass(frozen=True, slots=True)
class Delivered:
    """How many mails were sent, and how many could not be."""

    sent: int = 0
    failed: int = 0


def deliver() -> Delivered:
    """Send every mail whose time has come. Safe to run twice at once.

    A mail keeps its Message-ID from the first try on, so that one sent twice, because the program
    died between sending and noting it, is the same mail to its reader.
    """
    sent = failed = 0
    due = OutboundMail.objects.filter(status=Status.QUEUED, next_try_at__lte=clock.now())
    for pk in list(due.order_by("next_try_at", "pk").values_list("pk", flat=True)[:BATCH]):
        _name(pk)
        outcome = _deliver_one(pk)
        sent += outcome is True
        failed += outcome is False
    digests = OutboundMail.objects.filter(status=Status.DIGEST, next_try_at__lte=clock.now())
    for person_id in list(digests.values_list("person_id", flat=True).distinct()[:BATCH]):
        sent += _deliver_digest(person_id)
    return Delivered(sent, failed)


def unsent() -> dict[str, int]:
    """Count the mails that wait to be sent and those that were given up. One indexed read."""
    counted = OutboundMail.objects.filter(status__in=(Status.QUEUED, Status.DEAD)).order_by()
    by_status = dict(counted.values_list("status").annotate(Count("pk")))
    return {str(status): by_status.get(status, 0) for status in (Status.QUEUED, Status.DEAD)}


def resend(mail: OutboundMail, *, actor: object) -> None:
    """Put a mail that was given up back into the queue. Raises Denied, RuleViolation("not_dead")."""
    if not actor.access.is_admin:  # type: ignore[attr-defined]
        raise Denied("not_allowed", _("Only an administrator sends mail again."))
    changed = OutboundMail.objects.filter(pk=mail.pk, status=Status.DEAD).update(
        status=Status.QUEUED, attempts=0, next_try_at=clock.now(), last_error=""
    )
    if not changed:
        raise RuleViolation("not_dead", _("This mail was not given up."))


def _name(pk: int) -> None:
    """Give a mail its Message-ID, committed before the first try."""
    mail = OutboundMail.objects.filter(pk=pk, message_id="").first()
    if mail is not None:
        name = marks.message_id(mail.record_id, mail.person_id, is_internal=mail.is_internal)
        OutboundMail.objects.filter(pk=pk, message_id="").update(message_id=name)


@transaction.atomic
def _deliver_one(pk: int) -> bool | None:
    """Send one mail; None when it was not its turn after all."""
    now = clock.now()
    mail = (
        OutboundMail.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("event", "record", "record__team", "person", "person__organisation")
        .filter(pk=pk, status=Status.QUEUED, next_try_at__lte=now)
        .first()
    )
    if mail is None:
        return None
    if not _is_wanted(mail):
        _settle(mail, Status.WITHHELD)
        return None
    if mail.is_automatic and (pause := _pause(mail, now)) is not None:
        if mail.reason == Reason.RECEIVED:
            _settle(mail, Status.WITHHELD, _("Too many mails to this address."))
            return None
        OutboundMail.objects.filter(pk=pk).update(next_try_at=pause)
        return None
    message = compose(mail)
    if message is None:
        _settle(mail, Status.WITHHELD)
        return None
    if (problem := _send(message)) is None:
        OutboundMail.objects.filter(pk=pk).update(status=Status.SENT, sent_at=now, last_error="")
        return True
    _put_off(mail, problem, now)
    return False


def _is_wanted(mail: OutboundMail) -> bool:
    if not mail.person.is_active:
        return False
    return not Mute.objects.filter(person_id=mail.person_id, record_id=mail.record_id).exists()


def _settle(mail: OutboundMail, status: str, why: str = "") -> None:
    OutboundMail.objects.filter(pk=mail.pk).update(status=status, last_error=why)


def _pause(mail: OutboundMail, now: datetime) -> datetime | None:
    """Return until when no automatic mail goes to the address; None when one may go now.

    Until the transaction ends nobody else sends to that address, so two workers cannot both find
    room for one more.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"mail:{mail.address}"])
    sent = OutboundMail.objects.filter(
        address=mail.address, is_automatic=True, status=Status.SENT, sent_at__gt=now - SPAN
    ).order_by("-sent_at")
    recent = list(sent.values_list("sent_at", flat=True)[:MOST_AUTOMATIC])
    if len(recent) < MOST_AUTOMATIC or recent[-1] is None:
        return None
    until: datetime = recent[-1] + SPAN
    return until


def _send(message: EmailMultiAlternatives) -> Exception | None:
    try:
        message.send(fail_silently=False)
    except (smtplib.SMTPException, OSError, ValueError) as problem:
        return problem
    return None


def _put_off(mail: OutboundMail, problem: Exception, now: datetime) -> None:
    """Try again later, each time after twice as long; what can never arrive is given up at once."""
    attempts = mail.attempts + 1
    is_dead = attempts >= MOST_ATTEMPTS or _is_final(problem)
    pause = min(timedelta(minutes=1) * 2 ** min(attempts - 1, 10), LONGEST_PAUSE)
    OutboundMail.objects.filter(pk=mail.pk).update(
        attempts=attempts,
        status=Status.DEAD if is_dead else Status.QUEUED,
        next_try_at=now + pause,
        last_error=_in_words(problem),
    )
    log.warning("A mail could not be sent%s.", " and is given up" if is_dead else "",
                extra={"code": type(problem).__name__})  # fmt: skip


def _is_final(problem: Exception) -> bool:
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        return all(500 <= code < 600 for code, _said in problem.recipients.values())
    return isinstance(problem, ValueError)


def _in_words(problem: Exception) -> str:
    """Return the mail server's own words."""
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        said = [f"{code} {_text(words)}" for code, words in problem.recipients.values()]
        return "; ".join(said)[:500]
    if isinstance(problem, smtplib.SMTPResponseException):
        return f"{problem.smtp_code} {_text(problem.smtp_error)}"[:500]
    return f"{type(problem).__name__}: {problem}"[:500]


def _text(words: object) -> str:
    return words.decode(errors="replace") if isinstance(words, bytes) else str(words)


@transaction.atomic
def _deliver_digest(person_id: int) -> int:
    now = clock.now()
    mails = list(
        OutboundMail.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("event", "record", "person", "person__organisation")
        .filter(person_id=person_id, status=Status.DIGEST, next_try_at__lte=now)
        .order_by("pk")[:500]
    )
    muted = set(Mute.objects.filter(person_id=person_id).values_list("record_id", flat=True))
    wanted = [m for m in mails if m.record_id not in muted and m.person.is_active]
    for mail in wanted:
        mail.message_id = marks.message_id(mail.record_id, None)
    message = compose_digest(wanted) if wanted else None
    done = OutboundMail.objects.filter(pk__in=[mail.pk for mail in mails])
    if message is None:
        done.update(status=Status.WITHHELD)
        return 0
    if (problem := _send(message)) is not None:
        done.update(next_try_at=now + timedelta(minutes=15), last_error=_in_words(problem))
        return 0
    done.update(status=Status.SENT, sent_at=now, message_id=wanted[0].message_id)
    return 1
