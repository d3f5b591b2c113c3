"""Prints who can sign in to the sample company."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from itsm.portal.sample import accounts


class Command(BaseCommand):
    """Prints the table that `load_sample` kept."""

    help = "Print who can sign in to the sample company, with the password."

    def handle(self, *args: Any, **options: Any) -> None:
        """CommandError when no sample company was loaded into this data folder."""
        del args, options
        try:
            self.stdout.write(accounts.path().read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise CommandError(
                "There is no table of sample accounts in this data folder. `load_sample` makes one."
            ) from None
