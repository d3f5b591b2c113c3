"""Prints the link with which an empty desk gets its first administrator."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from itsm.accounts import beginning


class Command(BaseCommand):
    """Prints the link alone; refuses where somebody is administrator already."""

    help = "Print the link that makes the company and its first administrator."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it. CommandError says why there is none."""
        del args, options
        if not beginning.has_nobody():
            raise CommandError("Somebody is administrator already. Sign in, or ask them.")
        self.stdout.write(beginning.link())
