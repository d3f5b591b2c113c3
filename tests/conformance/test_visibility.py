"""Nobody reads what is not theirs, by any address the program answers.

A walker calls every GET route of the URL conf as every kind of reader, through the portal and with
tokens, and looks for words that must not be there. A new route is walked without being named here;
one whose arguments the walker cannot fill fails the test that counts them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction

from itsm.accounts.api import TokenViewSet
from itsm.accounts.models import ApiToken, Organisation, Team, User
from itsm.portal.models import ImportRun, ReportSchedule
from itsm.portal.reports.shelf import REPORTS
from itsm.webhooks.models import Webhook
from sla.models import Agreement, Calendar, Clock
from tests.canaries import INTERNAL, WORD, Marked, Reader, World, a_world
from tests.doors import API, Machine, browser
from tests.routes import Route, routes, spelled
from tickets.mail.models import InboundMail, Mailbox, SenderRule
from tickets.models import RoutingRule
from valuechain.approvals.models import Approval, ApprovalPolicy, Delegation
from valuechain.deliver_support.models import ChangeFreeze
from valuechain.records.kinds import kinds
from valuechain.records.models import Attachment, Export, Handover, Link
from valuechain.records.vocabulary import Activity

#: Routes that are not walked, each with the reason.
NOT_WALKED = {
    "readyz": "says ok or not ok and nothing else; here, where no worker runs, it says not ok",
    "welcome/<uidb64>/<token>/": "opens with a link made for one person, and shows a form alone",
}
#: What a page's `pk` stands for, by how its route begins; REST says so itself.
OBJECTS: dict[str, Any] = {
    "handovers/": Handover,
    "me/tokens/": ApiToken,
    "admin/tokens/": ApiToken,
    "exports/": Export,
    "admin/mail/rules/": SenderRule,
    "admin/mail/": Mailbox,
    "tickets/inbox/": InboundMail,
    "admin/approvals/": ApprovalPolicy,
    "approvals/delegations/": Delegation,
    "approvals/": Approval,
    "deliver/freezes/": ChangeFreeze,
    "admin/people/": User,
    "people/": User,
    "admin/organisations/": Organisation,
    "admin/teams/": Team,
    "admin/routing/": RoutingRule,
    "admin/webhooks/": Webhook,
    "admin/imports/": ImportRun,
    "reports/schedules/": ReportSchedule,
    "sla/agreements/": Agreement,
    "sla/calendars/": Calendar,
    "sla/clocks/": Clock,
}
#: What fills an argument that is a word.
WORDS: dict[str, Callable[[], list[str]]] = {
    "resource": lambda: kinds.resources,
    "activity": lambda: [activity.replace("_", "-") for activity in Activity.values],
    "slug": lambda: [kind.name.replace("_", "-") for kind in kinds],
    "key": lambda: list(REPORTS),
    "shelf": lambda: ["replies", "macros"],
    "rest": lambda: ["settings/"],
    "digest": lambda: ["0" * 20],
    "token": lambda: ["a-token-that-was-never-given-out"],
    "code": lambda: ["a-code-that-was-never-given-out"],
}
MOST_PAGES = 30

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


class Walker:
    """Goes everywhere as one reader and remembers what was met."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.words = world.words()
        self.checks = 0
        self.leaks: set[str] = set()
        self.faults: set[str] = set()
        self.walked: set[str] = set()
        self.met: set[str] = set()

    def walk(self, reader: Reader, ask: Any, allowed: set[str], *, api: bool) -> None:
        for route in routes():
            if route.is_api != api or route.path in NOT_WALKED:
                continue
            for address in addresses(route, self.world, reader):
                self.walked.add(route.path)
                self._visit(reader, ask, address, allowed)

    def _visit(self, reader: Reader, ask: Any, address: str, allowed: set[str]) -> None:
        for _page in range(MOST_PAGES):
            answer = ask(address)
            body = _body(answer)
            if answer.status_code >= 500:
                self.faults.add(f"{address}: {answer.status_code} for {reader.name}")
            self.checks += len(self.words - allowed)
            found = {match[0] for match in WORD.finditer(body)}
            self.met |= found
            self.leaks |= {f"{word} at {address} to {reader.name}" for word in found - allowed}
            # The wide pages are followed to their end; a narrow one is the beginning of the same.
            following = _next_page(answer) if "page_size=200" in address else None
            if not following:
                break
            address = following


