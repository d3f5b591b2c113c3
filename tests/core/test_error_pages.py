"""What a person sees when a page is not there, the request is broken, or the program failed."""

import pytest
from django.test import Client

from tests.doors import browser

pytestmark = pytest.mark.django_db


def test_a_page_that_is_not_there_says_so_in_words(client):
    response = client.get("/nothing/here/")

    assert response.status_code == 404
    assert response.headers["Content-Type"].startswith("text/html")
    assert "There is nothing here" in response.content.decode()


def test_where_a_record_is_not_found_its_number_is_ready_to_be_searched(agent):
    client = browser(agent)
    page = client.get("/tickets/inc-4711/").content.decode()

    assert 'name="q" value="INC-4711"' in page
    assert 'name="q">' in client.get("/nothing/here/").content.decode()


def test_a_broken_request_is_answered_with_a_page(client, settings):
    settings.ALLOWED_HOSTS = ["testserver"]

    response = client.get("/login/", headers={"Host": "evil example"})

    assert response.status_code == 400
    assert "could not be read" in response.content.decode()


def test_a_form_without_its_csrf_token_is_answered_with_a_page():
    response = Client(enforce_csrf_checks=True).post("/login/", {"username": "x"})

    assert response.status_code == 403
    assert response.headers["Content-Type"].startswith("text/html")


def test_a_fault_of_the_program_shows_its_id_and_no_trace(monkeypatch):
    def fail(*_args, **_kwargs):
        raise RuntimeError("secret inside")

    monkeypatch.setattr("itsm.accounts.views.SignInView.get_context_data", fail)

    response = Client(raise_request_exception=False).get("/login/")

    page = response.content.decode()
    assert response.status_code == 500
    assert response.headers["X-Request-ID"] in page
    assert "secret" not in page
    assert "Content-Security-Policy" in response.headers
