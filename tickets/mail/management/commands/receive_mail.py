"""Take in one mail from standard input or a file, as a mail server hands it over."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError

from tickets.mail.explaining import explain
from tickets.mail.intake import receive
from tickets.mail.models import Mailbox
from valuechain.records.vocabulary import Via

#: Exit codes of sysexits.h, which mail servers understand: 75 means "keep it and try again".
TRY_AGAIN = 75
NO_INPUT = 66


class Command(BaseCommand):
    """Takes in a mail. Exit code 0: it is kept. 75: it is not; bring it again."""

    help = "Take in one mail from standard input or FILE; exit code 0 when it is kept, 75 to try again."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", help="the mail as it came (default: standard input)")
        parser.add_argument("--mailbox", help="the mailbox it came to (default: found from its To)")
        parser.add_argument(
            "--explain",
            action="store_true",
            help="print as JSON how it is understood; write nothing",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        raw = self._read(options["file"])
        try:
            mailbox = self._mailbox(options["mailbox"])
            if options["explain"]:
                found = explain(raw, mailbox=mailbox)
                self.stdout.write(json.dumps(found, ensure_ascii=True, indent=2))
                return
            received = receive(raw, mailbox=mailbox, via=Via.EMAIL)
        except DatabaseError as problem:
            self.stderr.write(f"The database does not answer ({type(problem).__name__}).")
            sys.exit(TRY_AGAIN)
        number = received.record.number if received.record is not None else "-"
        self.stdout.write(f"{received.outcome} {number} {received.why}".strip())

    def _read(self, name: str | None) -> bytes:
        if name is None or name == "-":
            return sys.stdin.buffer.read()
        try:
            return Path(name).read_bytes()
        except OSError as problem:
            self.stderr.write(f"{name} cannot be read: {problem.strerror}.")
            sys.exit(NO_INPUT)

    def _mailbox(self, address: str | None) -> Mailbox | None:
        if address is None:
            return None
        found = Mailbox.objects.filter(address=address.strip().lower()).first()
        if found is None:
            self.stderr.write(f"There is no mailbox {address}.")
            sys.exit(TRY_AGAIN)
        return found
