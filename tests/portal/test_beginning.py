"""An empty desk: how it gets its first administrator, and what they are told is still to be set up."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from itsm.accounts import beginning
from itsm.accounts.models import AdminEvent, Organisation, RoleGrant, User
from itsm.accounts.roles import Role
from tests.doors import browser

pytestmark = pytest.mark.django_db

GIVEN = {
    "company": "Nordwerk", "name": "Ines Kraft", "email": "Ines@Nordwerk.example",
    "password": "am-deich-weht-wind", "again": "am-deich-weht-wind", "language": "de",
    "time_zone": "Europe/Berlin",
}  # fmt: skip


@pytest.fixture
def address():
    """The path of the link."""
    return re.sub(r"^https?://[^/]+", "", beginning.link())


def test_the_link_makes_the_company_and_its_administrator_and_leads_to_the_first_steps(
    client, address
):
    assert client.get(address).status_code == 200

    answer = client.post(address, GIVEN, follow=True)

    assert answer.request["PATH_INFO"] == "/admin/first-steps/"
    person = User.objects.get(email="ines@nordwerk.example")
    assert person.access.is_admin
    assert person.organisation == Organisation.objects.get(name="Nordwerk")
    assert (person.language, person.time_zone) == ("de", "Europe/Berlin")
    assert person.check_password("am-deich-weht-wind")
    assert set(AdminEvent.objects.values_list("verb", flat=True)) == {
        "organisation.added", "person.added", "role.granted",
    }  # fmt: skip


def test_the_link_works_once(client, address):
    client.post(address, GIVEN)
    stranger = Client()

    shown = stranger.get(address)
    sent = stranger.post(address, GIVEN | {"company": "Rival", "email": "eve@rival.example"})

    assert (shown.status_code, shown.headers["Location"]) == (302, "/login/")
    assert (sent.status_code, sent.headers["Location"]) == (302, "/login/")
    assert User.objects.count() == 1


def test_another_code_is_no_page(client):
    assert client.get("/begin/0123456789abcdef0123456789abcdef01234567/").status_code == 404
    assert client.post("/begin/x/", GIVEN).status_code == 404
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"again": "something-else-here"}, "The two passwords differ."),
        ({"password": "short", "again": "short"}, "at least 10 characters"),
        ({"time_zone": "Berlin"}, "There is no time zone of that name."),
        ({"company": ""}, "Fill this in."),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_made(client, address, said, words):
    answer = client.post(address, GIVEN | said)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not User.objects.exists()
    assert not Organisation.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_begin_at_once_make_one_administrator(address):
    def begin(number: int) -> int:
        try:
            given = GIVEN | {"company": f"House {number}", "email": f"a{number}@house.example"}
            return Client().post(address, given).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(begin, range(2)))

    assert RoleGrant.objects.filter(role=Role.ADMIN).count() == 1
    assert User.objects.count() == 1


def test_signing_in_tells_where_the_link_is_until_somebody_is_administrator(client, address):
    assert "This desk has no administrator yet." in client.get("/login/").content.decode()

    client.post(address, GIVEN)

    assert "no administrator yet" not in Client().get("/login/").content.decode()


def test_the_command_prints_the_link_alone_and_refuses_once_it_is_used(client, address):
    out = StringIO()
    call_command("first_admin", stdout=out)
    assert out.getvalue().strip() == beginning.link()

    client.post(address, GIVEN)

    with pytest.raises(CommandError, match="Somebody is administrator already"):
        call_command("first_admin", stdout=StringIO())


def test_whoever_is_added_begins_with_the_language_and_zone_of_who_adds_them(client, address):
    client.post(address, GIVEN)
    company = Organisation.objects.get()

    client.post("/admin/people/new/", {"do": "person", "name": "Jan", "organisation": company.pk})

    added = User.objects.get(name="Jan")
    assert (added.language, added.time_zone) == ("de", "Europe/Berlin")


def test_the_first_steps_count_what_is_set_up(client, address):
    client.post(address, GIVEN | {"language": "en"})
    company = Organisation.objects.get()
    shown = client.get("/admin/first-steps/")
    assert "0 of 7 needed are done." in shown.content.decode()
    assert shown.context["next_step"].url == "/admin/people/"
    assert "7 things that every desk needs" in client.get("/").content.decode()

    client.post("/admin/branding/", {"name": "Nordwerk"})
    client.post("/admin/people/new/", {"do": "person", "name": "Jan", "organisation": company.pk})

    shown = client.get("/admin/first-steps/")
    assert "1 of 7 needed are done." in shown.content.decode()
    assert shown.context["next_step"].url == "/admin/teams/"


def test_the_first_steps_are_for_administrators_alone(cast):
    assert browser(cast.admin).get("/admin/first-steps/").status_code == 200
    assert browser(cast.agent).get("/admin/first-steps/").status_code == 404
    assert browser(cast.agent).get("/").context["steps_left"] == 0
