"""While the database cannot be reached, programs and people are told to try again in a moment."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def visitor(ada):
    visitor = Client(raise_request_exception=False)
    visitor.force_login(ada)
    return visitor


@pytest.fixture
def away(monkeypatch):
    """Take the database away: connections made from now on find nobody."""

    def leave() -> None:
        connection.close()
        monkeypatch.setitem(connection.settings_dict, "HOST", "/nonexistent")

    yield leave
    monkeypatch.undo()
    connection.close()


def test_a_program_is_told_to_try_again(visitor, ada, bearer, away):
    headers = bearer(ada)
    away()

    answer = visitor.get("/api/v1/tokens/", headers=headers)

    assert answer.status_code == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Retry-After"] == "1"
    assert answer.json()["code"] == "unavailable"
    assert "Idempotency-Key" in answer.json()["detail"]


def test_a_person_reads_a_page_that_says_so(visitor, away):
    away()

    answer = visitor.get("/portal/")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    assert "cannot reach its database at the moment" in answer.text


def test_both_are_served_again_as_soon_as_it_is_back(visitor, ada, bearer, away, monkeypatch):
    headers = bearer(ada)
    away()
    visitor.get("/portal/")
    monkeypatch.undo()

    assert visitor.get("/api/v1/tokens/", headers=headers).status_code == 200
