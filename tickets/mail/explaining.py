"""How a mail is understood and what would become of it, in plain values; nothing is written."""

from __future__ import annotations

from typing import Any

from tickets.mail.addresses import Address
from tickets.mail.intake import title_of
from tickets.mail.machine import written_by_machine
from tickets.mail.models import Mailbox
from tickets.mail.parsing import ParsedMail, parse
from tickets.mail.placing import Plan, mailbox_for, plan
from tickets.mail.quoting import fold


def explain(raw: bytes, *, mailbox: Mailbox | None = None) -> dict[str, Any]:
    """Return how the bytes of a mail are understood, ready to be written as JSON."""
    mail = parse(raw)
    mailbox = mailbox or mailbox_for(mail)
    made = plan(mail, mailbox)
    machine = made.why if made.is_machine else written_by_machine(mail)
    folded = fold(mail.text)
    return {
        "message_id": mail.message_id,
        "from": _address(mail.sender),
        "senders": [_address(one) for one in mail.senders],
        "to": [_address(one) for one in mail.to],
        "cc": [_address(one) for one in mail.cc],
        "reply_to": [_address(one) for one in mail.reply_to],
        "date": mail.date.isoformat() if mail.date else None,
        "subject": mail.subject,
        "body": mail.text,
        "reply": folded.said,
        "quoted": folded.quoted,
        "attachments": [
            {
                "name": file.name,
                "type": file.content_type,
                "size": len(file.content),
                "inline": bool(file.cid),
            }
            for file in mail.files
        ],
        "machine_mail": {"is_machine": bool(machine), "why": machine},
        "threading": {
            "how": made.thread.how,
            "why": made.thread.why,
            "record": made.thread.record.number if made.thread.record else None,
        },
        "mailbox": mailbox.address if mailbox else None,
        "outcome": _outcome(mail, made),
        "defects": mail.defects,
    }


def _address(one: Address | None) -> dict[str, str] | None:
    return None if one is None else {"name": one.name, "address": one.address}


def _outcome(mail: ParsedMail, made: Plan) -> dict[str, Any]:
    return {
        "what": str(made.outcome),
        "why": made.why,
        "record": made.record.number if made.record else None,
        "title": title_of(mail) if made.outcome == "ticket" else None,
        "sender_is_known": made.person is not None,
    }
