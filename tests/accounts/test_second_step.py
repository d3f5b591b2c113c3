"""The second step of signing in: set up, asked for, used once, required, and taken away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from itsm.accounts import second_step
from itsm.accounts.models import Authenticator, User
from itsm.accounts.roles import Role
from itsm.accounts.tasks import send_password_link
from itsm.core import clock
from tests.doors import browser
from tests.factories import a_person

from .conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def step(agent):
    """An agent with a password whose second step is on, and what signs them in."""
    User.objects.filter(pk=agent.pk).update(email="agnes@harbour.example")
    agent.refresh_from_db()
    agent.set_password(PASSWORD)
    agent.save()
    held = second_step.begin(agent)
    spare = second_step.confirm(agent, second_step.code_at(held.secret, _earlier()), now=_earlier())
    return agent, held.secret, spare


def _earlier():
    return clock.now() - timedelta(minutes=5)


def sign_in(client, agent):
    return client.post("/login/", {"username": agent.email, "password": PASSWORD})


def test_the_codes_are_those_of_the_standard():
    """The table in appendix B of RFC 6238, shortened to six digits."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for seconds, code in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        assert second_step.code_at(secret, datetime.fromtimestamp(seconds, UTC)) == code


def test_it_is_set_up_with_a_picture_and_a_code_and_gives_spare_codes_once(agent):
    client = browser(agent)
    page = client.get("/me/second-step/").content.decode()
    held = Authenticator.objects.get(user=agent)
    assert held.spoken in page
    assert "data:image/svg+xml" in page

    wrong = client.post("/me/second-step/", {"do": "confirm", "code": "000000"})
    code = second_step.code_at(held.secret, clock.now())
    right = client.post("/me/second-step/", {"do": "confirm", "code": code})

    assert wrong.status_code == 422
    assert "not the code that the app shows" in wrong.content.decode()
    assert "Your spare codes" in right.content.decode()
    assert len(right.context["spare"]) == 8
    assert client.get("/").status_code == 200, "this session goes on"
    assert held.secret not in client.get("/me/second-step/").content.decode()


def test_signing_in_asks_for_a_code_and_lets_nobody_in_before_it(client, step):
    agent, secret, _spare = step

    asked = sign_in(client, agent)
    assert (asked.status_code, asked["Location"]) == (302, "/login/code/")
    assert client.get("/").status_code == 302
    refused = client.post("/login/code/", {"code": "12"})
    answer = client.post("/login/code/", {"code": second_step.code_at(secret, clock.now())})

    assert refused.status_code == 422
    assert answer.status_code == 302
    assert client.get("/").status_code == 200


def test_a_code_counts_once(step):
    agent, secret, _spare = step
    code = second_step.code_at(secret, clock.now())

    assert second_step.passes(agent, code)
    assert not second_step.passes(agent, code)


def test_a_spare_code_lets_in_once(client, step):
    agent, _secret, spare = step
    sign_in(client, agent)

    assert client.post("/login/code/", {"code": spare[0].upper()}).status_code == 302
    assert not second_step.passes(agent, spare[0])
    assert second_step.passes(agent, spare[1])


def test_guessing_ends_after_five_codes(client, step):
    agent, secret, _spare = step
    sign_in(client, agent)
    for _n in range(5):
        assert client.post("/login/code/", {"code": "000000"}).status_code == 422

    answer = client.post("/login/code/", {"code": second_step.code_at(secret, clock.now())})

    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0


def test_the_code_page_without_a_password_leads_back(client):
    assert client.get("/login/code/")["Location"] == "/login/"


def test_where_the_house_wants_it_staff_set_it_up_first_and_requesters_are_left_alone(
    settings, agent, requester
):
    settings.MFA_REQUIRED_FOR_STAFF = True

    assert browser(agent).get("/tickets/")["Location"] == "/me/second-step/"
    assert "Set yours up to go on" in browser(agent).get("/me/second-step/").content.decode()
    assert browser(requester).get("/portal/").status_code == 200


def test_where_the_house_wants_it_the_api_says_so_to_a_session_and_a_token_goes_on(
    settings, agent, bearer
):
    settings.MFA_REQUIRED_FOR_STAFF = True

    refused = browser(agent).get("/api/v1/tickets/")

    assert (refused.status_code, refused["Content-Type"]) == (403, "application/problem+json")
    assert refused.json()["code"] == "second_step_missing"
    assert "Set yours up at /me/second-step/" in refused.json()["detail"]
    assert Client().get("/api/v1/tickets/", headers=bearer(agent)).status_code == 200


def test_an_administrator_helps_who_lost_the_phone(step, admin):
    agent, _secret, _spare = step
    own = browser(agent)
    shown = browser(admin).get(f"/admin/people/{agent.pk}/").content.decode()
    assert "Ask for no second step any more" in shown

    browser(admin).post(f"/admin/people/{agent.pk}/", {"do": "second_step"})

    assert not second_step.is_asked_of(agent)
    assert own.get("/").status_code == 302, "sessions end"


def test_a_changed_role_ends_the_sessions_of_whoever_it_is_taken_from_or_given_to(
    agent, admin, organisation
):
    own = browser(agent)
    assert own.get("/").status_code == 200

    browser(admin).post(
        f"/admin/people/{agent.pk}/",
        {"do": "grant", "role": Role.BRM, "organisation": organisation.pk},
    )

    assert own.get("/")["Location"].startswith("/login/")


def test_who_forgot_the_password_is_sent_a_link_and_nobody_learns_who_exists(
    client, organisation, mailoutbox, settings
):
    person = a_person("Fay Forgot", organisation)
    User.objects.filter(pk=person.pk).update(email="fay@harbour.example")

    known = client.post("/login/forgot/", {"email": "Fay@Harbour.example"})
    unknown = client.post("/login/forgot/", {"email": "nobody@harbour.example"})

    assert known.content == unknown.content
    # What the worker then does with each address.
    assert send_password_link("fay@harbour.example")
    assert not send_password_link("nobody@harbour.example")
    link = mailoutbox[0].body.split(settings.SITE_URL)[1].split()[0]
    page = client.get(link, follow=True)
    assert "Set your password" in page.content.decode()
