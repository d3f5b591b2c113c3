"""Every error of the API has one shape, says what to do, and none is a 500 for bad input."""

import json

import pytest
from django.test import Client

URL = "/api/v1/tokens/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def send(client, ada, bearer):
    headers = bearer(ada)

    def post(body, content_type="application/json", **more):
        return client.post(
            URL, body, content_type=content_type, headers=headers | more.pop("headers", {}), **more
        )

    return post


def is_problem(response, status, code):
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status
    assert body["code"] == code
    assert body["detail"]
    assert body["title"]
    assert body["type"] == f"/problems/{code.replace('_', '-')}"
    assert body["request_id"] == response.headers["X-Request-ID"]
    return body


def test_each_fault_of_a_body_is_listed_by_field(send):
    body = is_problem(send({"scopes": [], "days": "x"}), 400, "not_understood")

    assert {error["field"] for error in body["errors"]} == {"name", "scopes", "days"}
    assert all(error["code"] and error["message"] for error in body["errors"])


def test_faults_inside_a_list_have_dotted_paths(send):
    body = is_problem(send({"name": "x", "scopes": [["a"], "b" * 41]}), 400, "not_understood")

    assert {error["field"] for error in body["errors"]} == {"scopes.0", "scopes.1"}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "line 1, column 2"),
        (b'{"name": "\xff"}', "byte 11"),
        (b'{"days": NaN}', "NaN"),
        (b'{"days": Infinity}', "Infinity"),
        (b'{"days": -Infinity}', "-Infinity"),
        (b'{"days": 1e999}', "too large"),
        (b'{"days": ' + b"9" * 5000 + b"}", "digits"),
        (b'{"name": "a", "name": "b"}', "twice"),
        (b'{"name": "a\\u0000b"}', "$.name"),
        (b'{"a": [1, {"b\\u0000": 1}]}', "$.a[1]"),
        (b'{"name": "\\ud800"}', "Unicode"),
        (b"[" * 21 + b"]" * 21, "20 levels"),
        (b"[" * 100_000, "20 levels"),
        (b'"open', "not JSON"),
        (b"[]", "dictionary"),
        (b"null", "JSON object"),
        (b"7", "JSON object"),
    ],
)
def test_a_body_that_cannot_be_kept_is_refused_with_the_place(send, body, words):
    response = send(body)

    assert response.status_code == 400, response.content
    assert words in response.json()["detail"]


def test_brackets_inside_a_text_do_not_count_as_depth(send):
    response = send({"name": "[" * 60 + '\\"' + "{" * 40, "scopes": ["tokens:read"]})

    assert response.status_code == 201


def test_a_body_over_two_megabytes_is_too_large(send):
    body = json.dumps({"name": "x" * (2 * 1024 * 1024)})

    is_problem(send(body), 413, "body_too_large")


def test_another_type_of_body_is_refused(send):
    is_problem(send("name=x", "application/x-www-form-urlencoded"), 415, "unsupported_media_type")


def test_a_method_that_is_not_there_says_so(client, ada, bearer):
    response = client.put(URL, {}, content_type="application/json", headers=bearer(ada))

    is_problem(response, 405, "method_not_allowed")


def test_another_format_is_refused(client, ada, bearer):
    response = client.get(URL, headers=bearer(ada) | {"Accept": "text/xml"})

    is_problem(response, 406, "not_acceptable")


@pytest.mark.parametrize("path", ["/api/v1/nothing/", "/api/", "/api/v1/tokens/%00/"])
def test_an_address_that_is_not_there_is_a_problem_too(client, path):
    is_problem(client.get(path), 404, "not_found")


def test_a_broken_host_is_a_problem_too(client, settings):
    settings.ALLOWED_HOSTS = ["testserver"]

    is_problem(client.get(URL, headers={"Host": "evil example"}), 400, "not_understood")


def test_a_fault_of_the_program_tells_nothing_but_its_id(ada, bearer, monkeypatch):
    def fail(*_args, **_kwargs):
        raise RuntimeError("secret inside")

    monkeypatch.setattr("itsm.accounts.api.issue_token", fail)
    client = Client(raise_request_exception=False)

    response = client.post(
        URL,
        {"name": "x", "scopes": ["tokens:read"]},
        content_type="application/json",
        headers=bearer(ada),
    )

    is_problem(response, 500, "server_error")
    assert "secret" not in response.content.decode()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("page_size=0", "page_size"),
        ("page_size=201", "page_size"),
        ("page_size=x", "page_size"),
        ("cursor=made-up", "cursor"),
        ("cursor=%00", "cursor"),
        ("ordering=secret_hash", "ordering"),
        ("count=maybe", "count"),
        ("nmae=x", "nmae"),
        ("%00=x", "\ufffd"),
        ("fields=secret_hash", "fields"),
        ("expand=user", "expand"),
    ],
)
def test_a_parameter_that_is_not_understood_is_never_ignored(client, ada, bearer, query, field):
    body = is_problem(client.get(f"{URL}?{query}", headers=bearer(ada)), 400, "not_understood")

    assert body["errors"][0]["field"] == field
    assert body["errors"][0]["message"]


def test_unknown_parameters_list_the_known_ones(client, ada, bearer):
    response = client.get(f"{URL}?nmae=x", headers=bearer(ada))

    assert "cursor, expand, fields" in response.json()["detail"]
