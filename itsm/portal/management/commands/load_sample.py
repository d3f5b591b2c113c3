"""Loads the sample company into an empty database."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from itsm.core import clock
from itsm.core.errors import RuleViolation
from itsm.portal.sample import accounts, loading


class Command(BaseCommand):
    """Makes people and a month of tickets, and prints who can sign in."""

    help = "Load the sample company Brightwater Clinics into an empty database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--quiet", action="store_true", help="Do not print who can sign in.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load once; a second run changes nothing."""
        del args
        if loading.is_loaded():
            self.stdout.write("The sample company is here already; nothing was changed.")
            return
        try:
            loaded = loading.load(now=clock.now())
        except RuleViolation as refusal:
            raise CommandError(str(refusal)) from None
        table = accounts.table(loaded.password)
        kept = accounts.write(table)
        self.stdout.write(
            f"Brightwater Clinics is here: {loaded.people} people, {loaded.tickets} tickets."
        )
        if not options["quiet"]:
            self.stdout.write(table)
        self.stdout.write(f"Who can sign in is kept in {kept.name} beside the data.")
