"""Any bytes become a mail that can be worked with, and nothing in them is lost or believed."""

from __future__ import annotations

import base64
import struct
import time

import pytest

from tests.tickets.mail.letters import a_letter, raw
from tickets.mail.parsing import parse
from tickets.mail.quoting import fold

HEAD = b"From: Rita <rita@example.org>\r\nTo: desk@example.org\r\nSubject: Printer\r\n"


def test_a_plain_mail_is_read():
    mail = parse(raw("Hello desk", Cc="Boss <boss@example.org>", Message_ID="<one@example.org>"))

    assert mail.sender.address == "rita.requester@example.org"
    assert mail.sender.name == "Rita Requester"
    assert [one.address for one in mail.to] == ["desk@example.org"]
    assert [one.address for one in mail.cc] == ["boss@example.org"]
    assert (mail.subject, mail.text, mail.message_id) == (
        "Printer", "Hello desk", "one@example.org",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("charset", "body", "text"),
    [
        ("iso-8859-1", "Grüße".encode("latin-1"), "Grüße"),
        ("utf-8", "Grüße".encode("latin-1"), "Grüße"),
        ("no-such-charset", "Grüße".encode(), "Grüße"),
        ("shift_jis", "プリンタ".encode("shift_jis"), "プリンタ"),
        ("x-unknown", b"\x93quoted\x94", "“quoted”"),
        ("utf-7", b"a\xff", "aÿ"),
        ("", "Grüße".encode(), "Grüße"),
    ],
)
def test_text_is_read_in_whatever_charset_it_is_written(charset, body, text):
    head = HEAD + f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode()

    assert parse(head + body).text == text


def test_html_becomes_text_with_its_pictures_where_they_stood():
    picture = base64.b64encode(b"\x89PNG\r\n\x1a\nxxxx").decode()
    mail = parse(
        HEAD
        + (
            "Content-Type: multipart/related; boundary=B\r\n\r\n--B\r\nContent-Type: text/html\r\n\r\n"
            "<style>p{}</style><script>alert(1)</script><p>See <b>here</b>:<br><img src='cid:abc'> and"
            " <a href='https://example.org/x'>this page</a></p><p>Bye</p>\r\n--B\r\n"
            "Content-Type: image/png; name=shot.png\r\nContent-ID: <abc>\r\n"
            f"Content-Transfer-Encoding: base64\r\n\r\n{picture}\r\n--B--\r\n"
        ).encode()
    )

    assert mail.text == "See here:\n[shot.png] and this page <https://example.org/x>\n\nBye"
    assert [(file.name, file.cid) for file in mail.files] == [("shot.png", "abc")]


def test_a_forwarded_mail_an_invitation_and_any_file_are_attachments():
    letter = a_letter(files=[("plan.pdf", "application/pdf", b"%PDF-1.4")])
    letter.add_attachment(a_letter("Inside", subject="The original"))
    letter.add_attachment(b"BEGIN:VCALENDAR", maintype="text", subtype="calendar")
    mail = parse(letter.as_bytes())

    assert [(file.name, file.content_type) for file in mail.files] == [
        ("plan.pdf", "application/pdf"),
        ("The original.eml", "message/rfc822"),
        ("invitation.ics", "text/calendar"),
    ]
    assert b"Inside" in mail.files[1].content
    assert mail.text == "The printer is on fire."


def test_an_invitation_without_a_text_says_what_it_is_about():
    mail = parse(
        HEAD + b"Content-Type: text/calendar; charset=utf-8\r\n\r\nBEGIN:VCALENDAR\r\n"
        b"SUMMARY;LANGUAGE=en:Cut-over\r\n  meeting\r\nDTSTART:20260302T090000Z\r\nEND:VCALENDAR"
    )

    assert mail.text == "Summary: Cut-over meeting\nDtstart: 20260302T090000Z"


def test_winmail_dat_is_kept_and_unpacked():
    def attribute(number: int, value: bytes) -> bytes:
        return struct.pack("<BHHL", 2, number, 6, len(value)) + value + b"\0\0"

    packed = (
        struct.pack("<LH", 0x223E9F78, 1)
        + attribute(0x800C, b"Text in it\0")
        + attribute(0x9002, b"")
        + attribute(0x8010, b"list.txt\0")
        + attribute(0x800F, b"a,b")
    )
    mail = parse(
        HEAD + b"Content-Type: application/ms-tnef; name=winmail.dat\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(packed)
    )

    assert mail.text == "Text in it"
    assert {file.name: file.content for file in mail.files} == {
        "list.txt": b"a,b",
        "winmail.dat": packed,
    }


def test_base64_that_was_cut_off_gives_what_is_there():
    mail = parse(HEAD + b"Content-Transfer-Encoding: base64\r\n\r\nSGVsbG8gZGVza")

    assert mail.text.startswith("Hello de") or mail.text


