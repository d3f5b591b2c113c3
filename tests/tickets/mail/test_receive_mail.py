"""The command a mail server hands mail to, and the one that explains a mail."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import call_command

from tests.tickets.mail.letters import raw
from tickets.mail.models import InboundMail
from valuechain.records.models import Record


def run(*arguments: str, stdin: bytes = b"", monkeypatch: Any = None) -> str:
    out = io.StringIO()
    if monkeypatch is not None:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin)))
    call_command("receive_mail", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_a_mail_on_standard_input_becomes_a_ticket(mailbox, requester, monkeypatch):
    said = run(stdin=raw(), monkeypatch=monkeypatch)

    assert Record.objects.get().number in said


def test_a_mail_in_a_file_is_kept_even_for_nobody(db, tmp_path):
    (tmp_path / "mail").write_bytes(b"\xff\xfe")

    run(str(tmp_path / "mail"))

    assert InboundMail.objects.count() == 1


def test_explaining_writes_nothing_and_says_all(mailbox, requester, tmp_path):
    file = tmp_path / "mail"
    file.write_bytes(raw("Hello", Cc="boss@example.org", files=[("a.txt", "text/plain", b"abc")]))

    said = json.loads(run("--explain", str(file)))

    assert said["from"] == {"name": "Rita Requester", "address": "rita.requester@example.org"}
    assert (said["to"][0]["address"], said["cc"][0]["address"]) == (
        "desk@example.org", "boss@example.org",
    )  # fmt: skip
    assert (said["subject"], said["body"]) == ("Printer", "Hello")
    assert said["attachments"] == [
        {"name": "a.txt", "type": "text/plain", "size": 3, "inline": False}
    ]
    assert said["threading"]["how"] == "none"
    assert said["machine_mail"] == {"is_machine": False, "why": ""}
    assert said["outcome"]["what"] == "ticket"
    assert not InboundMail.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "code"), [(["/no/such/file"], 66), (["--mailbox", "x@y.z"], 75)]
)
def test_a_mail_server_is_told_to_try_again_in_its_own_words(db, monkeypatch, arguments, code):
    with pytest.raises(SystemExit) as end:
        run(*arguments, stdin=raw(), monkeypatch=monkeypatch)

    assert end.value.code == code
