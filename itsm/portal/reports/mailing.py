"""Reports by mail: each schedule is a row with its next instant, sent by whichever worker claims it.

A report is read as the person it is for, in their language and in the zone of the schedule, when it is
sent. The mail's own id is made from the schedule and its instant: should a worker be killed between the
mail server's yes and the end of the transaction, the second copy carries the same id.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from itsm.accounts.models import User
from itsm.core import clock
from itsm.core.errors import Denied, FieldErrors
from itsm.notifications import links
from itsm.notifications.composing import house
from itsm.portal.models import ReportSchedule
from itsm.portal.reports.shape import Asked, as_csv
from itsm.portal.reports.shelf import REPORTS
from sla.standing import Period, read_period

log = logging.getLogger(__name__)

#: A larger file is not attached; the mail then leads to where it is made.
MOST_BYTES = 200 * 1024
#: More lines than these are not written out in the mail.
MOST_LINES = 60
MOST_FOR_ONE_PERSON = 20
FIRST_PAUSE, LONGEST_PAUSE, MOST_ATTEMPTS = timedelta(minutes=2), timedelta(hours=4), 8
_STOP = "reports.stop"


def following(schedule: ReportSchedule, now: datetime) -> datetime:
    """Return the schedule's next instant after now: a Monday or a first, at its hour in its zone."""
    zone = ZoneInfo(schedule.time_zone)
    day = now.astimezone(zone).date()
    while True:
        is_day = day.weekday() == 0 if schedule.every == "week" else day.day == 1
        # An hour that the clocks leave out that night is taken as the one after it.
        at = datetime.combine(day, _hour(schedule.at), zone)
        if is_day and at > now:
            return at.astimezone(UTC)
        day += timedelta(days=1)


def _hour(at: time | str) -> time:
    return at if isinstance(at, time) else time.fromisoformat(at)


@transaction.atomic
def schedule_report(given: Mapping[str, Any], *, actor: User) -> ReportSchedule:
    """Have a report mailed to somebody who works here. Raises Denied and FieldErrors."""
    if not actor.access.is_staff:
        raise Denied("not_staff", _("Only people who work here have reports mailed."))
    person = given.get("person") or actor
    if not person.access.is_staff or not person.email:
        message = _("Name somebody who works here and has an e-mail address.")
        raise FieldErrors({"person": [("not_staff", message)]})
    if ReportSchedule.objects.filter(person=person).count() >= MOST_FOR_ONE_PERSON:
        message = _("This person is mailed 20 reports already.")
        raise FieldErrors({"person": [("too_many", message)]})
    made = ReportSchedule(
        report=given["report"],
        service=given.get("service", ""),
        span=given["span"],
        every=given["every"],
        at=given["at"],
        time_zone=given["time_zone"],
        person=person,
        made_by=actor,
    )
    made.due_at = made.next_try_at = following(made, clock.now())
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        message = _("They are mailed this report already.")
        raise FieldErrors({"person": [("twice", message)]}) from None
    return made


def stop_schedule(schedule: ReportSchedule, *, actor: User) -> None:
    """End a schedule: its reader does, who made it, or an administrator. Raises Denied."""
    if actor.pk not in (schedule.person_id, schedule.made_by_id) and not actor.access.is_admin:
        raise Denied("not_yours", _("Only who reads it or who set it up ends this."))
    schedule.delete()


def schedules_of(actor: User, report: str) -> Any:
    """Return the schedules of a report that concern the actor."""
    found = ReportSchedule.objects.filter(report=report).select_related("person", "made_by")
    if not actor.access.is_admin:
        found = found.filter(person=actor) | found.filter(made_by=actor)
    return found


def stop_link(schedule: ReportSchedule) -> str:
    """Return the address at which a mail program, or its reader, ends the mails."""
    token = signing.dumps([schedule.pk, schedule.person_id], salt=_STOP, compress=False)
    return links.address(reverse("report-stop", args=[token]))


def stopped_by(token: str) -> ReportSchedule | bool | None:
    """Return the schedule of such a link, None when it has ended already, False for a forged link."""
    try:
        pk, person_id = signing.loads(token, salt=_STOP)
    except signing.BadSignature:
        return False
    return ReportSchedule.objects.filter(pk=pk, person_id=person_id).first()