@pytest.mark.parametrize(
    ("head", "address"),
    [
        (b"Sender: Bob <bob@example.org>\r\n", "bob@example.org"),
        (b"From: \r\nReturn-Path: <bob@example.org>\r\n", "bob@example.org"),
        (b"From: a@example.org\r\nFrom: b@example.org\r\n", "a@example.org"),
        (b"From: =?utf-8?q?B=C3=B6b?= <BOB@Example.org>\r\n", "bob@example.org"),
        (b"From: Bob at work bob@example.org (Bob)\r\n", "bob@example.org"),
        (b'From: "bob@example.org" <bob@example.org>\r\n', "bob@example.org"),
    ],
)
def test_a_missing_doubled_or_odd_from_still_names_a_sender(head, address):
    assert parse(head + b"Subject: x\r\n\r\nHello").sender.address == address


def test_a_header_cannot_begin_another_line():
    mail = parse(
        b"From: a@example.org\r\nSubject: =?utf-8?b?"
        + base64.b64encode(b"Hi\r\nBcc: all@example.org\0!")
        + b"?=\r\n\r\nHello"
    )

    assert mail.subject == "Hi Bcc: all@example.org!"


def test_control_characters_and_nuls_leave_the_text():
    assert parse(HEAD + b"\r\nHel\x00lo\x08 \xed\xa0\x80desk").text.startswith("Hello ")


def test_a_path_in_a_file_name_is_dropped():
    mail = parse(raw(files=[("..\\..\\etc/passwd", "text/plain", b"x")]))

    assert mail.files[0].name == "passwd"


def test_megabytes_of_html_and_thousands_of_parts_are_read_in_seconds():
    start = time.monotonic()

    parse(HEAD + b"Content-Type: text/html\r\n\r\n" + b"<div><blockquote>x" * 400_000)
    parse(HEAD + b"Content-Type: text/html\r\n\r\n<p>" + b"<" * 3_000_000)
    part = b"--B\r\nContent-Type: text/plain\r\n\r\nx\r\n"
    many = parse(HEAD + b"Content-Type: multipart/mixed; boundary=B\r\n\r\n" + part * 20_000)
    deep = HEAD
    for level in range(300):
        deep += f"Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n".encode()
    parse(deep + b"\r\nbottom")
    parse(
        b"From: "
        + b"<a@b>, " * 50_000
        + b"\r\nSubject: "
        + b"=?utf-8?q?x?= " * 50_000
        + b"\r\n\r\n"
    )
    parse(b"References: " + b"<a@b> " * 100_000 + b"\r\nSubject: x\r\n\r\n" + b"> " * 500_000)

    assert time.monotonic() - start < 20
    assert "More parts than are read" in many.defects


def test_nothing_at_all_is_unreadable_and_says_so():
    assert parse(b"").unreadable
    assert parse(b"\r\n\r\n").unreadable


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Yes.\n\nOn Mon, 2 Mar 2026 at 09:00, Desk <desk@example.org> wrote:\n> Is it on?",
            "Yes.",
        ),
        ("Ja.\n\nAm 02.03.2026 um 09:00 schrieb Desk:\n> Ist er an?", "Ja."),
        ("Yes.\n\n> Is it on?\n> Really?", "Yes."),
        (
            "Oui.\n\nLe lun. 2 mars 2026 à 09:00, Desk <d@example.org> a écrit :\n> Marche-t-il ?",
            "Oui.",
        ),
        ("Sí.\n\nEl lun, 2 mar 2026 a las 9:00, Desk (<d@example.org>) escribió:\n> ¿Va?", "Sí."),
        ("Sì.\n\nIl giorno lun 2 mar 2026 alle ore 09:00 Desk ha scritto:\n> Va?", "Sì."),
        ("Ja.\n\nOp ma 2 mrt 2026 om 09:00\nschreef Desk <d@example.org>:\n> Werkt het?", "Ja."),
        (
            "Ja.\n\n-----Ursprüngliche Nachricht-----\nVon: Desk\nGesendet: Montag\nAn: Rita\nBetreff: x\n\nAn?",
            "Ja.",
        ),
        (
            "Yes.\n\nFrom: Desk <d@example.org>\nSent: Monday\nTo: Rita\nSubject: Printer\n\nIs it on?",
            "Yes.",
        ),
        ("She wrote: 5 pages.\n\n> Is it on?", "She wrote: 5 pages."),
        ("> Is it on?\nYes.\n> Really?\nReally.", "> Is it on?\nYes.\n> Really?\nReally."),
        ("No quotation here.", "No quotation here."),
        ("> only quoted", "> only quoted"),
        ("", ""),
    ],
)
def test_what_is_quoted_is_told_from_what_is_said(text, said):
    folded = fold(text)

    assert folded.said == said
    for word in text.split():
        assert word in folded.said + folded.quoted


def test_folding_does_not_take_long_on_hostile_text():
    start = time.monotonic()

    for word in (
        "On ",
        "> On ",
        "Am ",
        "On x <a@b> ",
        "> ",
        "-",
        "From: a\n",
        "\n",
        "x " * 55 + "On ",
    ):
        fold(word * (12_000 // len(word)))

    assert time.monotonic() - start < 20