def _body(answer: Any) -> str:
    content = answer.getvalue() if answer.streaming else answer.content
    headers = " ".join(f"{name}: {value}" for name, value in answer.headers.items())
    return content.decode(errors="replace") + headers


def _next_page(answer: Any) -> str | None:
    if answer.headers.get("Content-Type") != "application/json" or answer.streaming:
        return None
    body = answer.json()
    return body.get("next") if isinstance(body, dict) else None


def addresses(route: Route, world: World, reader: Reader) -> Iterator[str]:
    """Yield the addresses a route is walked at; none when its arguments cannot be filled."""
    for filled in _filled(route, world, reader):
        path = spelled(route, filled)
        yield path
        if set(filled) <= {"resource"}:
            yield f"{path}?page_size=200&q=zq"
        if route.is_api and route.name.endswith("-list"):
            yield f"{path}?page_size=200"


def _filled(route: Route, world: World, reader: Reader) -> Iterator[dict[str, Any]]:
    arguments = set(route.arguments)
    if not arguments:
        yield {}
    elif len(arguments) == 1 and (name := min(arguments)) in WORDS:
        yield from ({name: word} for word in WORDS[name]())
    elif arguments == {"shelf", "pk"}:
        yield from ({"shelf": shelf, "pk": 1} for shelf in WORDS["shelf"]())
    elif arguments == {"resource", "pk"}:
        # A saved view of somebody else, and a run of many records: nothing of theirs is shown.
        yield from ({"resource": "tickets", "pk": pk} for pk in (1, 2))
    elif "number" in arguments:
        for marked in _nearby(route, world, reader):
            yield from _for_record(route, marked, arguments)
    elif model := _model_of(route):
        (name,) = arguments
        found = [getattr(item, name) for item in model.objects.all()[:12]]
        # Where the world holds none, the address is still one that must not fail.
        yield from ({name: value} for value in found or [1])


