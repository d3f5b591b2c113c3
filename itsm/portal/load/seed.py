"""Builds the load: some tickets through the doors, the rest as copies of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random

from django.db import transaction

from itsm.portal.load import people
from itsm.portal.load.copies import BATCH, Copier, Original
from itsm.portal.load.patterns import DONE, LIVE, Pattern, Player
from itsm.portal.load.words import Writer
from sla.defaults import install_defaults
from sla.delivering import deliver
from sla.sweeping import sweep

#: Tickets being worked on, however many there are in all.
MOST_LIVE = 8_000
FEWEST_ORIGINALS, MOST_ORIGINALS = 60, 1_000


@dataclass(frozen=True, slots=True)
class Share:
    """How many tickets are live and how many finished, and how many of each are originals."""

    live: int
    done: int
    live_originals: int
    done_originals: int


def share(tickets: int) -> Share:
    """Divide a number of tickets. Each share has an original as soon as it has a ticket."""
    live = min(MOST_LIVE, -(-tickets * 8 // 100))
    done = tickets - live
    originals = min(tickets, max(FEWEST_ORIGINALS, min(MOST_ORIGINALS, tickets // 50)))
    live_originals = min(live, -(-originals * 3 // 10))
    return Share(live, done, live_originals, min(done, originals - live_originals))


def build(
    tickets: int,
    *,
    seed: int,
    now: datetime,
    say: Callable[[str], None],
    requesters: int = people.REQUESTERS,
) -> None:
    """Add so many tickets with six messages each. The same seed gives the same load.

    `say` is told of progress. Commits batch by batch; what was committed is whole.
    """
    random = Random(seed)  # noqa: S311 - a load, not a secret
    writer = Writer(random)
    shares = share(tickets)
    install_defaults()
    population = people.settle(requesters=requesters)
    say(f"{len(population.requesters)} requesters, {len(population.agents)} agents, "
        f"{len(population.services)} services")  # fmt: skip
    player = Player(population, random, now, writer)
    with transaction.atomic():
        live = [player.play(_pattern(random, LIVE)).pk for _n in range(shares.live_originals)]
        done = [player.play(_pattern(random, DONE)).pk for _n in range(shares.done_originals)]
    # What is overdue has fired, as it would have while the years went by.
    sweep(limit_s=600)
    deliver(limit_s=600)
    say(f"{len(live) + len(done)} tickets through the doors")
    copier = Copier([*live, *done], population=population, random=random, writer=writer)
    wanted = _spread(copier.originals[: len(live)], shares.live - len(live))
    wanted += _spread(copier.originals[len(live) :], shares.done - len(done))
    # Mixed, so that what is live lies scattered over the tables as it would after years.
    random.shuffle(wanted)
    for start in range(0, len(wanted), BATCH):
        with transaction.atomic():
            copier.copy(wanted[start : start + BATCH])
        if (start // BATCH) % 5 == 4 or start + BATCH >= len(wanted):
            say(f"{len(live) + len(done) + min(start + BATCH, len(wanted))} of {tickets} tickets")


def _pattern(random: Random, patterns: tuple[Pattern, ...]) -> Pattern:
    return random.choices(patterns, [pattern.weight for pattern in patterns])[0]


def _spread(originals: list[Original], count: int) -> list[Original]:
    if not originals:
        return []
    whole, rest = divmod(count, len(originals))
    return originals * whole + originals[:rest]
