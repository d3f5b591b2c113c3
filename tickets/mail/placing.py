"""Deciding what becomes of a mail. Reads only, so that it can be explained without doing it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext_noop

from itsm.accounts.models import Organisation, User
from tickets.mail import marks, senders, threads
from tickets.mail.addresses import Address
from tickets.mail.machine import written_by_machine
from tickets.mail.models import InboundMail, Mailbox
from tickets.mail.parsing import ParsedMail
from tickets.mail.threads import Thread
from tickets.policies import is_within_reopen_window
from tickets.receivers import REOPENED_BY_REPLY
from valuechain.records.models import Participation, Record
from valuechain.records.policies import is_requester
from valuechain.records.vocabulary import Visibility

Outcome = InboundMail.Outcome


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to become of a mail, and why.

    `record` is the one a comment goes to, the one a new ticket follows on from, or a hint for whoever
    places a parked mail. `person` is who wrote; None with an `organisation` means a stranger who is
    made known there. `joins` means that the sender follows the record from now on.
    """

    outcome: str
    why: str
    thread: Thread = threads.NONE
    record: Record | None = None
    person: User | None = None
    organisation: Organisation | None = None
    visibility: str = Visibility.PUBLIC
    is_machine: bool = False
    joins: bool = False


def mailbox_for(mail: ParsedMail) -> Mailbox | None:
    """Return the mailbox a mail was sent to, reply addresses included."""
    wanted = [marks.without_mark(address) for address in mail.recipients]
    found = {box.address: box for box in Mailbox.objects.filter(address__in=wanted, is_active=True)}
    return next((found[address] for address in wanted if address in found), None)


def plan(mail: ParsedMail, mailbox: Mailbox | None) -> Plan:
    """Decide what becomes of a mail: a ticket, a comment, parked or quarantined."""
    if mail.unreadable:
        return Plan(Outcome.QUARANTINED, mail.unreadable)
    thread = threads.find_thread(mail)
    record = threads.survivor(thread.record) if thread.record is not None else None
    machine = written_by_machine(mail) or _own_address(mail)
    if machine:
        return Plan(Outcome.PARKED, machine, thread, record, is_machine=True)
    sender = mail.sender
    if sender is None:
        return Plan(Outcome.PARKED, gettext_noop("It does not say who sent it."), thread, record)
    person = senders.find_person(sender.address)
    if person is not None and (not person.is_active or person.is_service_account):
        return Plan(
            Outcome.PARKED, gettext_noop("Its sender is no longer active here."), thread, record
        )
    if person is None and not senders.is_usable(sender.address):
        return Plan(
            Outcome.PARKED, gettext_noop("Its sender cannot be written to."), thread, record
        )
    if record is None:
        return _new(sender, mailbox, thread, person)
    return _answer(mail, sender, mailbox, thread, record, person)


def _own_address(mail: ParsedMail) -> str:
    sender = mail.sender
    if sender is None:
        return ""
    plain = marks.without_mark(sender.address)
    if Mailbox.objects.filter(address__in=[plain, sender.address]).exists():
        return gettext_noop("One of the desk's own mailboxes sent it.")
    return ""


def _new(sender: Address, mailbox: Mailbox | None, thread: Thread, person: User | None) -> Plan:
    if mailbox is None:
        return Plan(
            Outcome.PARKED, gettext_noop("It was sent to none of the desk's mailboxes."), thread
        )
    if person is not None:
        return Plan(
            Outcome.TICKET, gettext_noop("It begins a conversation."), thread, person=person,
            organisation=person.organisation,
        )  # fmt: skip
    organisation = senders.organisation_for(sender, mailbox)
    if organisation is None:
        return Plan(
            Outcome.PARKED, gettext_noop("Nobody knows its sender, and no rule says whose."), thread
        )
    return Plan(
        Outcome.TICKET, gettext_noop("It begins a conversation; its sender is new here."), thread,
        organisation=organisation,
    )  # fmt: skip


def _answer(
    mail: ParsedMail, sender: Address, mailbox: Mailbox | None, thread: Thread, record: Record,
    person: User | None,
) -> Plan:  # fmt: skip
    parked = Plan(Outcome.PARKED, "", thread, record)
    if not mail.has_one_sender:
        return replace(parked, why=gettext_noop("It names more than one sender."))
    if senders.is_disowned(mail, mailbox):
        return replace(
            parked, why=gettext_noop("The domain of its sender says that it did not send it.")
        )
    takes_part = person is not None and _takes_part(person, record)
    joins = False
    if not takes_part:
        if not _was_copied(mail, thread, record):
            return replace(parked, why=f"Its sender takes no part in {record.number}.")
        joins = True
    if person is None:
        organisation = senders.organisation_for(sender, mailbox) or record.organisation
        return replace(
            parked, outcome=Outcome.COMMENT, why=gettext_noop("Its sender was copied on it."),
            organisation=organisation, joins=True,
        )  # fmt: skip
    is_staff = person.access.works_on(record) and not is_requester(person, record)
    if is_staff and not (proof := _proof(mail, mailbox, thread, person)):
        return replace(
            parked, person=person,
            why=gettext_noop("It may not be from the member of staff it names: nothing proves it."),
        )  # fmt: skip
    visibility = Visibility.INTERNAL if is_staff and thread.is_internal else Visibility.PUBLIC
    answer = replace(
        parked, outcome=Outcome.COMMENT, person=person, organisation=person.organisation,
        visibility=visibility, joins=joins, why=proof if is_staff else gettext_noop("It answers."),
    )  # fmt: skip
    if is_staff or _can_be_answered(record):
        return answer
    return replace(
        answer, outcome=Outcome.TICKET, joins=False, visibility=Visibility.PUBLIC,
        why=f"{record.number} is over and can no longer be reopened.",
    )  # fmt: skip


def _takes_part(person: User, record: Record) -> bool:
    return (
        person.access.works_on(record)
        or Participation.objects.filter(record_id=record.pk, person=person).exists()
    )


def _was_copied(mail: ParsedMail, thread: Thread, record: Record) -> bool:
    """Whether somebody on the record wrote to the sender too, in the mail that this answers."""
    if mail.sender is None or thread.how != "references":
        return False
    kept = InboundMail.objects.filter(
        record__in={record.pk, thread.record.pk if thread.record else record.pk},
        outcome__in=[Outcome.TICKET, Outcome.COMMENT],
        message_id__in=[*mail.in_reply_to, *mail.references],
    ).values_list("recipients", flat=True)
    return any(mail.sender.address in recipients for recipients in kept)


def _proof(mail: ParsedMail, mailbox: Mailbox | None, thread: Thread, person: User) -> str:
    if thread.person_id == person.pk:
        return gettext_noop("It was sent to the reply address of its sender.")
    return senders.proof_of(mail, mailbox)


def _can_be_answered(record: Any) -> bool:
    """Whether what its requester says still belongs on the record, which may reopen it."""
    if record.is_live or record.resource != "tickets":
        return True
    reopens = record.state in REOPENED_BY_REPLY.get(record.kind, ())
    return reopens and bool(is_within_reopen_window(record))