def _nearby(route: Route, world: World, reader: Reader) -> list[Marked]:
    """Choose records of the reader's organisation and of others, by what the route shows.

    A record's own page or body shows what is special to its kind: one here and one elsewhere of
    each kind. What hangs on records is the same for all: a few, others for each reader.
    """
    resource = getattr(route.viewset, "resource", "")
    fitting = [m for m in world.marked if not resource or m.record.resource == resource]
    home = reader.person.organisation_id
    own = [marked for marked in fitting if marked.organisation.pk == home]
    away = [marked for marked in fitting if marked.organisation.pk != home]
    if route.name == "record-detail" or (resource and route.name == f"{resource}-detail"):
        return own + away[: len(own)]
    turn = world.readers.index(reader) + len(route.path) if reader in world.readers else 0
    some = (own, away)[turn % 2]
    return [some[turn // 2 % len(some)]]


def _for_record(route: Route, marked: Marked, arguments: set[str]) -> Iterator[dict[str, Any]]:
    record = marked.record
    filled = {"number": record.number}
    if "resource" in arguments:
        filled["resource"] = record.resource
    if "name" in arguments:
        leaving = [t.name for t in record.kind_entry.machine.leaving(record.state)]
        yield from ({**filled, "name": name} for name in leaving[:2])
    elif "pk" in arguments:
        model = Link if "links" in route.path else Attachment
        found = model.objects.all() if model is Link else model.objects.filter(record_id=record.pk)
        yield from ({**filled, "pk": item.pk} for item in found[:4])
    else:
        yield filled


def _model_of(route: Route) -> Any:
    for beginning, model in OBJECTS.items():
        if route.path.startswith(beginning):
            return model
    view = route.viewset
    queryset = getattr(view, "queryset", None)
    if queryset is not None:
        return queryset.model
    return ApiToken if view is TokenViewSet else None


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """One world for all walks; they only read."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield a_world()
        transaction.set_rollback(True)


@pytest.fixture
def walker(world):
    return Walker(world)


def silently(client):
    """Let a fault be counted rather than end the walk."""
    client.raise_request_exception = False
    return client


def passed(walker: Walker, at_least: int) -> None:
    assert not walker.leaks, f"{len(walker.leaks)} leaks:\n" + "\n".join(sorted(walker.leaks)[:30])
    assert not walker.faults, f"{len(walker.faults)} faults:\n" + "\n".join(
        sorted(walker.faults)[:30]
    )
    assert walker.checks >= at_least, walker.checks
    assert walker.met, "the walk met no word at all and proves nothing"


def test_the_portal_shows_nobody_what_is_not_theirs(world, walker):
    for reader in world.readers:
        walker.walk(reader, silently(browser(reader.person)).get, world.allowed(reader), api=False)

    passed(walker, at_least=20_000)


def test_the_api_shows_nobody_what_is_not_theirs(world, walker):
    for reader in world.readers:
        machine = Machine(reader.person)
        silently(machine.client)
        walker.walk(reader, machine.get, world.allowed(reader), api=True)

    passed(walker, at_least=20_000)


def test_nobody_signed_in_reads_nothing(world, walker):
    nobody = Reader("nobody", world.readers[0].person)
    client = silently(browser())
    for api in (False, True):
        walker.walk(nobody, client.get, set(), api=api)

    assert not walker.leaks
    assert not walker.faults


def test_a_token_is_held_to_its_organisation_and_scopes(world, walker):
    """An administrator's token, which could do everything, kept inside one organisation."""
    admin = next(reader for reader in world.readers if reader.name == "the admin")
    birch = Organisation.objects.get(name="Birch")
    inside = [marked for marked in world.marked if marked.organisation == birch]
    public = {marked.word("pub") for marked in world.marked}
    within = {word for marked in inside for word in (marked.word("pub"), marked.word(INTERNAL))}
    everything_but_notes = ("all:write", *(
        f"{area}:read" for area in ("tickets", "engage", "plan", "improve", "design", "build",
                                    "deliver", "approvals", "records", "search", "people", "tokens")
    ))  # fmt: skip

    limited = Machine(admin.person, organisation=birch)
    walker.walk(admin, silently(limited.client) and limited.get, within, api=True)
    blind = Machine(admin.person, *everything_but_notes)
    walker.walk(admin, silently(blind.client) and blind.get, public, api=True)
    nowhere = Machine(admin.person, "views:read")
    walker.walk(admin, silently(nowhere.client) and nowhere.get, set(), api=True)

    passed(walker, at_least=5_000)


def test_every_route_is_walked(world, walker):
    reader = world.readers[0]
    Machine(reader.person)  # there is a token, so that addresses of tokens can be walked
    reachable = {
        route.path for route in routes() if next(addresses(route, world, reader), None) is not None
    }

    missed = {route.path for route in routes()} - reachable - NOT_WALKED.keys()

    assert not missed, f"Teach the walker to fill: {sorted(missed)}"


def test_a_word_in_a_note_finds_nothing_for_those_who_may_not_read_it(world):
    for turn, reader in enumerate(world.readers):
        machine = Machine(reader.person)
        for marked in world.marked[turn % 4 :: 4]:
            if reader.works_on(marked):
                continue
            for path in ("search", marked.record.resource):
                answer = machine.get(f"{API}/{path}/?count=true&q={marked.word(INTERNAL)}")
                assert answer.json()["results"] == [], (reader.name, path, marked.record)
                assert answer.json()["count"] == 0
