"""Measures how fast the program answers, beside the least that Django could do."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from itsm.core.starting import keep_what_is_loaded
from itsm.portal.load import bench, mix
from valuechain.records.models import Comment, Record

MIX = "mix"


class Command(BaseCommand):
    """Prints one row for each kind of work; it informs and never fails for being slow."""

    help = (
        "Measure creating, listing, reading and searching tickets beside bare Django views over the "
        "same rows, in this process, medians in milliseconds. Leaves nothing behind."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "names",
            nargs="*",
            help="Only these rows, such as create or queue; `sweep` is measured only when named. "
            "`mix`, alone, sends 25 requests a second to a server that runs; its tickets stay.",
        )
        parser.add_argument(
            "--rounds", type=int, default=bench.ROUNDS, help="Default: %(default)s."
        )
        parser.add_argument(
            "--minutes", type=float, default=10.0, help="How long `mix` goes on. Default: 10."
        )
        parser.add_argument(
            "--url", default=settings.SITE_URL, help="The running server `mix` asks. Default: ours."
        )
        parser.add_argument(
            "--running", type=int, nargs="+", default=bench.RUNNING, metavar="N",
            help="Numbers of running clocks for `sweep`, such as 10000 100000 1000000.",
        )  # fmt: skip
        parser.add_argument("--json", type=Path, help="Write the results to this file, too.")

    def handle(self, *args: Any, **options: Any) -> None:
        """CommandError when there is nothing to measure on."""
        del args
        if options["names"] == [MIX]:
            self._mix(options["url"], options["minutes"])
            return
        if not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
            call_command("collectstatic", interactive=False, verbosity=0)  # pages name these files
        import_module(settings.ROOT_URLCONF)
        keep_what_is_loaded()  # as the web server does; a bench serves nobody
        try:
            results = bench.measure(
                options["names"],
                rounds=max(1, options["rounds"]),
                running=options["running"],
                say=lambda what: self.stderr.write(f"measuring: {what}"),
            )
        except bench.CannotMeasure as problem:
            raise CommandError(str(problem)) from None
        tickets = Record.objects.filter(resource="tickets").count()
        self.stdout.write(
            f"{tickets} tickets, {Comment.objects.count()} messages; {os.cpu_count()} cores; "
            "medians in ms, WSGI in one process, undone afterwards."
        )
        for line in bench.lines(results):
            self.stdout.write(line)
        if options["json"]:
            options["json"].write_text(bench.as_json(results), encoding="utf-8")

    def _mix(self, url: str, minutes: float) -> None:
        try:
            agent = bench.an_agent()
        except bench.CannotMeasure as problem:
            raise CommandError(str(problem)) from None
        told = mix.run(agent, url=url.rstrip("/"), minutes=minutes, say=self.stderr.write)
        for line in told.lines(minutes):
            self.stdout.write(line)
