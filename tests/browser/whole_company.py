"""The sample company behind a server, with a tab for each person, and the look at one route of it.

Loaded once for each file of tests that takes these fixtures.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import TransactionTestCase, override_settings
from pytest_django.live_server_helper import LiveServer

from itsm.accounts.models import User
from tests.browser.company import World, complete
from tests.browser.examples import addresses, pages, reader_of, somewhere
from tests.browser.looking import Tab, faults, new_tab
from tests.routes import Route

#: What leads to itself: the link with which a password is set is out of sight at once.
LEADING = {"password-set"}
PAGES = {route.name: route for route in pages()}
#: Half of the work: the pages that one record or a list of them has, for every kind.
OF_RECORDS = {name for name in PAGES if name.startswith("record-")}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[World]:
    """Load the sample company for all pages, and empty the tables afterwards."""
    folder = tmp_path_factory.mktemp("data")
    with override_settings(DATA_DIR=folder, MEDIA_ROOT=folder), django_db_blocker.unblock():
        call_command("load_sample", stdout=StringIO())
        people = User.objects.in_bulk(field_name="email")
        found = World(people["admin@brightwater.example"], people["requester@brightwater.example"])
        complete(found)
        yield found
        connections_are_shut()
        TransactionTestCase()._fixture_teardown()


def connections_are_shut() -> None:
    """Wait until the server's threads have closed what they read the tables with."""
    with connection.cursor() as cursor:
        for _turn in range(100):
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            if not cursor.fetchone()[0]:
                return
            time.sleep(0.1)


def requests_are_over() -> None:
    """Wait until none of the server's threads has been at work for a moment.

    Their connections stay open as long as a browser keeps its own, so only what they do is asked.
    """
    at_rest = 0
    with connection.cursor() as cursor:
        for _turn in range(500):
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state <> 'idle'"
            )
            at_rest = 0 if cursor.fetchone()[0] else at_rest + 1
            if at_rest == 4:
                return
            time.sleep(0.02)


@pytest.fixture(scope="module")
def server(world: World) -> Iterator[LiveServer]:
    """Serve the world."""
    server = LiveServer("localhost")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def tabs(chromium: Any, world: World, server: LiveServer) -> Iterator[Any]:
    """Keep a tab open for each person."""
    opened: dict[str, Tab] = {}

    def tab_of(who: str) -> Tab:
        if who not in opened:
            opened[who] = new_tab(chromium, server.url, world.sessions.get(who, ""))
        return opened[who]

    yield tab_of
    for tab in opened.values():
        tab.page.context.close()


def look_at(name: str, world: World, tabs: Any, server: LiveServer) -> None:
    """Open every example of a route and hold it to all that counts."""
    route = PAGES[name]
    tab = tabs(reader_of(route))
    found: list[str] = []
    shown = 0
    examples = list(addresses(route, world)) or [somewhere(route)]
    for address in examples:
        if _is_only_sent_to(tab, route, server.url + address):
            return
        answer = tab.open(server.url + address)
        if answer.was_led_elsewhere and route.name not in LEADING:
            shown += answer.status == 200
            continue  # another page, which is looked at under its own name
        if answer.status == 200 and not answer.is_page:
            return  # a piece that is seen within its page
        if answer.status == 404 and address == somewhere(route):
            break
        shown += 1
        found += [f"{address}: answers {answer.status}"] if answer.status != 200 else []
        found += [f"{address}: {fault}" for fault in faults(tab, address)]

    assert shown, f"Give {name} an example in tests/browser/examples.py"
    assert not found, "\n".join(found)


def _is_only_sent_to(tab: Tab, route: Route, address: str) -> bool:
    """Whether a view made of a function takes only what is sent to it."""
    if hasattr(route.callback, "view_class"):
        return False
    return bool(tab.page.request.get(address, max_redirects=0).status == 405)
