"""Writes docs/machines.md: every machine and every flow, as they are."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from valuechain.records.drawing import draw

PAGE = "docs/machines.md"


class Command(BaseCommand):
    """Draws the machines and flows, or tells whether the drawing is out of date."""

    help = "Draw every machine and flow into docs/machines.md."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="Only tell whether it is current.")

    def handle(self, *_args: Any, check: bool = False, **_options: Any) -> None:
        path = settings.BASE_DIR / PAGE
        drawn = draw()
        if check:
            if not path.exists() or path.read_text(encoding="utf-8") != drawn:
                raise CommandError(f"{PAGE} is out of date. Run: python3 manage.py draw_machines")
            return
        path.write_text(drawn, encoding="utf-8")
        self.stdout.write(f"{PAGE} is drawn.")