def deliver_due() -> int:
    """Send every report that is due. Returns how many were sent."""
    due = ReportSchedule.objects.filter(next_try_at__lte=clock.now()).order_by("next_try_at")
    return sum(_deliver(pk) for pk in list(due.values_list("pk", flat=True)[:100]))


@transaction.atomic
def _deliver(pk: int) -> bool:
    """Send one schedule's report and move it on, unless another worker has it."""
    now = clock.now()
    schedule = (
        ReportSchedule.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("person", "person__organisation")
        .filter(pk=pk, next_try_at__lte=now)
        .first()
    )
    if schedule is None:
        return False
    person = schedule.person
    if schedule.report not in REPORTS or not _may_read(person):
        # Whoever no longer works here is sent nothing; should they come back, it goes on.
        _move_on(schedule, now)
        return False
    try:
        compose(schedule, now).send(fail_silently=False)
    except (smtplib.SMTPException, OSError, ValueError) as problem:
        _put_off(schedule, problem, now)
        return False
    ReportSchedule.objects.filter(pk=pk).update(last_sent_at=now, last_error="")
    _move_on(schedule, now)
    return True


def _may_read(person: User) -> bool:
    return person.is_active and bool(person.email) and person.access.is_staff


def _move_on(schedule: ReportSchedule, now: datetime) -> None:
    due = following(schedule, now)
    ReportSchedule.objects.filter(pk=schedule.pk).update(due_at=due, next_try_at=due, attempts=0)


def _put_off(schedule: ReportSchedule, problem: Exception, now: datetime) -> None:
    """Try again later, each time after twice as long, and at last wait for the next time."""
    attempts = schedule.attempts + 1
    words = f"{type(problem).__name__}: {problem}"[:500]
    ReportSchedule.objects.filter(pk=schedule.pk).update(last_error=words)
    log.warning("A report could not be mailed.", extra={"code": type(problem).__name__})
    if attempts >= MOST_ATTEMPTS:
        _move_on(schedule, now)
        return
    pause = min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE)
    ReportSchedule.objects.filter(pk=schedule.pk).update(attempts=attempts, next_try_at=now + pause)


def compose(schedule: ReportSchedule, now: datetime) -> EmailMultiAlternatives:
    """Write the mail: the report as its reader may see it now, as a table and as a CSV file."""
    person = schedule.person
    report = REPORTS[schedule.report]
    with translation.override(person.language), timezone.override(ZoneInfo(schedule.time_zone)):
        period = _period(schedule, now)
        asked = Asked(actor=person, period=period, service=schedule.service, request=None)
        rows = report.read(asked)
        table = as_csv(report, rows).encode("utf-8-sig")
        query = {"period": period.name, "service": schedule.service}
        url = links.address(reverse("report", args=[report.key]))
        said = urlencode({name: value for name, value in query.items() if value})
        is_attached = len(table) <= MOST_BYTES
        context = {
            **house(),
            "report": report,
            "schedule": schedule,
            "period": period.label,
            "rows": rows[:MOST_LINES],
            "left_out": max(0, len(rows) - MOST_LINES),
            "report_url": f"{url}?{said}",
            "file_url": "" if is_attached else f"{url}?{said}&format=csv",
            "stop_url": stop_link(schedule),
        }
        text = render_to_string("email/report.txt", context)
        html = render_to_string("email/report.html", context)
        subject = f"{report.name}, {period.label}"
    message = EmailMultiAlternatives(
        subject=subject[:250],
        body=text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[person.email or ""],
        headers={
            "Message-ID": _message_id(schedule),
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            "X-Throughline": "1",
            "List-Unsubscribe": f"<{context['stop_url']}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    message.attach_alternative(html, "text/html")
    if is_attached:
        message.attach(f"{report.key}-{period.name}.csv", table, "text/csv")
    return message


def _period(schedule: ReportSchedule, now: datetime) -> Period:
    period = read_period("", now=now)
    return period.before() if schedule.span == ReportSchedule.Span.BEFORE else period


def _message_id(schedule: ReportSchedule) -> str:
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return f"<report-{schedule.pk}-{schedule.due_at:%Y%m%d%H%M}@{host}>"
