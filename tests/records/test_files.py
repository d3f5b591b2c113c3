"""A file is what its first bytes say, and programs are not taken."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile

from itsm.core.errors import RuleViolation
from tests.factories import a_ticket
from valuechain.records.actions import attach_file
from valuechain.records.models import Attachment
from valuechain.records.sniffing import content_type_of


@pytest.fixture
def attach(agent, requester, organisation, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    ticket = a_ticket(actor=agent, requester=requester, organisation=organisation)

    def attach(name: str, content: bytes) -> Attachment:
        return attach_file(ticket, file=ContentFile(content, name=name), name=name,
                           visibility="public", actor=requester, via="html")  # fmt: skip

    return attach


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("a.txt", b"\x89PNG\r\n\x1a\n....", "image/png"),
        ("photo.png", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("a", b"%PDF-1.7", "application/pdf"),
        (
            "plan.docx",
            b"PK\x03\x04",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        ("plan.pdf", b"PK\x03\x04", "application/zip"),
        ("page.html", b"<html><script>", "text/plain"),
        ("list.csv", "Grüße,1".encode(), "text/csv"),
        ("cut.txt", b"x" * 4095 + "ü".encode()[:1], "text/plain"),
        ("a.png", b"\x00\x01\x02", "application/octet-stream"),
    ],
)
def test_the_first_bytes_say_what_it_is(name, head, kind):
    assert content_type_of(name, head) == kind


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("report.pdf", b"MZ\x90\x00\x03"),
        ("run", b"\x7fELF\x02"),
        ("setup.EXE", b"harmless"),
        ("setup.exe. ", b"harmless"),
        ("invoice.pdf.js", b"alert(1)"),
        ("script", b"#!/bin/sh\n"),
    ],
)
def test_a_program_is_refused_whatever_it_is_called(attach, tmp_path, name, content):
    with pytest.raises(RuleViolation) as refusal:
        attach(name, content)

    assert refusal.value.code == "file_type_refused"
    assert not Attachment.objects.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_text_that_begins_like_a_program_is_a_text(attach):
    assert attach("note.txt", b"MZ is a postcode prefix").content_type == "text/plain"
