"""The description of the API is sound, complete, and readable without a foreign server."""

import json

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

pytestmark = pytest.mark.django_db


@pytest.fixture
def schema(client):
    response = client.get("/api/v1/schema/?format=json")
    assert response.status_code == 200
    return json.loads(response.content)


def operations(schema):
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            if method in {"get", "post", "put", "patch", "delete"}:
                yield path, method, operation


def test_the_schema_is_openapi_3_1(schema):
    assert schema["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(schema).validate()


def test_every_operation_says_what_can_go_wrong(schema):
    for path, method, operation in operations(schema):
        problem = operation["responses"]["400"]["content"]["application/problem+json"]
        assert problem["schema"] == {"$ref": "#/components/schemas/Problem"}, (path, method)
        assert "401" in operation["responses"]


def test_every_post_can_be_repeated_safely(schema):
    for path, method, operation in operations(schema):
        if method == "post":
            names = {parameter["name"] for parameter in operation["parameters"]}
            assert "Idempotency-Key" in names, path


def test_every_change_needs_its_version(schema):
    for path, method, operation in operations(schema):
        if method == "patch":
            needed = {p["name"] for p in operation["parameters"] if p.get("required")}
            assert "If-Match" in needed, path


def test_a_problem_as_sent_fits_the_problem_as_described(client, schema):
    import jsonschema

    body = client.get("/api/v1/tokens/").json()

    jsonschema.validate(body, schema["components"]["schemas"]["Problem"])


def test_the_page_of_it_brings_everything_from_our_own_server(client):
    page = client.get("/api/v1/docs/").content.decode()

    assert "http://" not in page
    assert "https://" not in page
    assert "swagger-ui-bundle.js" in page
    assert "<script>" not in page
