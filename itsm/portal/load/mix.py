"""What people wait for while many work at once: a steady stream of requests to a running server.

Requests leave on a fixed beat whether or not the earlier ones are answered, so that a slow server
meets a queue, as it would in life. How long one took counts from when it was due.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import cycle
from queue import Queue
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from itsm.accounts.access import SYSTEM
from itsm.accounts.actions import issue_token
from itsm.accounts.models import User
from valuechain.records.models import Record

RATE = 25.0
THREADS = 24
PATIENCE = 30.0
SAY_EVERY = 30.0
#: What is asked for, how often in twenty, and within how many milliseconds 95 of 100 must be answered.
SHARES = {"list": 8, "ticket": 6, "create": 3, "search": 3}
BARS = {"list": 300, "ticket": 300, "create": 400, "search": 500}


@dataclass(frozen=True, slots=True)
class Ask:
    """One request to come: what it is, when it is due, and what is sent."""

    name: str
    due: float
    method: str
    path: str
    body: bytes = b""


@dataclass
class Answers:
    """How long each kind of request took, in milliseconds, and what went wrong."""

    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)

    def lines(self, minutes: float) -> Iterator[str]:
        """Yield the table."""
        total = sum(map(len, self.took.values()))
        yield f"{'Work':<10}{'answers':>9}{'p50':>8}{'p95':>8}{'bar':>7}"
        for name, bar in BARS.items():
            took = sorted(self.took[name]) or [0.0]
            p50, p95 = (took[int(len(took) * part)] for part in (0.5, 0.95))
            held = "ok" if p95 <= bar else "ABOVE"
            yield f"{name:<10}{len(self.took[name]):>9}{p50:>8.0f}{p95:>8.0f}{bar:>7}  {held}"
        yield f"{total} answers, {total / (minutes * 60):.1f} a second, {self.errors.total()} errors"
        for words, times in self.errors.most_common(5):
            yield f"  {times} x {words}"


def run(
    agent: User, *, url: str, minutes: float, rate: float = RATE, say: Callable[[str], None]
) -> Answers:
    """Send the mix for so many minutes. The tickets it creates stay."""
    answers, todo = Answers(), Queue[Ask | None]()
    headers = _headers(agent)
    threads = [
        threading.Thread(target=_answer, args=(url, headers, todo, answers), daemon=True)
        for _n in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    began = time.monotonic()
    told = began
    for ask in _asks(agent, began, int(minutes * 60 * rate), rate):
        time.sleep(max(0.0, ask.due - time.monotonic()))
        todo.put(ask)
        if ask.due - told >= SAY_EVERY:
            told = ask.due
            say(f"{ask.due - began:.0f} s, {todo.qsize()} waiting")
    for _thread in threads:
        todo.put(None)
    for thread in threads:
        thread.join(PATIENCE)
    return answers


def _asks(agent: User, began: float, count: int, rate: float) -> Iterator[Ask]:
    seen = Record.objects.visible_to(agent).of_resource("tickets").order_by("-pk")
    found = list(seen.values_list("number", "title")[:500])
    tickets, order = cycle(found), cycle(_order())
    for n in range(count):
        name, due = next(order), began + n / rate
        number, title = next(tickets)
        if name == "list":
            yield Ask(name, due, "GET", "/tickets/?view=all&ordering=-opened_at")
        elif name == "ticket":
            yield Ask(name, due, "GET", f"/tickets/{number}/")
        elif name == "search":
            yield Ask(name, due, "GET", "/search/?" + urlencode({"q": title.split()[0]}))
        else:
            new = {
                "kind": "incident",
                "title": f"Mix {n}: {title}"[:200],
                "impact": 3,
                "urgency": 3,
            }
            yield Ask(name, due, "POST", "/api/v1/tickets/", json.dumps(new).encode())


def _order() -> list[str]:
    """The twenty requests of one round, each kind spread evenly."""
    places = sorted(
        ((n + 0.5) / times, name) for name, times in SHARES.items() for n in range(times)
    )
    return [name for _place, name in places]


def _headers(agent: User) -> dict[str, dict[str, str]]:
    session = SessionStore()
    session[SESSION_KEY] = str(agent.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = agent.get_session_auth_hash()
    session.create()
    scopes = ["tickets:read", "tickets:write"]
    _token, written = issue_token(user=agent, name="bench mix", scopes=scopes, actor=SYSTEM)
    cookie = f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
    bearer = {"Authorization": f"Bearer {written}", "Content-Type": "application/json"}
    return {"GET": {"Cookie": cookie, "Accept-Encoding": "gzip"}, "POST": bearer}


def _answer(
    url: str, headers: dict[str, dict[str, str]], todo: Queue[Ask | None], answers: Answers
) -> None:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=PATIENCE)
    while (ask := todo.get()) is not None:
        try:
            connection.request(ask.method, ask.path, ask.body or None, headers[ask.method])
            answer = connection.getresponse()
            answer.read()
            if answer.status not in (200, 201):
                answers.errors[f"{ask.name}: {answer.status}"] += 1
        except (OSError, http.client.HTTPException) as problem:
            answers.errors[f"{ask.name}: {type(problem).__name__}"] += 1
            connection.close()
        answers.took[ask.name].append((time.monotonic() - ask.due) * 1000)
    connection.close()
