"""The description of the API is whole, and what the API answers is what it describes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import URLResolver
from drf_spectacular.drainage import GENERATOR_STATS
from openapi_spec_validator import OpenAPIV31SpecValidator

import itsm.api
from tests.crowds import colleagues, liven
from tests.doors import API, Machine
from tests.factories import opened
from valuechain.records.actions import attach_file, log_time
from valuechain.records.kinds import kinds

RESOURCES = list(kinds.resources)


@pytest.fixture(scope="module")
def schema(tmp_path_factory):
    """The schema as it is served."""
    path: Path = tmp_path_factory.mktemp("schema") / "openapi.json"
    call_command("spectacular", file=str(path), format="openapi-json")
    return json.loads(path.read_text())


def test_it_is_made_without_a_warning(tmp_path):
    GENERATOR_STATS.reset()
    call_command("spectacular", file=str(tmp_path / "openapi.json"), format="openapi-json")

    assert {**GENERATOR_STATS._warn_cache, **GENERATOR_STATS._error_cache} == {}


def test_it_is_openapi_3_1(schema):
    assert schema["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(schema).validate()


def test_every_address_of_the_api_is_described(schema):
    described = {re.sub(r"\{\w+\}", "{}", path) for path in schema["paths"]}
    served = set()
    routes = [
        (str(below.pattern) + str(pattern.pattern).strip("^$"), pattern)
        for below in itsm.api.urlpatterns
        if isinstance(below, URLResolver)
        for pattern in below.url_patterns
    ]
    assert len(routes) > 100
    for path, pattern in routes:
        view = getattr(pattern.callback, "cls", None)
        actions = getattr(pattern.callback, "actions", None) or {}
        if view is not None and set(actions) & set(view.http_method_names):
            served.add(f"{API}/" + re.sub(r"\(\?P<\w+>[^)]*\)|<[^>]+>", "{}", path))

    assert served - described == set()


def test_every_operation_has_a_sentence_and_its_own_name(schema):
    operations = [
        (path, method, operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
    ]
    silent = [(path, method) for path, method, o in operations if not o.get("description")]
    names = [operation["operationId"] for _path, _method, operation in operations]

    assert silent == []
    assert len(names) == len(set(names))


@pytest.mark.parametrize("resource", RESOURCES)
def test_the_names_of_transitions_are_an_enum(schema, resource):
    post = schema["paths"][f"{API}/{resource}/{{number}}/transitions/"]["post"]
    body = resolved(schema, post["requestBody"]["content"]["application/json"]["schema"])

    offered = {
        transition.name
        for kind in kinds.of_resource(resource)
        for transition in kind.machine.transitions
        if not transition.is_hidden
    }
    transition = resolved(schema, body["properties"]["transition"])
    assert set(transition["enum"]) == offered


def resolved(schema, part):
    while "enum" not in part and ("$ref" in part or "allOf" in part):
        part = part if "$ref" in part else part["allOf"][0]
        part = schema["components"]["schemas"][part["$ref"].rpartition("/")[2]]
    return part


def fits(schema, path, method, answer):
    """Hold an answer against what the schema says of it."""
    operation = schema["paths"][path][method]
    described = operation["responses"][str(answer.status_code)]
    if answer.status_code == 204:
        return
    (content,) = described["content"].values()
    jsonschema.validate(
        answer.json(), {**content["schema"], "components": schema["components"]},
        format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
    )  # fmt: skip


@pytest.mark.parametrize("name", [kind.name for kind in kinds])
def test_live_answers_about_a_record_are_as_described(schema, name, cast, admin):
    record = opened(name, cast)
    liven(record, colleagues(admin, 3), 3)
    attach_file(record, file=SimpleUploadedFile("a", b"x"), name="a",
                visibility="public", actor=admin, via="html")  # fmt: skip
    log_time(record, seconds=60, actor=admin, via="html")
    api = Machine(admin)
    base = f"{API}/{record.resource}"
    subs = ("", "transitions/", "hand-off/", "comments/", "attachments/", "links/", "events/",
            "time-entries/", "chain/")  # fmt: skip

    fits(schema, f"{base}/", "get", api.get(f"{base}/?page_size=5&count=true"))
    for sub in subs:
        path = f"{base}/{{number}}/{sub}"
        fits(schema, path, "get", api.get(path.replace("{number}", record.number)))
    posts = {
        "comments/": {"body": "Hello"},
        "time-entries/": {"seconds": 60},
        "links/": {"kind": "relates_to", "target": record.number},
        "transitions/": {"transition": "dance"},
        "hand-off/": {"flow": "dance"},
    }
    for sub, body in posts.items():
        path = f"{base}/{{number}}/{sub}"
        fits(schema, path, "post", api.post(path.replace("{number}", record.number), body))
    edited = api.patch(f"{base}/{record.number}/", {"title": "New"}, If_Match="*")
    fits(schema, f"{base}/{{number}}/", "patch", edited)


@pytest.mark.parametrize(
    "path", ["records/", "search/", "links/", "handovers/", "events/", "people/", "teams/",
             "organisations/", "tokens/"],
)  # fmt: skip
def test_live_answers_across_the_resources_are_as_described(schema, path, cast, admin):
    liven(opened("incident", cast), colleagues(admin, 3), 3)

    answer = Machine(admin).get(f"{path}?{'q=printer' if path == 'search/' else ''}")

    assert answer.json()["results"] or path == "handovers/"
    fits(schema, f"{API}/{path}", "get", answer)


def test_what_is_opened_is_answered_as_described(schema, agent, requester):
    body = {"kind": "incident", "title": "Over REST", "requester": requester.email}

    fits(schema, f"{API}/tickets/", "post", Machine(agent).post("tickets/", body))
    fits(schema, f"{API}/tickets/", "post", Machine(agent).post("tickets/", {"kind": "incident"}))
