"""Mail as the worst programs send it: what a reader of it would see is what the desk sees."""

# ruff: noqa: RUF001 - every alphabet is written here

from __future__ import annotations

import base64
import struct
from email.message import EmailMessage

import pytest

from tests.tickets.mail.letters import raw
from tickets.mail.machine import written_by_machine
from tickets.mail.parsing import parse

HEAD = "From: Rita <rita@example.org>\nTo: desk@example.org\nSubject: x\nMIME-Version: 1.0\n"


def read(more: str | bytes):
    body = more if isinstance(more, bytes) else more.encode()
    return parse(HEAD.encode() + body)


def b64(data: bytes) -> str:
    return base64.encodebytes(data).decode()


def mixed(*parts: str) -> str:
    return (
        "Content-Type: multipart/mixed; boundary=b\n\n"
        + "".join(f"--b\n{part}\n" for part in parts)
        + "--b--\n"
    )


@pytest.mark.parametrize(
    ("charset", "body", "text"),
    [
        ("gb2312", "朱镕基".encode("gb18030"), "朱镕基"),
        ("us-ascii", "Grüße".encode(), "Grüße"),
        ("us-ascii", b"na\xefve \x96 x", "naïve – x"),
        ("iso-8859-1", b"\x80 100", "€ 100"),
        ("shift_jis", "①髙".encode("cp932"), "①髙"),
        ("euc-kr", "똠방".encode("cp949"), "똠방"),
        ("koi8-r", "принтер".encode("koi8-r"), "принтер"),
        ("iso-2022-jp", "動きません".encode("iso-2022-jp"), "動きません"),
        ("utf-16", "Grüße".encode("utf-16"), "Grüße"),
    ],
)
def test_a_charset_is_read_as_the_world_uses_it(charset, body, text):
    mail = read(
        f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: base64\n\n".encode()
        + base64.encodebytes(body)
    )

    assert mail.text == text


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (b'attachment; filename="\xe4\xf6\xfc.pdf"', "äöü.pdf"),
        ('attachment; filename="äöü.pdf"'.encode(), "äöü.pdf"),
        (b"attachment;\n filename*0*=utf-8''M%C3%A4;\n filename*1*=rz%202026.pdf", "März 2026.pdf"),
        (b'attachment; filename="=?utf-8?Q?M=C3=A4rz.pdf?="', "März.pdf"),
        (b'attachment; filename="../../etc/passwd.pdf"', "passwd.pdf"),
        ('attachment; filename="inv\u202efdp.exe"'.encode(), "invfdp.exe"),
        (b'attachment; filename="' + b"a" * 5000 + b'.pdf"', "a" * 146 + ".pdf"),
    ],
)
def test_a_file_keeps_the_name_its_sender_gave_it(written, name):
    mail = read(
        b"Content-Type: application/pdf\nContent-Disposition: " + written + b"\n\n%PDF-1.4 body"
    )

    assert [file.name for file in mail.files] == [name]


@pytest.mark.parametrize(
    ("header", "address"),
    [
        ("Jörg <joerg@bücher.example>", "joerg@bücher.example"),
        ("jörg@bücher.example", "jörg@bücher.example"),
        ('"odd name"@example.org', '"odd name"@example.org'),
        ("Team: a@example.org, b@example.org;", "a@example.org"),
        ("a@example.org; b@example.org", "a@example.org"),
    ],
)
def test_no_address_is_cut_short(header, address):
    assert parse(f"From: {header}\nSubject: x\n\nHello".encode()).sender.address == address


def test_text_at_the_bottom_of_hundreds_of_parts_is_found():
    body = "Content-Type: text/plain\n\nbottom\n"
    for level in range(300):
        body = f"Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n{body}\n--b{level}--\n"

    assert read(body).text == "bottom"


def test_parts_without_a_boundary_are_read_as_text():
    mail = read("Content-Type: multipart/mixed\n\n--x\nContent-Type: text/plain\n\nHello\n--x--\n")

    assert "Hello" in mail.text
    assert mail.files == []


def test_base64_that_was_cut_or_has_a_footer_is_decoded_as_far_as_it_goes():
    whole = base64.b64encode(b"%PDF-1.4 and so on, ab").decode()
    mail = read(
        mixed(
            "Content-Type: application/pdf; name=cut.pdf\nContent-Transfer-Encoding: base64\n\n"
            + whole[:25],
            "Content-Type: application/pdf; name=footer.pdf\nContent-Transfer-Encoding: base64\n\n"
            + whole
            + "\n____\nThis list is brought to you by nobody",
        )
    )

    assert [file.content for file in mail.files] == [
        b"%PDF-1.4 and so on",
        b"%PDF-1.4 and so on, ab",
    ]
    assert "A part cannot be decoded" in mail.defects


def test_pictures_are_named_where_they_stood_however_their_ids_are_written():
    mail = read(
        "Content-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n"
        '<p>One <img src="cid:a%40b"></p><p>Two</p>\n'
        "--b\nContent-Type: image/png; name=shot.png\nContent-ID: <a@b>\n\nPNG\n--b--\n"
    )

    assert mail.text == "One [shot.png]\n\nTwo"


def test_a_mail_that_is_nothing_but_another_shows_its_words():
    mail = read(
        "Content-Type: message/rfc822\n\nFrom: Max <max@example.org>\nSubject: Drucker\n\nEr brennt."
    )

    assert mail.text == "From: Max <max@example.org>\nSubject: Drucker\n\nEr brennt."
    assert [(file.name, file.content_type) for file in mail.files] == [
        ("Drucker.eml", "message/rfc822")
    ]


