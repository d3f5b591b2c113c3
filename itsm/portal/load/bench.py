"""Measures the work people wait for, beside the least that Django could do, in one run.

Everything goes through the WSGI request cycle in this process, ours and the floor in turns, inside
one transaction that is undone at the end: a measurement leaves nothing behind. What both sides are
spared alike is the network and the wait for the disk at commit.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import set_urlconf

from itsm.accounts.access import SYSTEM
from itsm.accounts.actions import issue_token
from itsm.accounts.models import RoleGrant, User
from itsm.accounts.roles import Role
from itsm.core import clock
from itsm.core.keyset import Order, paginate
from itsm.portal.load import floor
from itsm.portal.load.people import SOURCE
from sla.bench import sweep_rows
from sla.sweeping import sweep
from valuechain.records.actions import add_comment
from valuechain.records.models import Comment, Record
from valuechain.records.vocabulary import Via, Visibility

WARM_UP, ROUNDS = 3, 30
SWEEP = "sweep"
#: Among so many running clocks the sweep is measured unless told otherwise.
RUNNING = (10_000, 100_000)
Call = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of work: a request to the program, and the bare one to hold against it."""

    name: str
    label: str
    bar: float
    ours: Call
    floor: Call


@dataclass(frozen=True, slots=True)
class Result:
    """Medians in milliseconds; `queries` is what ours asks of the database."""

    name: str
    label: str
    sql_ms: float
    floor_ms: float
    ours_ms: float
    queries: int
    bar: float

    @property
    def ratio(self) -> float:
        return self.ours_ms / self.floor_ms

    @property
    def holds(self) -> bool:
        return self.ratio <= self.bar


class CannotMeasure(Exception):  # noqa: N818 - it names what happened
    """There is nothing to measure on, or a page did not answer."""


def measure(
    names: Sequence[str],
    *,
    rounds: int,
    say: Callable[[str], None],
    running: Sequence[int] = RUNNING,
) -> list[Result]:
    """Measure the tasks named, or all. Raises CannotMeasure when the database holds no tickets.

    `running` are the numbers of running clocks among which the sweep is measured.
    """
    results = []
    with transaction.atomic():
        for task in tasks(an_agent()):
            if names and task.name not in names:
                continue
            say(task.label)
            results.append(_one(task, rounds))
        transaction.set_rollback(True)
    if SWEEP in names:
        say("service level sweep")
        results += _sweeps(running)
    return results


def _sweeps(running: Sequence[int]) -> list[Result]:
    """100 clocks due among more and more running ones; asked for by name, for it takes minutes."""
    with transaction.atomic():
        sweep(limit_s=600)  # what is due already would be counted in
        found = [
            Result(
                name=SWEEP, label=f"sweep, {row.due} due of {row.running:,}", sql_ms=row.sql_ms,
                floor_ms=row.sql_ms, ours_ms=row.sweep_ms, queries=0, bar=3,
            )
            for row in sweep_rows(sorted(running))
        ]  # fmt: skip
        transaction.set_rollback(True)
    return found


def _one(task: Task, rounds: int) -> Result:
    for _n in range(WARM_UP):
        task.ours()
        task.floor()
    with CaptureQueriesContext(connection) as asked:
        task.ours()
        # Read at once: the next request clears what the connection remembers.
        queries = sum("SAVEPOINT" not in query["sql"] for query in asked.captured_queries)
    ours, bare = [], []
    for _n in range(rounds):
        bare.append(_timed(task.floor))
        ours.append(_timed(task.ours))
    return Result(
        name=task.name,
        label=task.label,
        sql_ms=_sql_alone(task.floor, rounds),
        floor_ms=median(bare),
        ours_ms=median(ours),
        queries=queries,
        bar=task.bar,
    )


def _timed(call: Call) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def _sql_alone(call: Call, rounds: int) -> float:
    """Time the floor's own statements about tickets, sent again without Django around them."""
    sent: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        if "records_" in sql or "tickets_" in sql:
            sent.append((sql, params))
        return execute(sql, params, many, context)

    # Undone, so that a number given once can be written again below.
    with transaction.atomic(), connection.execute_wrapper(note):
        call()
        transaction.set_rollback(True)
    spent = []
    for _n in range(rounds):
        with transaction.atomic(), connection.cursor() as cursor:
            began = time.perf_counter()
            for sql, params in sent:
                cursor.execute(sql, params)
                if cursor.description:
                    cursor.fetchall()
            spent.append((time.perf_counter() - began) * 1000)
            transaction.set_rollback(True)
    return median(spent)


def an_agent() -> User:
    """Somebody of the desk whose view of the queue is the usual one."""
    grants = RoleGrant.objects.filter(role=Role.AGENT, user__is_active=True)
    grant = (
        grants.filter(user__external_source=SOURCE).order_by("pk").first()
        or grants.order_by("pk").first()
    )
    if grant is None or not Record.objects.filter(resource="tickets").exists():
        raise CannotMeasure(
            "There are no tickets or no agents here. `load_sample` or `seed_load` makes some."
        )
    return grant.user


