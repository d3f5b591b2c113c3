"""A ticket of a requester that an agent owns, and a real SMTP server that keeps what it is given."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from itsm.notifications.delivering import deliver
from itsm.notifications.models import OutboundMail
from tests.factories import a_ticket
from tickets.mail.models import Mailbox


@dataclass
class Postbox:
    """What an SMTP server was given; `refuse` is what it answers instead, for as long as it is set."""

    mails: list[EmailMessage] = field(default_factory=list)
    refuse: str = ""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd calls it so
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def to(self, person: Any) -> list[EmailMessage]:
        return [mail for mail in self.mails if person.email in str(mail["To"])]


@pytest.fixture(scope="session")
def smtp_server() -> Iterator[tuple[Postbox, int]]:
    postbox = Postbox()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    controller = Controller(postbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield postbox, port
    controller.stop()


@pytest.fixture
def postbox(smtp_server: tuple[Postbox, int], settings: Any) -> Postbox:
    found, port = smtp_server
    found.mails.clear()
    found.refuse = ""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    return found


@pytest.fixture
def ticket(agent, requester, organisation, desk):
    Mailbox.objects.create(address="desk@example.org", team=desk)
    found = a_ticket(
        actor=agent, requester=requester, organisation=organisation, team=desk, owner=agent
    )
    OutboundMail.objects.all().delete()
    return found


@pytest.fixture
def sent(postbox: Postbox):
    """Send what waits and return what arrived."""

    def send() -> list[EmailMessage]:
        before = len(postbox.mails)
        deliver()
        return postbox.mails[before:]

    return send