def test_a_forwarded_mail_packed_in_base64_is_unpacked():
    inner = b"From: max@example.org\nSubject: Inner\n\nEr brennt.\n"
    mail = read(
        mixed(
            "Content-Type: text/plain\n\nSee below",
            "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + b64(inner),
        )
    )

    assert mail.files[0].name == "Inner.eml"
    assert mail.files[0].content.replace(b"\r\n", b"\n") == inner


def test_lines_broken_for_narrow_screens_are_joined():
    mail = read(
        "Content-Type: text/plain; format=flowed\n\nA long line that \nruns on.\n\nNext.\n> quoted \n> too\n-- \nRita"
    )

    assert mail.text == "A long line that runs on.\n\nNext.\n> quoted too\n-- \nRita"


def test_a_byte_order_mark_before_the_headers_hides_nothing():
    assert parse(b"\xef\xbb\xbfFrom: a@example.org\nSubject: x\n\nHello").sender is not None


def test_bytes_without_one_header_of_a_mail_are_no_mail():
    assert parse(b"\x00\x01\x02 whatever this is").unreadable


def _attribute(number: int, value: bytes) -> bytes:
    return struct.pack("<BHHL", 2, number, 6, len(value)) + value + b"\0\0"


def _property(kind: int, name: int, value: bytes) -> bytes:
    return struct.pack("<HHLL", kind, name, 1, len(value)) + value + b"\0" * (-len(value) % 4)


def test_winmail_dat_gives_files_their_full_names_and_html_its_text():
    html = "<p>Grüße aus Outlook</p>".encode("cp1252")
    name = "Bericht für März.docx".encode("utf-16-le") + b"\0\0"
    packed = (
        struct.pack("<LH", 0x223E9F78, 1)
        + _attribute(0x9007, struct.pack("<LL", 1252, 0))
        + _attribute(0x9003, struct.pack("<L", 1) + _property(0x102, 0x1013, html))
        + _attribute(0x9002, b"")
        + _attribute(0x8010, b"BERICH~1.DOC\0")
        + _attribute(0x800F, b"PK")
        + _attribute(0x9005, struct.pack("<L", 1) + _property(0x1F, 0x3707, name))
    )
    mail = read(
        "Content-Type: application/ms-tnef\nContent-Transfer-Encoding: base64\n\n" + b64(packed)
    )

    assert mail.text == "Grüße aus Outlook"
    assert [file.name for file in mail.files] == ["Bericht für März.docx", "winmail.dat"]
    assert mail.files[0].content_type.endswith("wordprocessingml.document")


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Printer", "Out of Office: Printer", "I am out of the office", "Auto: Out of office",
        "Re: Printer [Out of Office]", "Vacation reply", "Undelivered Mail Returned to Sender",
        "Delivery Status Notification (Failure)", "Automatische Antwort: Drucker", "Abwesenheitsnotiz: Drucker",
        "Abwesend: Drucker", "Unzustellbar: Drucker", "Réponse automatique : Imprimante", "Absence du bureau",
        "Respuesta automática: Impresora", "Fuera de la oficina: x", "Risposta automatica: x", "Fuori sede",
        "Resposta automática: x", "Automatisch antwoord: x", "Afwezig: x", "Autosvar: x", "Automatiskt svar: x",
        "Automatisk svar: x", "Automaattinen vastaus: x", "Odpowiedź automatyczna: x", "Automatická odpověď: x",
        "Automatikus válasz: x", "Otomatik yanıt: x", "Αυτόματη απάντηση: x", "Автоматический ответ: x",
        "自动答复: x", "自動応答: x", "자동 회신: x",
    ],
)  # fmt: skip
def test_an_automatic_answer_is_known_in_its_language(subject):
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "a@example.org", "desk@example.org", subject
    letter.set_content("x")

    assert written_by_machine(parse(letter.as_bytes()))


@pytest.mark.parametrize(
    "subject",
    [
        "Out of office assistant does not work", "Automatic reply is not sent", "Undeliverable parcels",
        "Mail delivery failed since Monday", "Abwesend markieren geht nicht", "Vacation request form",
        "Afwezigheid melden werkt niet", "Re: Printer", "Re: Undeliverable: Printer", "Re: Automatic reply: Printer",
    ],
)  # fmt: skip
def test_a_human_who_writes_about_automatic_answers_is_no_machine(subject):
    assert written_by_machine(parse(raw(subject=subject))) == ""


@pytest.mark.parametrize(
    ("value", "is_machine"),
    [("All", True), ("DR, RN, NRN, OOF, AutoReply", True), ("OOF", False), ("DR, RN", False)],
)
def test_exchange_asks_for_no_automatic_answer_also_on_behalf_of_people(value, is_machine):
    assert bool(written_by_machine(parse(raw(X_Auto_Response_Suppress=value)))) is is_machine


def test_a_delivery_report_says_whom_it_is_about():
    mail = read(
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        "--b\nContent-Type: text/plain\n\nSorry.\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\n"
        "Final-Recipient: rfc822; gone@example.org\nAction: failed\nStatus: 5.1.1\n--b--\n"
    )

    assert written_by_machine(mail) == "It reports that it did not reach: gone@example.org 5.1.1."