def tasks(agent: User) -> Iterator[Task]:
    """Yield every task, prepared for this agent on the data there is."""
    page, api, bare, bare_api = _clients(agent)
    order = Order.choose("-opened_at", {"opened_at": "opened_at"})
    seen = Record.objects.visible_to(agent).of_resource("tickets")
    number, cursor, before = _far_down(seen, order)
    ticket = _with_twenty_messages(agent, seen)
    words = _three_words(seen)
    new = {"kind": "incident", "title": "Measured", "description": "Only measured.",
           "impact": 3, "urgency": 3}  # fmt: skip

    yield Task("create", "create a ticket by API", 2, api("post", "/api/v1/tickets/", new),
               bare_api("post", "/api/new/", {**new, "requester": agent.pk,
                                              "organisation": agent.organisation_id}))  # fmt: skip
    first = "/tickets/?view=all&ordering=-opened_at"
    yield Task("queue", "agent queue, first page", 3, page(first), bare("/queue/"))
    yield Task("queue-far", f"agent queue, page {number}", 3, page(f"{first}&cursor={cursor}"),
               bare(f"/queue/?before={before}"))  # fmt: skip
    yield Task("page", "ticket page with 20 messages", 4, page(ticket.get_absolute_url()),
               bare(f"/{ticket.number}/"))  # fmt: skip
    yield Task("search", "search, 3 words", 3, page(f"/search/?q={'+'.join(words)}"),
               bare(f"/search/?q={'+'.join(words)}"))  # fmt: skip
    yield Task("search-word", "search, 1 word of many", 3, page(f"/search/?q={words[0]}"),
               bare(f"/search/?q={words[0]}"))  # fmt: skip
    yield Task("list", "REST list with a filter", 3,
               api("get", "/api/v1/tickets/?state=closed"),
               bare_api("get", "/api/tickets/?state=closed"))  # fmt: skip


def _clients(agent: User) -> tuple[Any, Any, Any, Any]:
    host = settings.ALLOWED_HOSTS[0] if settings.ALLOWED_HOSTS else "localhost"
    spelled: dict[str, Any] = {"SERVER_NAME": "localhost" if host == "*" else host.lstrip(".")}
    if settings.IS_HTTPS:
        spelled["wsgi.url_scheme"] = "https"
    _token, written = issue_token(
        user=agent, name="bench", scopes=["tickets:read", "tickets:write"], actor=SYSTEM
    )
    ours, bare = Client(**spelled), Client(**spelled)
    for client in (ours, bare):
        _sign_in(client, agent)
    with override_settings(MIDDLEWARE=floor.MIDDLEWARE):
        bare.handler.load_middleware()
    bearer = {"Authorization": f"Bearer {written}"}

    def pages(client: Client) -> Callable[[str], Call]:
        return lambda address: _checked(lambda: client.get(address), address)

    def calls(client: Client) -> Callable[..., Call]:
        def call(method: str, address: str, body: Any = None) -> Call:
            more = {} if body is None else {"data": json.dumps(body)}
            send = getattr(client, method)
            if more:
                more["content_type"] = "application/json"
            return _checked(lambda: send(address, headers=bearer, **more), address)

        return call

    return pages(ours), calls(Client(**spelled)), pages(bare), calls(bare)


def _sign_in(client: Client, agent: User) -> None:
    session = client.session
    session[SESSION_KEY] = str(agent.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = agent.get_session_auth_hash()
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)


def _checked(call: Call, address: str) -> Call:
    def checked() -> Any:
        response = call()
        set_urlconf(None)  # the floor's addresses are for the floor's requests alone
        if response.status_code not in (200, 201):
            raise CannotMeasure(f"{address} answered {response.status_code}.")
        return response

    return checked


def _far_down(seen: Any, order: Order) -> tuple[int, str, str]:
    """The 500th page, or the last full one: its number, our cursor and the floor's place."""
    number = max(2, min(500, seen.count() // floor.PAGE))
    above = paginate(seen.only("pk", "opened_at"), order=order, cursor=None,
                     size=(number - 1) * floor.PAGE)  # fmt: skip
    if above.next_cursor is None:
        raise CannotMeasure("There are fewer than two pages of tickets here.")
    return number, above.next_cursor, above.items[-1].opened_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _with_twenty_messages(agent: User, seen: Any) -> Record:
    record: Record = seen.live().order_by("pk").first() or seen.order_by("pk").first()
    have = Comment.objects.filter(record=record).count()
    for n in range(have, 20):
        add_comment(record, body=f"Measured message {n}: the *printer* is back.\n\nSee the log.",
                    visibility=Visibility.PUBLIC if n % 5 else Visibility.INTERNAL,
                    actor=agent, via=Via.COMMAND, at=clock.now())  # fmt: skip
    return record


def _three_words(seen: Any) -> list[str]:
    """Three words of one title, so that something is found."""
    titles = seen.order_by("-pk").values_list("title", flat=True)[:200]
    for title in titles:
        words = [word.strip(",.:;?!“”()").lower() for word in title.split()]
        words = [word for word in words if len(word) > 3 and word.isalpha()]
        if len(words) >= 3:
            return words[:3]
    raise CannotMeasure("No ticket has three words in its title.")


def lines(results: Sequence[Result]) -> Iterator[str]:
    """Yield the table."""
    yield (f"{'Work':<32}{'SQL':>8}{'floor':>8}{'ours':>8}{'queries':>9}{'ratio':>7}{'bar':>5}")
    for one in results:
        yield (
            f"{one.label:<32}{one.sql_ms:>8.1f}{one.floor_ms:>8.1f}{one.ours_ms:>8.1f}"
            f"{one.queries:>9}{one.ratio:>7.1f}{one.bar:>5.0f}  {'ok' if one.holds else 'ABOVE'}"
        )


def as_json(results: Sequence[Result]) -> str:
    """The results for a machine."""
    return json.dumps(
        [{**asdict(one), "ratio": round(one.ratio, 2), "holds": one.holds} for one in results],
        indent=2,
    )
