"""Checks that the audit trail is whole."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from valuechain.records.audit import AuditWalk


class Command(BaseCommand):
    """Names the first break of each record whose trail was tampered with, and then fails."""

    help = "Walk the hash chain of every record's events; exit 1 when one was changed or removed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--since",
            type=_instant,
            help="Only records touched since then, such as 2026-11-01 or 2026-11-01T08:00:00+01:00.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """CommandError when any trail is broken."""
        del args
        walk = AuditWalk(since=options["since"])
        broken = 0
        for found in walk.breaks():
            broken += 1
            self.stdout.write(f"{found.number}: event {found.sequence} {found.reason}.")
        self.stdout.write(f"{walk.events} events of {walk.records} records walked.")
        if broken:
            raise CommandError(f"Broken trails: {broken}.")
        self.stdout.write("Every trail is whole.")


def _instant(words: str) -> datetime:
    found = datetime.fromisoformat(words)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
