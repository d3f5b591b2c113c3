"""Brings back what a backup holds."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from itsm.core import backup


class Command(BaseCommand):
    """Fills an empty database and an empty folder of attachments, and compares."""

    help = "Fill an empty database and an empty folder of attachments from a backup."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="The file that `backup` wrote.")

    def handle(self, *args: Any, **options: Any) -> None:
        """CommandError when it cannot be done; nothing is left half-way then."""
        del args
        try:
            backup.restore(options["file"].absolute(), say=self.stdout.write)
        except backup.CannotKeep as problem:
            raise CommandError(str(problem)) from None
