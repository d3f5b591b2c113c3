"""Which record a mail belongs to, as far as its own marks prove it; a bare number proves nothing."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_noop

from tickets.mail import marks
from tickets.mail.models import InboundMail
from tickets.mail.parsing import ParsedMail
from valuechain.records.models import Record


@dataclass(frozen=True, slots=True)
class Thread:
    """The record a mail answers to, how that was found, and what the mark says of its sender.

    `person_id` is who our mail went to when the mail answers to that person's own reply address.
    """

    record: Record | None
    how: str
    why: str
    person_id: int | None = None
    is_internal: bool = False


NONE = Thread(
    None, "none", gettext_noop("It answers no mail known here and carries no signed mark.")
)


def find_thread(mail: ParsedMail) -> Thread:
    """Return the record the mail belongs to. At most four queries.

    1. What it answers (In-Reply-To, then References, the latest first).   2. The signed address it
    was sent to.   3. The signed word in its subject. The reply address also says who answers, so it
    is looked at in the first case too.
    """
    answered = _by_reference(mail)
    addressed = _by_address(mail)
    if answered is not None:
        same = addressed is not None and addressed.record == answered.record
        if addressed is None or not same:
            return answered
        return Thread(
            answered.record,
            answered.how,
            answered.why,
            person_id=addressed.person_id,
            is_internal=answered.is_internal or addressed.is_internal,
        )
    return addressed or _by_subject(mail) or NONE


def survivor(record: Record) -> Record:
    """Return the record that stands for this one today, as its own kind."""
    record = record.specific
    while (successor := record.kind_entry.successor(record)) is not None:
        record = successor.specific
    return record


def _by_reference(mail: ParsedMail) -> Thread | None:
    answered = [*mail.in_reply_to, *reversed(mail.references), *mail.reported]
    wanted = list(dict.fromkeys(answered))[:60]
    if not wanted:
        return None
    ours = {one: mark for one in wanted if (mark := marks.read_message_id(one))}
    theirs: dict[str, Record] = {}
    stored = InboundMail.objects.filter(message_id__in=wanted, record__isnull=False)
    for kept in stored.filter(outcome__in=["ticket", "comment"]).select_related("record")[:100]:
        if kept.record is not None:
            theirs.setdefault(kept.message_id, kept.record)
    records = Record.objects.in_bulk({mark.record_id for mark in ours.values()})
    for one in wanted:
        where = "In-Reply-To" if one in mail.in_reply_to else "References"
        where = "Its report" if one in mail.reported else where
        if one in ours and (record := records.get(ours[one].record_id)):
            why = f"{where} names mail that this program sent."
            return Thread(record, "references", why, is_internal=ours[one].is_internal)
        if one in theirs:
            return Thread(theirs[one], "references", f"{where} names mail kept on the record.")
    return None


def _by_address(mail: ParsedMail) -> Thread | None:
    for address in mail.recipients:
        mark = marks.read_reply_address(address)
        record = Record.objects.filter(pk=mark.record_id).first() if mark else None
        if mark and record:
            why = gettext_noop("It was sent to a signed reply address.")
            return Thread(record, "reply_address", why, mark.person_id, mark.is_internal)
    return None


def _by_subject(mail: ParsedMail) -> Thread | None:
    number = marks.read_subject(mail.subject)
    record = Record.objects.filter(number=number).first() if number else None
    if record is None:
        return None
    return Thread(record, "subject", gettext_noop("Its subject carries the record's signed mark."))
