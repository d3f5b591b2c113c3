"""Callers of a chaos run: each asks for tickets over REST until it is answered, whatever falls meanwhile."""

from __future__ import annotations

import http.client
import json
from collections import Counter
from dataclasses import dataclass, field
from threading import Event, Thread
from time import monotonic, sleep

from django.db.models import Count

from tickets.models import Incident
from valuechain.records import models

CALLERS = 3
#: Between two calls of one caller, and between two tries of one call.
PAUSE_S, AGAIN_S = 0.3, 0.2
#: An answer later than this counts as none; what was asked may have happened all the same.
PATIENCE_S = 10.0
#: Of this many calls one hangs up at once, as a network does, and has to ask again.
HANGS_UP = 5
TITLE = "Call "


@dataclass
class Callers:
    """Some clients that repeat each POST with its `Idempotency-Key` until it is answered.

    `answered` maps each key to the number it was told; `tries` counts by status, "none" without one.
    Without `keyed` they repeat it as if it were another: sabotage.
    """

    port: int
    token: str
    keyed: bool = True
    answered: dict[str, str] = field(default_factory=dict)
    tries: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._over = Event()
        self._threads = [Thread(target=self._call, args=(n,), daemon=True) for n in range(CALLERS)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, within: float) -> None:
        """Make no new call, and wait up to `within` seconds for the answers still missing."""
        self._over.set()
        until = monotonic() + within
        for thread in self._threads:
            thread.join(max(0.0, until - monotonic()))

    @property
    def unanswered(self) -> int:
        """How many callers still wait."""
        return sum(thread.is_alive() for thread in self._threads)

    def _call(self, caller: int) -> None:
        call = 0
        while not self._over.is_set():
            key = f"{caller}-{call}"
            number = self._ask(key, hang_up=call % HANGS_UP == 0)
            while number is None:
                sleep(AGAIN_S)
                number = self._ask(key)
            self.answered[key] = number
            call += 1
            self._over.wait(PAUSE_S)

    def _ask(self, key: str, *, hang_up: bool = False) -> str | None:
        """Ask once; None where the answer is missing or says to try again. Raises on any other."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
        }
        if self.keyed:
            headers["Idempotency-Key"] = key
        asked = json.dumps({"kind": "incident", "title": f"{TITLE}{key}"})
        try:
            connection.request("POST", "/api/v1/tickets/", asked, headers)
            if hang_up:
                self.tries["hung up"] += 1
                return None
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            self.tries["none"] += 1
            return None
        finally:
            connection.close()
        self.tries[str(answer.status)] += 1
        return str(json.loads(body)["number"]) if answer.status == http.client.CREATED else None


def judge(answered: dict[str, str]) -> dict[str, int]:
    """Count the calls that were answered and have no ticket, those with two, and the half-made.

    Half-made is a ticket without its first event or without its clock.
    """
    made = Incident.objects.filter(title__startswith=TITLE)
    known = set(made.values_list("title", "number"))
    first = models.Event.objects.filter(record__in=made.values("pk"), sequence=1)
    whole = made.filter(clocks__isnull=False, pk__in=first.values("record")).distinct()
    return {
        "calls": len(answered),
        "lost": sum((f"{TITLE}{key}", number) not in known for key, number in answered.items()),
        "doubled": made.values("title").annotate(n=Count("pk")).filter(n__gt=1).count(),
        "half_made": made.count() - whole.count(),
    }
