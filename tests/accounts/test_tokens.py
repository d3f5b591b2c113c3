"""How a program proves who it is, and what a token may not do."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from itsm.accounts.access import SYSTEM
from itsm.accounts.actions import issue_token
from itsm.accounts.models import User
from itsm.accounts.tokens import ApiToken
from itsm.core import clock
from itsm.core.errors import Denied

URL = "/api/v1/tokens/"
pytestmark = pytest.mark.django_db


def post(client, url, body, headers):
    return client.post(url, body, content_type="application/json", headers=headers)


def test_nobody_is_asked_for_a_token_in_words_and_in_the_header(client):
    response = client.get(URL)

    assert response.status_code == 401
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert response.json()["code"] == "not_authenticated"


def test_a_new_token_is_shown_once_and_works(client, ada, bearer):
    made = post(client, URL, {"name": "probe", "scopes": ["tokens:read"]}, bearer(ada))

    assert made.status_code == 201
    written = made.json()["token"]
    again = client.get(URL, headers={"Authorization": f"Bearer {written}"})
    assert again.status_code == 200
    assert written not in again.content.decode()
    assert written.rsplit("_", 1)[1] not in str(list(ApiToken.objects.values()))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda written: written[:-1] + ("A" if written[-1] != "A" else "B"),
        lambda written: written.replace("thr_", "thx_"),
        lambda written: "",
        lambda written: written + "\x00",
        lambda written: f"{written} {written}",
        lambda written: "thr_" + "0" * 12 + "_" + "A" * 43,
    ],
)
def test_every_token_that_does_not_work_is_answered_alike(client, ada, spoil):
    _token, written = issue_token(user=ada, name="x", scopes=["all:read"], actor=SYSTEM)

    response = client.get(URL, headers={"Authorization": f"Bearer {spoil(written)}"})

    assert response.status_code == 401
    assert response.json()["code"] == "token_refused"
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "change",
    [
        {"expires_at": clock.now() - timedelta(seconds=1)},
        {"revoked_at": clock.now() - timedelta(seconds=1)},
    ],
)
def test_a_token_stops_at_its_end(client, ada, bearer, change):
    headers = bearer(ada)
    assert client.get(URL, headers=headers).status_code == 200

    ApiToken.objects.update(**change)

    assert client.get(URL, headers=headers).status_code == 401


def test_the_token_of_somebody_who_left_does_not_work(client, ada, bearer):
    headers = bearer(ada)

    User.objects.filter(pk=ada.pk).update(is_active=False)

    assert client.get(URL, headers=headers).status_code == 401


def test_a_token_in_the_query_string_is_not_accepted(client, ada):
    _token, written = issue_token(user=ada, name="x", scopes=["all:read"], actor=SYSTEM)

    for name in ("token", "access_token", "api_key"):
        assert client.get(f"{URL}?{name}={written}").status_code == 401


def test_a_token_reads_or_writes_only_what_its_scopes_say(client, ada, bearer):
    reader = bearer(ada, "tokens:read")
    assert client.get(URL, headers=reader).status_code == 200

    refused = post(client, URL, {"name": "x", "scopes": ["tokens:read"]}, reader)

    assert refused.status_code == 403
    assert refused.json()["code"] == "missing_scope"
    assert refused.json()["missing"] == ["tokens:write"]
    assert client.get(URL, headers=bearer(ada, "tickets:read")).status_code == 403


def test_a_token_cannot_make_one_that_may_do_more(client, ada, bearer):
    response = post(
        client, URL, {"name": "x", "scopes": ["all:write"]}, bearer(ada, "tokens:write")
    )

    assert response.status_code == 403
    assert response.json()["code"] == "wider_than_its_maker"


def test_an_organisation_limit_narrows_what_its_user_may_see(client, ada, company, branch, bearer):
    token, _written = issue_token(
        user=ada, name="x", scopes=["all:read"], actor=SYSTEM, organisation=branch
    )
    headers = bearer(ada, organisation=branch)

    made = post(client, URL, {"name": "y", "scopes": ["tokens:read"]}, headers)
    inside = post(
        client, URL, {"name": "y", "scopes": ["tokens:read"], "organisation": branch.pk}, headers
    )

    assert token.organisation == branch
    assert made.status_code == 403
    assert inside.status_code == 201


def test_rotation_lets_both_work_until_the_overlap_ends(client, ada, bearer):
    old = bearer(ada)
    prefix = ApiToken.objects.get().prefix

    fresh = post(client, f"{URL}{prefix}/rotate/", {"overlap_hours": 1}, old)
    new = {"Authorization": f"Bearer {fresh.json()['token']}"}

    assert fresh.status_code == 201
    assert client.get(URL, headers=old).status_code == 200
    assert client.get(URL, headers=new).status_code == 200
    ends = ApiToken.objects.get(prefix=prefix).expires_at
    assert timedelta(minutes=58) < ends - clock.now() <= timedelta(hours=1)
    twice = post(client, f"{URL}{prefix}/rotate/", {}, new)
    assert twice.status_code == 409
    assert twice.json()["code"] == "already_rotated"


def test_revoking_ends_a_token_at_once(client, ada, bearer):
    headers = bearer(ada)
    other = bearer(ada)
    prefix = headers["Authorization"].split("_")[1]

    assert client.delete(f"{URL}{prefix}/", headers=other).status_code == 204

    assert client.get(URL, headers=headers).status_code == 401
    assert client.get(URL, headers=other).status_code == 200


def test_somebody_elses_token_is_like_one_that_does_not_exist(client, ada, bob, bearer):
    prefix = bearer(bob)["Authorization"].split("_")[1]
    headers = bearer(ada)

    theirs = client.get(f"{URL}{prefix}/", headers=headers)
    absent = client.get(f"{URL}{'0' * 12}/", headers=headers)
    revoked = client.delete(f"{URL}{prefix}/", headers=headers)

    assert theirs.status_code == absent.status_code == revoked.status_code == 404
    bodies = [response.json() | {"request_id": ""} for response in (theirs, absent)]
    assert bodies[0] == bodies[1]
    assert ApiToken.objects.get(prefix=prefix).revoked_at is None


def test_people_make_tokens_for_themselves_only(ada, bob):
    with pytest.raises(Denied) as refusal:
        issue_token(user=bob, name="x", scopes=["all:read"], actor=ada)

    assert refusal.value.code == "not_yours"


def test_last_used_is_noted_at_most_once_a_minute(client, ada, bearer, django_assert_num_queries):
    headers = bearer(ada)
    client.get(URL, headers=headers)
    first = ApiToken.objects.get().last_used_at

    client.get(URL, headers=headers)

    assert first is not None
    assert ApiToken.objects.get().last_used_at == first


def test_an_unknown_scope_is_refused_with_the_known_ones(client, ada, bearer):
    response = post(client, URL, {"name": "x", "scopes": ["tickets:eat"]}, bearer(ada))

    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert error["field"] == "scopes"
    assert "tickets:read" in error["message"]


class TestSession:
    """People signed in to the portal."""

    def test_reading_needs_no_scope(self, client, ada):
        client.force_login(ada)

        assert client.get(URL).status_code == 200

    def test_writing_without_the_csrf_token_is_refused_in_words(self, ada):
        client = Client(enforce_csrf_checks=True)
        client.force_login(ada)

        response = post(client, URL, {"name": "x", "scopes": ["tokens:read"]}, {})

        assert response.status_code == 403
        assert response.json()["code"] == "csrf_failed"
        assert not ApiToken.objects.exists()

    def test_a_token_needs_no_csrf_token(self, ada, bearer):
        client = Client(enforce_csrf_checks=True)

        response = post(client, URL, {"name": "x", "scopes": ["tokens:read"]}, bearer(ada))

        assert response.status_code == 201


class TestCommand:
    """`manage.py create_token`."""

    def test_prints_the_token_alone(self, client, ada):
        out, err = StringIO(), StringIO()

        call_command("create_token", "--user", "ADA@northwind.example", stdout=out, stderr=err)

        written = out.getvalue().strip()
        assert out.getvalue() == f"{written}\n"
        assert "Ada Agent" in err.getvalue()
        headers = {"Authorization": f"Bearer {written}"}
        assert client.get(URL, headers=headers).status_code == 200

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["--user", "nobody@x.example"], "Nobody has the address"),
            (["--user", "ada@northwind.example", "--scopes", "x:y"], "Not known: x:y"),
            (["--user", "ada@northwind.example", "--days", "0"], "Choose from 1 to 366"),
            (["--user", "ada@northwind.example", "--organisation", "?"], "no organisation"),
        ],
    )
    def test_says_what_to_change(self, ada, arguments, words):
        with pytest.raises(CommandError, match=words):
            call_command("create_token", *arguments)
