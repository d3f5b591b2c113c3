"""Fills a database with a load to measure on."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from itsm.accounts.models import User
from itsm.core import clock
from itsm.portal.load import seed
from itsm.portal.load.people import SOURCE
from itsm.portal.sample.company import ORGANISATIONS
from itsm.portal.sample.loading import is_loaded


class Command(BaseCommand):
    """Adds tickets by the thousand, the same rows as the real doors write."""

    help = (
        "Add tickets with six messages each, their people, clocks and audit trail, to measure on. "
        "They cannot be removed again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tickets", type=int, required=True, help="How many to add.")
        parser.add_argument("--seed", type=int, default=1, help="Another seed, another load.")
        parser.add_argument(
            "--beside-real-people",
            action="store_true",
            help="Also when this database holds people who are neither a sample nor a load.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """CommandError before anything is written when this may be somebody's real desk."""
        del args
        if options["tickets"] < 1:
            raise CommandError("Add at least one ticket.")
        if not options["beside_real_people"] and _real_people().exists():
            raise CommandError(
                "This database holds people who are neither a sample nor a load, and tickets once "
                "added stay. Use an empty database, or add --beside-real-people."
            )
        began = time.monotonic()

        def say(message: str) -> None:
            self.stdout.write(f"[{time.monotonic() - began:6.1f} s] {message}")

        seed.build(options["tickets"], seed=options["seed"], now=clock.now(), say=say)
        with connection.cursor() as cursor:
            # What a nightly autovacuum would do before anybody measures.
            cursor.execute("ANALYZE" if connection.in_atomic_block else "VACUUM (ANALYZE)")
        say("ready")


def _real_people() -> Any:
    sample = [name for name, _kind, _parent, _shares in ORGANISATIONS] if is_loaded() else []
    return User.objects.exclude(external_source=SOURCE).exclude(organisation__name__in=sample)
