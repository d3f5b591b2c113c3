"""Thousands of broken mails: none is lost, none stops the desk, and none is answered."""

from __future__ import annotations

import random
from typing import Any

import pytest
from django.core import mail as outbox

from tests.factories import a_ticket
from tests.tickets.mail.letters import a_letter, answer, raw
from tickets.mail import marks
from tickets.mail.explaining import explain
from tickets.mail.intake import receive
from tickets.mail.models import InboundMail
from valuechain.records.models import Comment, Event, Record

OUTCOMES = {"ticket", "comment", "parked", "quarantined"}
SNIPPETS = [
    b"\r\n", b"\r\n\r\n", b"\0", b"--", b"=?utf-8?b?", b"?=", b"Content-Type: ", b"boundary=", b"\xff\xfe",
    b"<", b">", b'"', b";", b"=?x?q?=FF?=", b"charset=utf-16", b"Content-Transfer-Encoding: base64\r\n",
    b"From: ", b"\xed\xa0\x80", b"multipart/mixed", b"message/rfc822", b"filename*=utf-8''%ff", b"@",
]  # fmt: skip


def _mutated(letter: bytes, chance: random.Random) -> bytes:
    """Break a mail in one to eight places."""
    data = bytearray(letter)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(data) + 1)
        kind = chance.randrange(6)
        if kind == 0 and data:
            data[at % len(data)] = chance.randrange(256)
        elif kind == 1:
            data[at:at] = chance.choice(SNIPPETS)
        elif kind == 2:
            del data[at : at + chance.randrange(1, 60)]
        elif kind == 3:
            del data[at:]
        elif kind == 4:
            other = chance.randrange(len(data) + 1)
            data[at:at] = data[other : other + chance.randrange(1, 200)]
        else:
            data[at:at] = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 20)))
    return bytes(data)


def _seeds(ticket: Record, requester: Any) -> list[bytes]:
    html = "<p>See <img src='cid:x'> <a href='https://example.org'>here</a></p>"
    nested = a_letter("Outer", html=html, files=[("a.png", "image/png", b"\x89PNG" * 9)])
    nested.add_attachment(a_letter("Inner", files=[("b.pdf", "application/pdf", b"%PDF")]))
    mark = f"<{marks.message_id(ticket.pk, requester.pk)}>"
    return [
        raw("Grüße aus Wien\n\n> zitiert"),
        raw("Hello", html=html),
        nested.as_bytes(),
        answer(mark, "Answer.\n\nOn Monday Desk wrote:\n> Is it on?"),
        raw("x", Auto_Submitted="auto-replied"),
        raw("invite", files=[("i.ics", "text/calendar", b"BEGIN:VCALENDAR")]),
        raw(
            "tnef", files=[("winmail.dat", "application/ms-tnef", b"\x78\x9f\x3e\x22" + b"\1" * 80)]
        ),
    ]


@pytest.mark.parametrize("part", range(5))
def test_of_5000_mutated_mails_each_is_kept_and_placed(
    mailbox, organisation, agent, requester, part
):
    ticket = a_ticket(actor=agent, requester=requester, organisation=organisation)
    chance = random.Random(f"mail {part}")
    seeds = _seeds(ticket, requester)
    sent = {_mutated(chance.choice(seeds), chance) for _ in range(1000)}

    found = [receive(letter) for letter in sorted(sent)]

    assert {str(one.outcome) for one in found} <= OUTCOMES | {"duplicate"}
    assert {bytes(raw) for raw in InboundMail.objects.values_list("raw", flat=True)} >= {
        letter
        for letter, one in zip(sorted(sent), found, strict=True)
        if one.outcome != "duplicate"
    }
    assert not InboundMail.objects.filter(why__contains="The program failed").exists()


def test_mutated_mails_can_be_explained(mailbox, requester, agent, organisation):
    ticket = a_ticket(actor=agent, requester=requester, organisation=organisation)
    chance = random.Random("explained")
    seeds = _seeds(ticket, requester)

    for _ in range(100):
        found = explain(_mutated(chance.choice(seeds), chance))

        assert found["outcome"]["what"] in OUTCOMES
    assert not InboundMail.objects.exists()


def test_1000_bounces_cause_no_reply_and_no_event(mailbox, organisation, agent, requester):
    ticket = a_ticket(actor=agent, requester=requester, organisation=organisation)
    events = Event.objects.count()
    outbox.outbox.clear()

    for n in range(1000):
        mark = f"<{marks.message_id(ticket.pk, requester.pk)}>"
        letter = answer(
            mark, f"User {n} unknown", sender="MAILER-DAEMON@example.org", Return_Path="<>",
            Auto_Submitted="auto-replied", subject="Undelivered Mail Returned to Sender",
        )  # fmt: skip
        assert receive(letter).outcome == "parked"

    assert (Event.objects.count(), Comment.objects.count(), Record.objects.count()) == (
        events,
        0,
        1,
    )
    assert outbox.outbox == []
