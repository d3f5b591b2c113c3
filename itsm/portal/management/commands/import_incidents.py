"""Replays the incidents of another service desk from its event log."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from itsm.portal import verdicts
from sla.defaults import promise_something
from tickets.imports import directory, reader, report
from tickets.imports.replay import Replay


class Command(BaseCommand):
    """Reads the whole file first, then replays it incident by incident."""

    help = (
        "Replay the incidents of an event log (CSV, one line per update) through the desk's own "
        "doors. Running it again changes nothing; stopped halfway, running it again ends the same."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="The event log, CSV in UTF-8.")
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would be done and write nothing."
        )
        parser.add_argument(
            "--time-zone",
            default=settings.TIME_ZONE,
            help="The zone of the local times in the file. Default: %(default)s.",
        )
        parser.add_argument(
            "--organisation",
            default="Imported incidents",
            help="Where people, teams and incidents belong; made when missing. Default: %(default)s.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """CommandError says what to change when nothing could be read."""
        del args
        zone = _zone(options["time_zone"])
        try:
            log = reader.read(options["file"].read_bytes(), zone=zone)
        except OSError as problem:
            raise CommandError(f"{options['file']} cannot be read: {problem.strerror}.") from None
        except reader.NotAnEventLog as problem:
            raise CommandError(f"{options['file']}: {problem}") from None
        if not options["dry_run"]:
            self._replay(log, options)
            return
        with transaction.atomic():
            self._replay(log, options)
            transaction.set_rollback(True)
        self.stdout.write("This was a trial: nothing was written.")

    def _replay(self, log: reader.Log, options: dict[str, Any]) -> None:
        began = time.monotonic()
        rows = [row for rows in log.incidents.values() for row in rows]
        known = directory.settle(
            rows, organisation=options["organisation"], time_zone=options["time_zone"]
        )
        promise_something(zone=options["time_zone"])
        progress = Progress(self.stderr)
        tally = Replay(log, known).run(progress)
        tally.outcomes["people made"] = known.new_people
        tally.outcomes["teams made"] = known.new_teams
        for line in report.lines(log, tally):
            self.stdout.write(line)
        for line in verdicts.beside(tally.verdicts):
            self.stdout.write(line)
        self.stdout.write(f"\n{time.monotonic() - began:.1f} seconds.")


class Progress:
    """One line that counts, rewritten at a terminal and repeated now and then elsewhere."""

    def __init__(self, out: Any) -> None:
        self.out = out
        self.said = 0.0

    def __call__(self, done: int, of: int) -> None:
        """Say how far it is, at most four times a second, or every five seconds in a log."""
        is_terminal = sys.stderr.isatty()
        now = time.monotonic()
        if done < of and now - self.said < (0.25 if is_terminal else 5):
            return
        self.said = now
        end = "\n" if done == of or not is_terminal else "\r"
        self.out.write(f"replayed {done} of {of} incidents", ending=end)
        self.out.flush()


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise CommandError(
            f"There is no time zone {name}. Use a name such as Europe/Lisbon."
        ) from None
