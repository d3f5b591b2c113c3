"""Writing a mail for one reader: what they may see, in their language, with the marks of its thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from itsm.branding.reading import logo_address, look
from itsm.notifications import links
from itsm.notifications.models import OutboundMail
from itsm.notifications.news import reason_given
from itsm.notifications.vocabulary import Reason
from tickets.mail import marks
from tickets.mail.models import InboundMail, Mailbox
from valuechain.approvals.models import Approval
from valuechain.improve.csat import offered_link
from valuechain.records.models import Comment, Event, Record

MOST_REFERENCES = 10


def compose(mail: OutboundMail) -> EmailMultiAlternatives | None:
    """Return the mail as its reader may see it now; None when there is nothing they may see."""
    person, record = mail.person, mail.record
    if not Record.objects.visible_to(person).filter(pk=record.pk).exists():
        return None
    event = Event.objects.readable_on(record, person).filter(pk=mail.event_id).first()
    if event is None and not mail.event.verb.startswith("approval."):
        return None
    comment = _comment(mail, record)
    if mail.event.verb.startswith("comment.") and comment is None:
        return None
    with translation.override(person.language), timezone.override(ZoneInfo(person.time_zone)):
        moved = event is not None and event.from_state != event.to_state
        context = {
            "mail": mail,
            "record": record,
            "person": person,
            "comment": comment,
            "headline": headline(mail.reason, record),
            "said": reason_given(event, mail.reason) if event is not None and moved else "",
            "state": record.state_label,
            "record_url": page_of(record, person),
            "settings_url": links.address(reverse("notification-settings")),
            "decide_url": _decide_url(mail),
            "rate_url": _rate_url(record, person) if moved else "",
            "why": Reason(mail.reason).label,
            **house(),
        }
        text = render_to_string("email/notice.txt", context)
        html = render_to_string("email/notice.html", context)
    subject = f"{marks.subject_mark(record.number)} {' '.join(record.title.split())}"
    message = EmailMultiAlternatives(
        subject=subject[:250],
        body=text,
        from_email=_from(record),
        to=[mail.address],
        reply_to=[_reply_to(mail)],
        headers=_headers(mail),
    )
    message.attach_alternative(html, "text/html")
    return message


def compose_digest(mails: Sequence[OutboundMail]) -> EmailMultiAlternatives | None:
    """Return one daily mail of what waited for it; None when nothing of it may be seen now."""
    person = mails[0].person
    seen = set(
        Record.objects.visible_to(person)
        .filter(pk__in={mail.record_id for mail in mails})
        .values_list("pk", flat=True)
    )
    rows: dict[int, dict[str, Any]] = {}
    with translation.override(person.language), timezone.override(ZoneInfo(person.time_zone)):
        for mail in mails:
            if mail.record_id not in seen:
                continue
            row = rows.setdefault(
                mail.record_id,
                {"record": mail.record, "url": page_of(mail.record, person), "why": []},
            )
            if (why := Reason(mail.reason).label) not in row["why"]:
                row["why"].append(why)
        if not rows:
            return None
        context = {
            "rows": list(rows.values()),
            "person": person,
            "settings_url": links.address(reverse("notification-settings")),
            **house(),
        }
        text = render_to_string("email/digest.txt", context)
        html = render_to_string("email/digest.html", context)
        subject = _("Today: %(count)d records you follow") % {"count": len(rows)}
    message = EmailMultiAlternatives(
        subject=subject,
        body=text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[mails[0].address],
        headers={
            "Message-ID": f"<{mails[0].message_id}>",
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            "X-Throughline": "1",
            "List-Unsubscribe": f"<{links.digest_link(person.pk)}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    message.attach_alternative(html, "text/html")
    return message


def house() -> dict[str, Any]:
    """Return what the head of every mail shows: how the house looks, and where its logo lies."""
    return {"brand": look(), "logo_src": logo_address()}


def headline(reason: str, record: Record) -> str:
    """Return what happened in one sentence to the reader."""
    sentences = {
        Reason.RECEIVED: _("We have received “%(title)s”. Its number is %(number)s."),
        Reason.ANSWERED: _("There is an answer to %(number)s."),
        Reason.PROGRESS: _("%(number)s is now: %(state)s."),
        Reason.OWNER: _("Something happened on %(number)s, which you own."),
        Reason.ASSIGNED: _("%(number)s was assigned to you."),
        Reason.MENTIONED: _("You were mentioned on %(number)s."),
        Reason.FOLLOWING: _("Something happened on %(number)s, which you follow."),
        Reason.SLA: _("A deadline of %(number)s is near or missed."),
        Reason.APPROVAL: _("%(number)s waits for your approval."),
        Reason.HANDOVER: _("Work on %(number)s was offered or returned."),
    }
    words = {"number": record.number, "title": record.title, "state": record.state_label}
    return sentences[Reason(reason)] % words


def page_of(record: Record, person: Any) -> str:
    """Return the address at which the person reads the record: as staff, or in the portal."""
    if person.access.is_staff:
        return links.address(record.get_absolute_url())
    return links.address(reverse("portal-request", args=[record.number]))


def _comment(mail: OutboundMail, record: Record) -> Comment | None:
    pk = mail.event.data.get("comment")
    if pk is None:
        return None
    return Comment.objects.readable_on(record, mail.person).filter(pk=pk).first()


def _decide_url(mail: OutboundMail) -> str:
    if mail.reason != Reason.APPROVAL:
        return ""
    pk = mail.event.data.get("approval")
    approval = Approval.objects.filter(pk=pk).first()
    if approval is None or not approval.is_pending:
        return ""
    return links.approval_link(mail.person_id, approval.pk, approval.current_step)


def _rate_url(record: Record, person: Any) -> str:
    """Return where whoever asked says how it was, without signing in; empty before the work is done."""
    path = offered_link(record, person)
    return links.address(path) if path else ""


def mailbox_address(record: Record) -> str:
    """Return the desk's address for a record: the one it came by, its team's, or the general one."""
    came = InboundMail.objects.filter(record_id=record.pk, mailbox__is_active=True)
    address = came.order_by("pk").values_list("mailbox__address", flat=True).first()
    if address is None and record.team_id is not None:
        team = Mailbox.objects.filter(team_id=record.team_id, is_active=True)
        address = team.values_list("address", flat=True).first()
    if address is None:
        anywhere = Mailbox.objects.filter(is_active=True).order_by("pk")
        address = anywhere.values_list("address", flat=True).first()
    return address or str(settings.DEFAULT_FROM_EMAIL).rpartition("<")[2].strip("> ")


def _from(record: Record) -> str:
    team = record.team
    name = (team.name if team is not None else _("Service desk")).replace('"', "")
    return f'"{" ".join(name.split())}" <{mailbox_address(record)}>'


def _reply_to(mail: OutboundMail) -> str:
    return marks.reply_address(
        mailbox_address(mail.record), mail.record_id, mail.person_id, is_internal=mail.is_internal
    )


def _headers(mail: OutboundMail) -> dict[str, str]:
    stop = links.mute_link(mail.person_id, mail.record_id)
    headers = {
        "Message-ID": f"<{mail.message_id}>",
        "X-Throughline": "1",
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    if mail.is_automatic:
        is_receipt = mail.reason == Reason.RECEIVED
        headers["Auto-Submitted"] = "auto-replied" if is_receipt else "auto-generated"
        headers["X-Auto-Response-Suppress"] = "All"
    if thread := _thread(mail):
        headers["In-Reply-To"] = thread[-1]
        headers["References"] = " ".join(thread)
    return headers


def _thread(mail: OutboundMail) -> list[str]:
    """Return what the reader has of the conversation: what they sent, and what was sent to them."""
    theirs = InboundMail.objects.filter(record_id=mail.record_id, sender=mail.address).exclude(
        message_id=""
    )
    ours = OutboundMail.objects.filter(
        record_id=mail.record_id, person_id=mail.person_id, sent_at__isnull=False, pk__lt=mail.pk
    )
    found = [
        *theirs.order_by("-pk").values_list("received_at", "message_id")[:MOST_REFERENCES],
        *ours.order_by("-pk").values_list("sent_at", "message_id")[:MOST_REFERENCES],
    ]
    return [f"<{one}>" for _at, one in sorted(found)[-MOST_REFERENCES:]]
