"""Keeps all that Throughline knows in one file."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from itsm.core import backup


class Command(BaseCommand):
    """Writes the database and the attachments to one tar file, while work goes on."""

    help = "Write the database and the attachments to one file. People may go on working meanwhile."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="A file that does not exist yet.")

    def handle(self, *args: Any, **options: Any) -> None:
        """CommandError when it cannot be done; nothing is left half-way then."""
        del args
        try:
            backup.backup(options["file"].absolute(), say=self.stdout.write)
        except backup.CannotKeep as problem:
            raise CommandError(str(problem)) from None
