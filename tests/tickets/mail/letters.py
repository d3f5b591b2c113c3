"""Mail as people and programs send it, for tests."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any


def a_letter(
    text: str = "The printer is on fire.",
    *,
    sender: str = "Rita Requester <rita.requester@example.org>",
    to: str = "desk@example.org",
    subject: str = "Printer",
    html: str = "",
    files: Any = (),
    **headers: str,
) -> EmailMessage:
    """Return a mail; header names have underscores for dashes."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Message-ID"] = headers.pop("Message_ID", make_msgid(domain="example.org"))
    mail["Date"] = headers.pop("Date", "Mon, 02 Mar 2026 08:59:00 +0000")
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    for name, kind, data in files:
        main, _slash, sub = kind.partition("/")
        mail.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return mail


def raw(text: str = "The printer is on fire.", **more: Any) -> bytes:
    return a_letter(text, **more).as_bytes()


def answer(to: bytes | str, text: str = "It still burns.", **more: Any) -> bytes:
    """Return a reply to a mail, or to a Message-ID."""
    if isinstance(to, bytes):
        from email import message_from_bytes

        to = str(message_from_bytes(to)["Message-ID"])
    return raw(text, In_Reply_To=to, References=to, **{"subject": "Re: Printer", **more})
