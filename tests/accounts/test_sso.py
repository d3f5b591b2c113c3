"""Signing in with the account of the house, against a provider that the test runs itself."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from joserfc.jwk import RSAKey

from itsm.accounts import sso
from itsm.core import limits
from itsm.settings import check_sign_in
from tests.accounts.provider import CLIENT_ID, CLIENT_SECRET, Provider

pytestmark = pytest.mark.django_db
START, BACK = "/login/house/", "/login/house/back/"


@pytest.fixture
def provider(settings, monkeypatch):
    made = Provider()
    settings.OIDC_ISSUER, settings.OIDC_NAME = made.issuer, "your Harbour account"
    settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = CLIENT_ID, CLIENT_SECRET
    monkeypatch.setattr(limits, "count", lambda _what, rate: limits.Usage(rate, 1, 60))
    yield made
    made.stop()
    sso._client.cache_clear()


def sent(client, next_page=""):
    answer = client.get(START, {"next": next_page} if next_page else {})
    assert answer.status_code == 302, answer.content
    return answer.url


def signed_in(client):
    return "_auth_user_id" in client.session


def test_without_a_provider_there_is_nothing_of_it(client, db):
    assert client.get(START).status_code == 404
    assert client.get(BACK).status_code == 404
    assert START not in client.get("/login/").content.decode()


def test_somebody_known_comes_in_and_where_they_wanted_to_be(client, agent, provider):
    assert "Sign in with your Harbour account" in client.get("/login/").content.decode()

    back = provider.allow(sent(client, "/tickets/"), email=agent.email.upper())
    answer = client.get(back)

    assert answer.url == "/tickets/"
    assert client.session["_auth_user_id"] == str(agent.pk)


def test_no_second_step_is_asked_of_whom_the_provider_sent(client, agent, provider, settings):
    settings.MFA_REQUIRED_FOR_STAFF = True
    client.get(provider.allow(sent(client), email=agent.email))

    assert client.get("/tickets/", follow=True).redirect_chain[-1][0].startswith("/tickets/")


@pytest.mark.parametrize(
    "claims", [{"email": "stranger@elsewhere.example"}, {"email": ""}, {}], ids=str
)
def test_who_is_not_known_stays_out_and_is_not_made(client, agent, provider, claims):
    answer = client.get(provider.allow(sent(client), **claims), follow=True)

    assert "Your account may not be used here." in answer.content.decode()
    assert not signed_in(client)
    assert type(agent).objects.count() == 1


def test_an_address_that_nobody_verified_proves_nothing(client, agent, provider):
    for verified in (False, None, "true"):
        back = provider.allow(sent(client), email=agent.email, email_verified=verified)
        client.get(back)
        assert not signed_in(client)


def test_who_may_not_sign_in_here_stays_out(client, agent, provider):
    agent.is_active = False
    agent.save()
    client.get(provider.allow(sent(client), email=agent.email))

    assert not signed_in(client)


@pytest.mark.parametrize(
    "lie",
    [{"aud": "another desk"}, {"iss": "http://127.0.0.1:1"}, {"exp": 1}, {"nonce": "guessed"}],
    ids=str,
)
def test_a_token_for_somebody_or_something_else_lets_nobody_in(client, agent, provider, lie):
    provider.claims = lie
    answer = client.get(provider.allow(sent(client), email=agent.email), follow=True)

    assert "Signing in was not completed. Try again." in answer.content.decode()
    assert not signed_in(client)


def test_a_token_signed_by_somebody_else_lets_nobody_in(client, agent, provider):
    provider.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
    client.get(provider.allow(sent(client), email=agent.email))

    assert not signed_in(client)


def test_what_comes_back_fits_one_browser_and_one_time(client, agent, provider):
    back = provider.allow(sent(client), email=agent.email)

    other = Client()
    other.get(back)
    assert not signed_in(other)
    client.get(back.replace("state=", "state=x"))
    assert not signed_in(client)
    back = provider.allow(sent(client), email=agent.email)
    client.get(back)
    assert signed_in(client)
    again = Client()
    again.get(back)
    assert not signed_in(again)


def test_nobody_is_sent_on_to_another_site(client, agent, provider):
    back = provider.allow(sent(client, "https://evil.example/"), email=agent.email)

    assert client.get(back).url == "/"


def test_when_the_provider_is_away_the_password_still_works(client, agent, provider):
    provider.stop()

    answer = client.get(START, follow=True)

    assert "cannot be reached. Use your password." in answer.content.decode()


@pytest.mark.parametrize(
    ("issuer", "client_id", "reason"),
    [
        ("http://id.example.org", "desk", "must begin with https"),
        ("https://id.example.org", "", "set OIDC_CLIENT_ID as well"),
    ],
)
def test_a_provider_that_is_half_configured_stops_the_start(issuer, client_id, reason):
    with pytest.raises(ImproperlyConfigured, match=reason):
        check_sign_in(issuer, client_id)
