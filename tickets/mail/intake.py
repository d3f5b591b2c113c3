"""The one door mail comes through: kept first, then placed, once, however often it is delivered."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _

from itsm.accounts.access import SYSTEM
from itsm.accounts.models import User
from itsm.core import clock
from itsm.core.errors import RuleViolation
from tickets.mail import marks, senders
from tickets.mail.models import InboundMail, Mailbox
from tickets.mail.parsing import ParsedFile, ParsedMail, parse
from tickets.mail.placing import Outcome, Plan, mailbox_for, plan
from tickets.mail.quoting import fold
from valuechain.records import events
from valuechain.records.actions import add_comment, attach_file, link_records, lock_record, watch
from valuechain.records.answers import MAX_TEXT
from valuechain.records.kinds import kinds
from valuechain.records.models import Attachment, Comment, Record
from valuechain.records.vocabulary import LinkKind, ParticipationRole, Via, Visibility

log = logging.getLogger(__name__)

#: A server's word on when a mail arrived is believed this far back: a clock starts there.
BELIEVED = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a mail: `outcome` is one of InboundMail.Outcome, or `duplicate`."""

    outcome: str
    mail: InboundMail
    record: Record | None = None
    comment: Comment | None = None
    why: str = ""


def receive(
    raw: bytes,
    *,
    mailbox: Mailbox | None = None,
    via: str = Via.EMAIL,
    arrived_at: datetime | None = None,
) -> Received:
    """Keep a mail and place it. The same mail delivered again changes nothing.

    Any bytes will do. The mail is written down and placed in one transaction, so that after it the
    sender's copy may be deleted. `arrived_at` is when the mail server had it (UTC), where known.
    Raises only when the database cannot be reached: then the mail was not kept, and has to be
    brought again.
    """
    mail = parse(raw)
    mailbox = mailbox or mailbox_for(mail)
    arrived = _believable(arrived_at or mail.arrived_at)
    with transaction.atomic():
        kept, is_new = InboundMail.objects.get_or_create(
            mailbox=mailbox,
            fingerprint=_fingerprint(mail, raw),
            defaults=_columns(mail, raw, arrived),
        )
        if not is_new:
            return Received("duplicate", kept, kept.record, why=_("It was delivered before."))
        return _settle(kept, mail, mailbox, via=via, at=arrived)


def place(kept: InboundMail, made: Plan, *, by: Any, via: str, at: datetime) -> Received:
    """Do with a kept mail what the plan says; `by` is who decided. Raises RuleViolation."""
    mail = parse(bytes(kept.raw))
    record, comment, why = made.record, None, made.why
    files: list[Attachment] = []
    try:
        if made.outcome == Outcome.TICKET:
            record = _open(kept, mail, made, files, via=via, at=at)
        elif made.outcome == Outcome.COMMENT and record is not None:
            comment = _comment(record, mail, made, files, via=via, at=at)
    except BaseException:
        for file in files:
            file.file.storage.delete(str(file.file.name))
        raise
    settled = {"settled_by_id": by.pk, "settled_at": clock.now()} if by.pk else {}
    InboundMail.objects.filter(pk=kept.pk).update(
        outcome=made.outcome,
        is_machine=made.is_machine,
        why=why[:500],
        record=record,
        comment=comment,
        **settled,
    )
    if made.is_machine and record is not None and mail.unreached:
        _tell_unreached(record, mail.unreached, via=via)
    kept.refresh_from_db(fields=["outcome", "is_machine", "why", "record", "comment"])
    return Received(made.outcome, kept, record, comment, why)


def _settle(
    kept: InboundMail, mail: ParsedMail, mailbox: Mailbox | None, *, via: str, at: datetime
) -> Received:
    """Place a mail; one that a rule refuses, or that trips the program, waits for a human."""
    made = None
    try:
        with transaction.atomic():
            made = plan(mail, mailbox)
            return place(kept, made, by=SYSTEM, via=via, at=at)
    except (OperationalError, InterfaceError):
        raise
    except RuleViolation as problem:
        why = str(problem)
    except Exception as problem:
        log.exception("A mail could not be placed.", extra={"code": type(problem).__name__})
        why = f"The program failed on it ({type(problem).__name__})."
    record = made.record if made is not None else None
    waits = Plan(Outcome.PARKED, why, record=record)
    return place(kept, waits, by=SYSTEM, via=via, at=at)


def _tell_unreached(record: Record, unreached: tuple[str, ...], *, via: str) -> None:
    """Tell those who work on a record, once, that somebody did not get our mail about it."""
    told = {"addresses": list(unreached[:5])}
    locked = lock_record(record)
    if not locked.events.filter(verb="mail.unreached", data__contains=told).exists():
        events.append(locked, "mail.unreached", actor=SYSTEM, via=via, data=told, is_internal=True)


def _fingerprint(mail: ParsedMail, raw: bytes) -> str:
    """Return what makes a mail the same one again.

    A device that writes neither a Message-ID nor a date may well say the same again next week: then
    only the very same bytes, with what the servers on the way added, are the same mail.
    """
    if mail.unreadable or not (mail.message_id or mail.date):
        return hashlib.sha256(raw).hexdigest()
    return mail.fingerprint


