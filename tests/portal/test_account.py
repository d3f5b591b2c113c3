"""One's own settings: language and zone take effect at once, tokens are shown once."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from itsm.accounts.models import ApiToken

pytestmark = pytest.mark.django_db

MINE = {"name": "Agnes Adler", "language": "en", "time_zone": "Asia/Tokyo", "theme": "dark"}


def test_settings_are_kept_and_seen_on_the_next_page(signed_in, agent):
    client = signed_in(agent)

    html = client.post("/me/", {**MINE, "is_compact": "on"}, follow=True).content.decode()

    agent.refresh_from_db()
    assert (agent.name, agent.time_zone, agent.is_compact) == ("Agnes Adler", "Asia/Tokyo", True)
    assert "Times are in Asia/Tokyo." in html
    assert 'data-theme="dark"' in html
    assert 'data-density="compact"' in html


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc"])
def test_a_zone_there_is_not_is_answered_with_what_to_do(signed_in, agent, zone):
    answer = signed_in(agent).post("/me/", {**MINE, "time_zone": zone})

    assert answer.status_code == 422
    agent.refresh_from_db()
    assert agent.name == "Agnes Agent"


def test_nothing_but_the_settings_on_the_page_can_be_changed(signed_in, agent):
    signed_in(agent).post("/me/", {**MINE, "email": "boss@example.org", "is_active": ""})

    agent.refresh_from_db()
    assert (agent.email, agent.is_active) == ("agnes.agent@example.org", True)


def test_a_token_is_shown_once_and_works(signed_in, agent):
    client = signed_in(agent)

    made = client.post(
        "/me/tokens/",
        {"token-name": "Dashboard", "token-days": "30", "token-scopes": ["tickets:read"]},
    )

    written = re.search(r"thr_[0-9a-f]{12}_[\w-]{43}", made.content.decode())[0]
    assert made.status_code == 201
    assert made["Cache-Control"] == "no-store"
    assert written not in client.get("/me/").content.decode()
    answer = Client().get("/api/v1/tickets/", headers={"Authorization": f"Bearer {written}"})
    assert answer.status_code == 200


def test_a_token_without_a_purpose_is_not_made(signed_in, agent):
    answer = signed_in(agent).post("/me/tokens/", {"token-name": "", "token-days": "900"})

    assert answer.status_code == 422
    assert not ApiToken.objects.exists()


def test_only_ones_own_tokens_can_be_withdrawn(signed_in, agent, lead):
    client = signed_in(agent)
    client.post(
        "/me/tokens/",
        {"token-name": "Dashboard", "token-days": "30", "token-scopes": ["tickets:read"]},
    )
    token = ApiToken.objects.get()
    address = f"/me/tokens/{token.pk}/withdraw/"

    assert signed_in(lead).post(address).status_code == 404
    asked = client.get(address)
    assert "This cannot be undone" in asked.content.decode()
    assert ApiToken.objects.get().revoked_at is None
    client.post(address)

    token.refresh_from_db()
    assert token.revoked_at is not None


def test_single_keys_are_switched_off_for_good(signed_in, agent):
    client = signed_in(agent)

    html = client.post("/me/keyboard/", {"keys": "off"}, follow=True).content.decode()

    agent.refresh_from_db()
    assert not agent.has_key_shortcuts
    assert 'data-keyboard="off"' in html
