"""Signing in, out, and changing a password."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from itsm.accounts.models import User

from .conftest import PASSWORD

pytestmark = pytest.mark.django_db


def sign_in(client, email, password=PASSWORD, **more):
    return client.post("/login/", {"username": email, "password": password}, **more)


@pytest.fixture
def place():
    """An address of one's own, so that attempts of other tests do not count."""
    number = uuid.uuid4().int
    return f"fd00::{number & 0xFFFF:x}:{number >> 16 & 0xFFFF:x}"


def test_the_right_password_signs_in_to_a_new_session(client, ada, place):
    client.get("/login/")
    session = client.session
    session["seen"] = True
    session.save()
    before = session.session_key

    response = sign_in(client, "Ada@Northwind.Example ", REMOTE_ADDR=place)

    assert response.status_code == 302
    assert client.session.session_key != before
    assert client.get("/api/v1/tokens/").status_code == 200


def test_unknown_people_and_wrong_passwords_read_the_same(client, ada, place):
    wrong = sign_in(client, "ada@northwind.example", "wrong", REMOTE_ADDR=place)
    unknown = sign_in(client, "who@northwind.example", "wrong", REMOTE_ADDR=place)

    assert wrong.status_code == unknown.status_code == 422
    words = "Address and password do not belong together."
    assert words in wrong.content.decode()
    assert words in unknown.content.decode()


def test_the_sixth_attempt_waits_even_with_the_right_password(client, ada, place):
    for _attempt in range(5):
        sign_in(client, "ada@northwind.example", "wrong", REMOTE_ADDR=place)

    response = sign_in(client, "ada@northwind.example", REMOTE_ADDR=place)

    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= 900
    assert "Too many attempts" in response.content.decode()


def test_attempts_elsewhere_do_not_lock_a_person_out(client, ada, place):
    for _attempt in range(6):
        sign_in(client, "ada@northwind.example", "wrong", REMOTE_ADDR=place)

    response = sign_in(client, "ada@northwind.example", REMOTE_ADDR=f"{place}:1")

    assert response.status_code == 302


@pytest.mark.django_db(transaction=True)
def test_attempts_at_once_are_counted_one_by_one(place):
    def attempt(_number):
        try:
            return sign_in(Client(), "x@y.example", "wrong", REMOTE_ADDR=place).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(attempt, range(20)))

    assert answers.count(422) == 5
    assert answers.count(429) == 15


def test_after_signing_in_nobody_is_sent_to_another_site(client, ada, place):
    response = client.post(
        "/login/?next=https://evil.example/",
        {"username": "ada@northwind.example", "password": PASSWORD},
        REMOTE_ADDR=place,
    )

    assert response.status_code == 302
    assert "evil" not in response.headers["Location"]


def test_only_a_post_signs_out(client, ada):
    client.force_login(ada)

    assert client.get("/logout/").status_code == 405
    assert client.get("/api/v1/tokens/").status_code == 200
    assert client.post("/logout/").status_code == 302
    assert client.get("/api/v1/tokens/").status_code == 401


def test_a_new_password_ends_the_other_sessions(client, ada):
    elsewhere = Client()
    elsewhere.force_login(ada)
    client.force_login(ada)

    new = "another-long-secret"
    response = client.post(
        "/me/password/",
        {"old_password": PASSWORD, "new_password1": new, "new_password2": new},
    )

    assert response.status_code == 302
    assert elsewhere.get("/api/v1/tokens/").status_code == 401
    assert client.get("/api/v1/tokens/").status_code == 200
    assert User.objects.get(pk=ada.pk).check_password(new)
