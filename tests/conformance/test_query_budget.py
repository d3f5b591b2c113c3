"""What each page costs in queries: pinned, within its budget, and the same for 10 and 1,000 rows.

`tests/query_counts.json` holds the counts. After a change that is meant to cost more or less, run
`UPDATE_QUERY_COUNTS=1 python3 manage.py test tests/conformance/test_query_budget.py` and let the
difference be read in the commit.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from itsm.branding import reading
from tests.crowds import colleagues, copies, line_up, liven
from tests.doors import API, Machine, browser
from tests.factories import at_state, opened
from valuechain.records.kinds import kinds

PINNED = Path(__file__).resolve().parents[1] / "query_counts.json"
IS_UPDATE = bool(os.environ.get("UPDATE_QUERY_COUNTS"))
NAMES = [kind.name for kind in kinds]
RESOURCES = list(kinds.resources)
MOST_FOR_A_LIST, MOST_FOR_A_RECORD, MOST_FOR_A_CHAIN = 15, 20, 5
#: Finding out who asks; every request pays it.
AUTHENTICATION = re.compile(r'^(SELECT .*? FROM|UPDATE) "(accounts_|django_session)')

pytestmark = pytest.mark.usefixtures("stand_in_kinds")


@pytest.fixture(scope="module")
def pinned():
    """The counts of the file; rewritten at the end of a run that updates them."""
    counts = json.loads(PINNED.read_text()) if PINNED.exists() else {}
    yield counts
    if IS_UPDATE:
        PINNED.write_text(json.dumps(counts, indent=2, sort_keys=True) + "\n")


@pytest.fixture
def within(pinned):
    """Hold what a request cost against the file and the limit."""

    def check(subject, page, cost, limit):
        if IS_UPDATE:
            pinned.setdefault(subject, {})[page] = cost
        assert cost <= limit, f"{subject}, {page}: {cost} queries, at most {limit} are allowed"
        known = pinned.get(subject, {}).get(page, limit)
        assert cost <= known, f"{subject}, {page}: {cost} queries, {known} were pinned"

    return check


@pytest.fixture
def cost(agent):
    """Count the queries of an agent's request, as a page (`html`) or by REST (`api`)."""
    reading.forget()
    cache.delete_many([f"needing:{agent.pk}", f"notifications:{agent.pk}"])
    doors = {"html": browser(agent).get, "api": Machine(agent).get}

    def measure(door, path, *, beside_authentication=False):
        doors[door](path)  # what is read once per process does not count
        with CaptureQueriesContext(connection) as captured:
            answer = doors[door](path)
        assert answer.status_code == 200, answer.content[:600]
        found = [query["sql"] for query in captured]
        if beside_authentication:
            found = [sql for sql in found if not AUTHENTICATION.match(sql)]
        return len(found), answer

    return measure


def rows_of(answer):
    if answer.headers["Content-Type"] == "application/json":
        return len(answer.json()["results"])
    return answer.content.decode().count("<tr")


@pytest.mark.parametrize("resource", RESOURCES)
def test_a_list_costs_the_same_for_ten_rows_and_a_thousand(resource, cast, cost, within):
    first = [opened(kind.name, cast) for kind in kinds.of_resource(resource)]
    lists = {
        "list": ("html", reverse("record-list", args=[resource]) + "?page_size=200"),
        "list, open and mine": (
            "html",
            reverse("record-list", args=[resource]) + "?state=open&team=mine",
        ),
        "rest list": ("api", f"{API}/{resource}/?page_size=200"),
        "rest list, expanded": ("api", f"{API}/{resource}/?page_size=200&expand=owner,requester"),
        "rest list, counted": ("api", f"{API}/{resource}/?page_size=200&count=true"),
    }
    few = {name: cost(*where) for name, where in lists.items()}

    for record in first:
        copies(record, 1_000 // len(first))

    for name, where in lists.items():
        many, answer = cost(*where)
        within(resource, name, many, MOST_FOR_A_LIST)
        assert many <= few[name][0], f"{name} costs more with more rows"
        assert rows_of(answer) > rows_of(few[name][1]), f"{name} did not grow"


@pytest.mark.parametrize("name", NAMES)
def test_a_record_costs_the_same_with_little_and_with_much_on_it(name, cast, agent, cost, within):
    record = opened(name, cast)
    people = colleagues(agent, 30)
    liven(record, people, 2)
    rest = f"{API}/{record.resource}/{record.number}"
    pages = {
        "page": ("html", record.get_absolute_url()),
        "chain page": ("html", reverse("record-chain", args=[record.resource, record.number])),
        "rest": ("api", f"{rest}/"),
        "rest transitions": ("api", f"{rest}/transitions/"),
        "rest hand-off": ("api", f"{rest}/hand-off/"),
        "rest comments": ("api", f"{rest}/comments/"),
        "rest attachments": ("api", f"{rest}/attachments/"),
        "rest events": ("api", f"{rest}/events/?page_size=200"),
        "rest links": ("api", f"{rest}/links/"),
        "rest chain": ("api", f"{rest}/chain/"),
    }
    few = {page: cost(*where)[0] for page, where in pages.items()}

    liven(record, people, 30)

    for page, where in pages.items():
        many = cost(*where)[0]
        within(name, page, many, MOST_FOR_A_RECORD)
        assert many <= few[page], f"{page} costs more with more on it: {few[page]}, then {many}"


@pytest.mark.parametrize(
    ("name", "door", "path"),
    [
        ("rest search", "api", f"{API}/search/?q=printer&page_size=200"),
        ("rest records", "api", f"{API}/records/?page_size=200"),
        ("rest links", "api", f"{API}/links/?page_size=200"),
        ("rest events", "api", f"{API}/events/?page_size=200"),
        ("rest handovers", "api", f"{API}/handovers/?page_size=200"),
    ],
)
def test_what_spans_the_resources_costs_the_same_for_ten_and_a_thousand(
    name, door, path, cast, agent, cost, within
):
    record = at_state("incident", "new", cast)
    people = colleagues(agent, 5)
    liven(record, people, 5)
    few, _answer = cost(door, path)

    copies(record, 1_000)
    liven(record, people, 200)

    many, _answer = cost(door, path)
    within("everything", name, many, MOST_FOR_A_LIST)
    assert many <= few


def test_a_chain_of_five_hundred_is_a_handful_of_queries(cast, cost, within):
    record = at_state("incident", "new", cast)
    line_up(record, 500)

    many, answer = cost(
        "api", f"{API}/tickets/{record.number}/chain/?depth=25", beside_authentication=True
    )

    assert len(answer.json()["nodes"]) == 501
    within("everything", "rest chain of 500 beside authentication", many, MOST_FOR_A_CHAIN)


@pytest.mark.skipif(IS_UPDATE, reason="the file is being written")
def test_every_kind_and_resource_is_pinned(pinned):
    missing = {*NAMES, *RESOURCES, "everything"} - pinned.keys()

    assert not missing, f"Run UPDATE_QUERY_COUNTS=1; not pinned yet: {sorted(missing)}"
