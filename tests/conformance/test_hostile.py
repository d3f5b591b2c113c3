"""Whatever is sent to whatever address of the API, the answer is a clear one and never a 5xx."""

from __future__ import annotations

import json

import pytest
from drf_spectacular.generators import SchemaGenerator

from tests.doors import Machine, is_problem
from tests.factories import opened
from valuechain.records.kinds import kinds

DEEP = b'{"a":' * 30 + b"1" + b"}" * 30
LONG = "x" * 60_000
#: What a value of a field may turn out to be.
VALUES = (
    None, True, -1, 0, 2**31, 2**63, 10**30, 1.5, 1e300, "", " ", "0", "-1", "a\u0000b", "\u202e", LONG,
    "2026-02-30", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "'; --", "{{ 7*7 }}", "%s%n",
    [], [[]], [None], ["a", 1], {}, {"id": 10**30}, {"id": {}}, {"id": None}, {"a": {"b": []}},
)  # fmt: skip
#: What a whole body may turn out to be.
BODIES = (
    b"", b"null", b"true", b"1", b'"x"', b"[]", b"[{}]", b"{}", b"{", b"\xff\xfe", b'{"a": NaN}',
    b'{"a":1,"a":2}', b'{"\\ud800": 1}', b'{"a": "\\ud800"}', b"[" * 5000, DEEP, b'{"data": []}',
    b'{"data": {"a": {"b": 1}}}', b"9" * 10_000, b"{}" + b" " * 100_000,
)  # fmt: skip

pytestmark = pytest.mark.slow


def operations():
    """Every address that takes a body, with the names its body and path know."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            if method in ("post", "patch"):
                yield path, method.upper(), sorted(_names(schema, operation))


def _names(schema, operation):
    content = operation.get("requestBody", {}).get("content", {})
    for media in content.values():
        yield from _properties(schema, media["schema"])


def _properties(schema, part):
    if "$ref" in part:
        part = schema["components"]["schemas"][part["$ref"].rpartition("/")[2]]
    yield from part.get("properties", {})
    for inner in (*part.get("oneOf", ()), *part.get("anyOf", ())):
        yield from _properties(schema, inner)


@pytest.fixture
def filled(cast, admin):
    """A record of every resource, and how a path's arguments are filled with it."""
    records = {}
    for kind in kinds:
        records.setdefault(kind.resource, opened(kind.name, cast))

    def fill(path):
        resource = path.removeprefix("/api/v1/").partition("/")[0]
        record = records.get(resource) or records["tickets"]
        return path.format_map(_Anything(number=record.number))

    return fill


class _Anything(dict):
    """Fills an argument that is not known with something that fits and is not there."""

    def __missing__(self, name):
        return "0" * 12 if name == "prefix" else "1"


def test_no_body_and_no_value_is_too_much(filled, admin):
    api = Machine(admin)
    api.client.raise_request_exception = False
    broken, sent, shared = [], 0, set()

    def send(method, path, body):
        nonlocal sent
        sent += 1
        answer = api.call(method, path, body, If_Match="*")
        if answer.status_code >= 500:
            broken.append((method, path, body[:80], answer.status_code))
        elif answer.status_code >= 400:
            is_problem(answer, answer.status_code)

    for path, method, names in operations():
        address = filled(path)
        tail = path.partition("{number}")[2]
        # What every resource does alike is tried in full once.
        bodies = BODIES if (method, tail) not in shared else BODIES[:4]
        values = VALUES if not tail or tail == "/" or (method, tail) not in shared else VALUES[:2]
        shared.add((method, tail))
        for body in bodies:
            send(method, address, body)
        for place, value in enumerate(values):
            # One hostile value in every field at once, and a few alone among what fits.
            send(method, address, json.dumps(dict.fromkeys(names, value)).encode())
            if names:
                name = names[place % len(names)]
                send(
                    method,
                    address,
                    json.dumps({"title": "T", "kind": "incident", name: value}).encode(),
                )

    assert not broken, f"{len(broken)} of {sent}:\n" + "\n".join(map(str, broken[:20]))
    assert sent > 1_000


def test_answers_of_any_shape_are_refused_or_taken(cast, admin):
    api = Machine(admin)
    api.client.raise_request_exception = False
    broken = []

    for kind in kinds:
        record = opened(kind.name, cast)
        for transition in kind.machine.leaving(record.state):
            asks = [ask.name for ask in transition.asks]
            if not asks:
                continue
            for value in VALUES:
                body = {"transition": transition.name, "data": dict.fromkeys(asks, value)}
                answer = api.post(f"{kind.resource}/{record.number}/transitions/", body)
                if answer.status_code >= 500:
                    broken.append((kind.name, transition.name, value, answer.status_code))
                if answer.status_code < 400:
                    record = opened(kind.name, cast)

    assert not broken, broken[:20]


@pytest.mark.parametrize("query", ["cursor=%FF", "q=%00", "page_size=%D9%A3", "ordering=", "state=%00",
                                   "owner=%F0%9F%92%A9", "team=9223372036854775808", "opened_after=9999-99-99",
                                   "priority=%C2%B2", "service=%27", "organisation=%C2%B2", "fields=%00",
                                   "expand=,,,", "opened_before=0001-01-01T00:00:00%2B14:00"])  # fmt: skip
def test_no_query_is_too_much(query, agent):
    api = Machine(agent)
    api.client.raise_request_exception = False

    for resource in ("records", *kinds.resources):
        assert api.get(f"{resource}/?{query}").status_code < 500