def _columns(mail: ParsedMail, raw: bytes, arrived: datetime) -> dict[str, Any]:
    sender = mail.sender
    return {
        "raw": raw,
        "size": len(raw),
        "sha256": hashlib.sha256(raw).hexdigest(),
        "message_id": mail.message_id,
        "sender": sender.address if sender else "",
        "sender_name": sender.name if sender else "",
        "recipients": list(mail.recipients),
        "subject": mail.subject[:500],
        "received_at": arrived,
        "kept_at": clock.now(),
    }


def _believable(claimed: datetime | None) -> datetime:
    now = clock.now()
    return now if claimed is None else min(max(claimed, now - BELIEVED), now)


def _author(mail: ParsedMail, made: Plan) -> User:
    if made.person is not None:
        return made.person
    if mail.sender is None or made.organisation is None:
        raise RuleViolation("no_sender", _("It does not say who sent it."))
    return senders.add_sender(mail.sender, made.organisation)


def title_of(mail: ParsedMail) -> str:
    """Return what a ticket made of the mail is called."""
    subject = marks.without_subject_mark(mail.subject)
    first = next((line.strip() for line in mail.text.split("\n") if line.strip()), "")
    return (subject or first or _("Mail without a subject"))[:200].strip()


def _open(
    kept: InboundMail, mail: ParsedMail, made: Plan, files: list[Attachment], *, via: str,
    at: datetime,
) -> Record:  # fmt: skip
    author = _author(mail, made)
    mailbox = kept.mailbox
    ticket = kinds[mailbox.kind if mailbox is not None else "incident"].open(
        actor=author,
        via=via,
        title=title_of(mail),
        description=_body(mail, mail.text),
        requester=author,
        organisation=author.organisation,
        team=mailbox.team if mailbox is not None else None,
        received_at=at,
        participants={ParticipationRole.WATCHER: _copied(mail, author)},
    )
    if made.record is not None:
        link_records(ticket, made.record, LinkKind.DERIVED_FROM, actor=SYSTEM, via=via)
    _attach(ticket, mail, None, files, author=author, visibility=Visibility.PUBLIC, via=via)
    return ticket


def _comment(
    record: Record, mail: ParsedMail, made: Plan, files: list[Attachment], *, via: str, at: datetime
) -> Comment:
    author = _author(mail, made)
    if made.joins:
        watch(record, person=author, actor=author, via=via)
    folded = fold(mail.text)
    comment = add_comment(
        # What is said on a merged ticket goes to the one that stays, and remembers where it was said.
        made.thread.record or record,
        body=_body(mail, folded.said),
        visibility=made.visibility,
        actor=author,
        via=via,
        at=at,
    )
    _attach(record, mail, comment, files, author=author, visibility=made.visibility, via=via)
    return comment


def _copied(mail: ParsedMail, author: User) -> list[User]:
    """People of the sender's own organisation whom the mail went to as well; they follow it."""
    wanted = {one.address for one in (*mail.to, *mail.cc)} - {author.email}
    found = User.objects.filter(
        email__in=wanted, organisation_id=author.organisation_id, is_active=True
    )
    return list(found[:30])


def _body(mail: ParsedMail, text: str) -> str:
    """Return what is written on the record: the text, and the files that are only in the mail."""
    left_out = [file.name for file in mail.files if len(file.content) > _limit()]
    more = ""
    if left_out:
        names = ", ".join(left_out)
        more = "\n\n" + _("Too large to attach, kept in the mail: %(names)s") % {"names": names}
    room = MAX_TEXT - len(more) - 100
    if len(text) > room:
        text = text[:room] + "\n\n" + _("(The mail goes on; it is kept whole.)")
    said = text + more
    if said.strip():
        return said
    if mail.files:
        return _("(The mail holds files only.)")
    return _("(The mail holds no text.)")


def _limit() -> int:
    return int(settings.ATTACHMENT_MAX_BYTES)


def _attach(
    record: Record, mail: ParsedMail, comment: Comment | None, files: list[Attachment], *,
    author: User, visibility: str, via: str,
) -> None:  # fmt: skip
    refused = []
    for file in mail.files:
        if not 0 < len(file.content) <= _limit():
            continue
        try:
            with transaction.atomic():
                files.append(_attach_one(record, file, comment, author, visibility, via))
        except RuleViolation as problem:
            refused.append(f"{file.name}: {problem}")
    if refused:
        said = _("These files are kept in the mail only:") + "\n\n- " + "\n- ".join(refused)
        add_comment(record, body=said[:MAX_TEXT], visibility=Visibility.INTERNAL, actor=SYSTEM,
                    via=via, is_automatic=True)  # fmt: skip


def _attach_one(
    record: Record, file: ParsedFile, comment: Comment | None, author: User, visibility: str,
    via: str,
) -> Attachment:  # fmt: skip
    return attach_file(
        record,
        file=ContentFile(file.content, name=file.name),
        name=file.name,
        visibility=visibility,
        actor=author,
        via=via,
        comment=comment,
    )
