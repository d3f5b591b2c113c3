"""Who wrote a mail, whose people they are, and whether they have proven to be who they say."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from itsm.accounts.access import SYSTEM
from itsm.accounts.models import Organisation, User
from itsm.accounts.newcomers import usual_for
from tickets.mail.addresses import Address
from tickets.mail.models import Mailbox, SenderRule
from tickets.mail.parsing import ParsedMail


def find_person(address: str) -> User | None:
    """Return the person with this address, active or not, in whichever spelling of its domain."""
    written = spellings(address.lower())
    return User.objects.select_related("organisation").filter(email__in=written).first()


def spellings(address: str) -> list[str]:
    """Return an address as it is, and with its domain in the other spelling, if it has one.

    `bücher.example` and `xn--bcher-kva.example` are the same domain.
    """
    local, _at, domain = address.rpartition("@")
    try:
        ascii_form = domain.encode("idna").decode("ascii")
        other = domain.encode("ascii").decode("idna") if ascii_form == domain else ascii_form
    except (UnicodeError, ValueError):
        return [address]
    return list(dict.fromkeys([address, f"{local}@{other}"]))


def organisation_for(sender: Address, mailbox: Mailbox | None) -> Organisation | None:
    """Return the organisation a stranger belongs to: the longest domain rule, else the mailbox's.

    A rule of the mailbox itself comes before one that holds for all.
    """
    domains = []
    for written in spellings(sender.address):
        labels = written.rpartition("@")[2].split(".")
        domains += [".".join(labels[start:]) for start in range(len(labels))][:20]
    rules = SenderRule.objects.filter(domain__in=domains).select_related("organisation")
    fitting = [
        rule
        for rule in rules
        if rule.mailbox_id is None or (mailbox is not None and rule.mailbox_id == mailbox.pk)
    ]
    if fitting:
        best = max(fitting, key=lambda rule: (len(rule.domain), rule.mailbox_id is not None))
        return best.organisation
    return mailbox.organisation if mailbox is not None else None


def is_usable(address: str) -> bool:
    """Whether a person can be kept under this address and written to."""
    try:
        validate_email(address)
    except ValidationError:
        return False
    return True


def add_sender(sender: Address, organisation: Organisation) -> User:
    """Return the person with this address, made known when nobody was. Safe in a race."""
    name = (sender.name or sender.address.partition("@")[0])[:200]
    try:
        with transaction.atomic():
            return User.objects.create_user(
                sender.address,
                name=name,
                organisation=organisation,
                **usual_for(organisation, actor=SYSTEM),
            )
    except IntegrityError:
        person = find_person(sender.address)
        if person is None:
            raise
        return person


def proof_of(mail: ParsedMail, mailbox: Mailbox | None) -> str:
    """Return how the sender's domain vouches for the mail, or an empty string.

    Only the topmost result counts, and only when the mailbox's own server wrote it: anybody can
    write such a header into a mail they send.
    """
    result = _results(mail, mailbox)
    sender = mail.sender
    if not result or sender is None or not mail.has_one_sender:
        return ""
    if re.search(r"\bdmarc\s*=\s*pass\b", result):
        return "DMARC passed."
    for domain in re.findall(r"\bdkim\s*=\s*pass\b[^;]*?\bheader\.[di]\s*=\s*@?([\w.-]+)", result):
        if sender.domain == domain or sender.domain.endswith("." + domain):
            return "DKIM passed."
    return ""


def is_disowned(mail: ParsedMail, mailbox: Mailbox | None) -> bool:
    """Whether the mailbox's server says that the mail is not from whom it says."""
    result = _results(mail, mailbox)
    return bool(re.search(r"\bdmarc\s*=\s*fail\b", result))


def _results(mail: ParsedMail, mailbox: Any) -> str:
    trusted = mailbox.trusted_server.strip().lower() if mailbox is not None else ""
    written = mail.headers.get("authentication-results", ())
    if not trusted or not written:
        return ""
    server, _semicolon, result = written[0].lower().partition(";")
    return str(result) if server.strip().split(" ")[0] == trusted else ""
