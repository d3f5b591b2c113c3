"""Answers a scenario file about service level clocks; needs no database."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sla.scenario import ScenarioError, run_scenario


class Command(BaseCommand):
    """Answers each case of a scenario file with one line of JSON."""

    help = "Answer the cases of a scenario file (docs/sla.md), one JSON object a line."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the scenario file, or - to read standard input")

    def handle(self, *_args: Any, file: str, **_options: Any) -> None:
        try:
            for answer in run_scenario(read(file), on_unknown=self.note):
                self.stdout.write(json.dumps(answer))
        except ScenarioError as error:
            raise CommandError(f"{file}: {error}") from None

    def note(self, place: str) -> None:
        """Say on standard error that a field means nothing; the answers go on without it."""
        self.stderr.write(f"note: {place} is not a known field and was left out")


def read(file: str) -> str:
    """Return the text of a file or of standard input. Raises CommandError when it is not readable."""
    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return content.decode("utf-8-sig")
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise CommandError(f"{file} is not text in UTF-8") from None
