"""`manage.py check_clocks` asks whether what is stored of every clock is what its ledger says."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from sla.checking import differences
from sla.models import Clock
from sla.sweeping import retry


class Command(BaseCommand):
    """Works out every clock from its ledger and reports what differs; exit code 1 when any does."""

    help = "Compare every clock with its ledger. --fix writes down what the ledger says."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--fix", action="store_true", help="write down what the ledger says")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print a line for each difference and for each clock set aside."""
        count = 0
        for found in differences(fix=options["fix"]):
            count += 1
            what = f"clock {found.clock}" if found.clock else "the record"
            self.stdout.write(
                f"{what} of record {found.record}: {found.field} is {found.stored}, "
                f"the ledger says {found.derived}"
            )
        for clock in Clock.objects.filter(poisoned_at__isnull=False).select_related("record"):
            self.stdout.write(f"clock {clock.pk} was set aside: {clock.error.splitlines()[0]}")
            if options["fix"]:
                retry(clock)
        word = "corrected" if options["fix"] else "found"
        self.stdout.write(f"{Clock.objects.count()} clocks looked at, {count} differences {word}.")
        if count and not options["fix"]:
            raise SystemExit(1)
