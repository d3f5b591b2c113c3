"""`manage.py chaos` kills everything at random while clocks come due and callers ask, then counts."""

from __future__ import annotations

import json
import random
import signal
import sys
from argparse import SUPPRESS
from collections import Counter
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from itsm.core import clock
from itsm.runtime import processes
from sla.chaos.callers import Callers, judge
from sla.chaos.stage import Stage
from sla.chaos.timers import CALLER, Window, count, drop_unique_keys, left, prepare

#: What is due has to be done this many seconds after the last blow.
PATIENCE_S = 240
#: What is counted, and what it is called when it is not zero.
PROMISES = (
    ("missed", "missed"),
    ("twice", "fired or told twice"),
    ("undelivered", "not delivered"),
    ("set_aside", "set aside"),
    ("differing", "unlike their ledger"),
    ("unanswered", "callers never answered"),
    ("lost", "calls answered and lost"),
    ("doubled", "calls made into two tickets"),
    ("half_made", "tickets half made"),
)
KEPT = (
    "KEPT: every timer fired once and was told once, and equals its ledger; "
    "every call is one whole ticket."
)


class Command(BaseCommand):
    """Runs a real web server, workers, beats and engines of its own, never those of `.data`."""

    help = (
        "Kill the web server, workers, beats, Valkey and PostgreSQL while clocks come due and "
        "tickets are asked for; exit 1 when a clock is missed or fires twice, or a ticket is lost, "
        "doubled or half made."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--timers", type=int, default=2_000)
        parser.add_argument("--minutes", type=float, default=0.5)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--calm", action="store_true", help="kill nothing: how late is it then?"
        )
        parser.add_argument(
            "--sabotage",
            choices=("claim", "unique", "key"),
            action="append",
            default=[],
            help="break a safeguard on purpose: the run should then fail",
        )
        parser.add_argument("--inside", default="", help=SUPPRESS)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Play one run and print its table."""
        if options["inside"]:
            self._inside(**options)
            return
        broken = options["sabotage"]
        stage = Stage(include="sla.chaos.sabotage" if "claim" in broken else "")
        processes.adopt_orphans()
        # Whoever ends the run early gets the processes and the folder cleared away as well.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        try:
            outcome = self._play(stage, broken=broken, **options)
        finally:
            stage.strike()
        broken_promises = [f"{outcome[name]} {words}" for name, words in PROMISES if outcome[name]]
        self._say("BROKEN: " + ", ".join(broken_promises) if broken_promises else KEPT)
        if broken_promises:
            raise SystemExit(1)

    def _play(self, stage: Stage, *, broken: list[str], **options: Any) -> dict[str, Any]:
        seconds = options["minutes"] * 60
        self._say("starting engines and making the tables")
        stage.raise_curtain()
        stage.manage("migrate", "--verbosity=0")
        if "unique" in broken:
            stage.manage("chaos", "--inside=drop")
        self._say(f"making {options['timers']} records")
        made = stage.manage(
            "chaos",
            "--inside=prepare",
            f"--timers={options['timers']}",
            f"--minutes={seconds / 60}",
        )
        window = Window.parse(made)
        token = stage.manage("create_token", f"--user={CALLER}").strip()
        callers = Callers(stage.port, token, keyed="key" not in broken)
        stage.start_processes()
        callers.start()
        dice = random.Random(options["seed"])  # noqa: S311 - a run can be played again, no secret
        blows = self._strike_until(stage, window, dice, calm=options["calm"])
        self._say("letting everything recover")
        recovered = self._recover(stage, made)
        callers.stop(within=PATIENCE_S)
        heard = stage.folder / "answered.json"
        heard.write_text(json.dumps(callers.answered))
        outcome = json.loads(stage.manage("chaos", f"--inside=count:{made.strip()}"))
        outcome |= json.loads(stage.manage("chaos", f"--inside=judge:{heard}"))
        outcome |= {"unanswered": callers.unanswered, "seed": options["seed"]}
        outcome |= {"blows": sum(blows.values()), "recovery_s": recovered}
        for name, value in outcome.items():
            self.stdout.write(f"  {name:<22}{value}")
        answers = {f"answer {status}": times for status, times in callers.tries.items()}
        for what, times in [*sorted(answers.items()), *sorted(blows.items())]:
            self.stdout.write(f"    {what:<20}{times}")
        return dict(outcome)

    def _strike_until(
        self,
        stage: Stage,
        window: Window,
        dice: random.Random,
        calm: bool,  # noqa: FBT001 - a switch
    ) -> Counter[str]:
        while clock.now() < window.first:
            sleep(0.2)
        self._say("the first timer is due" + ("" if calm else "; now the blows fall"))
        blows: Counter[str] = Counter()
        while clock.now() < window.last:
            sleep(min(dice.uniform(0.5, 2), max(0.1, (window.last - clock.now()).total_seconds())))
            stage.thaw()
            if not calm:
                blows[dice.choice(stage.blows())(dice).rstrip("0123456789")] += 1
            stage.start_processes()
        stage.thaw(everybody=True)
        return blows

    def _recover(self, stage: Stage, made: str) -> float:
        started = monotonic()
        while monotonic() - started < PATIENCE_S:
            stage.start_processes()
            if int(stage.manage("chaos", f"--inside=left:{made.strip()}")) == 0:
                break
            sleep(1)
        return round(monotonic() - started, 1)

    def _inside(self, **options: Any) -> None:
        """The parts that need the database of the run; each in a process of its own."""
        what, _colon, given = options["inside"].partition(":")
        if what == "drop":
            drop_unique_keys()
        elif what == "prepare":
            made = prepare(options["timers"], options["minutes"] * 60)
            self.stdout.write(str(made))
        elif what == "left":
            self.stdout.write(str(left(Window.parse(given))))
        elif what == "judge":
            self.stdout.write(json.dumps(judge(json.loads(Path(given).read_text()))))
        else:
            self.stdout.write(json.dumps(count(Window.parse(given))))

    def _say(self, words: str) -> None:
        self.stdout.write(f"chaos: {words}")
        self.stdout.flush()
