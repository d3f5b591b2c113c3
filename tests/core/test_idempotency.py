"""A POST repeated with its key takes effect once, whatever happens in between."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client

from itsm.accounts import actions
from itsm.accounts.tokens import ApiToken
from itsm.core.models import IdempotencyKey
from itsm.core.tasks import forget_answers

URL = "/api/v1/tokens/"
BODY = {"name": "probe", "scopes": ["tokens:read"]}


@pytest.fixture
def headers(ada, bearer):
    return bearer(ada)


def post(headers, key, body=BODY, *, client=None):
    client = client or Client(raise_request_exception=False)
    more = {"Idempotency-Key": key} if key is not None else {}
    return client.post(URL, body, content_type="application/json", headers=headers | more)


def probes():
    return ApiToken.objects.filter(name="probe").count()


@pytest.mark.django_db
class TestOneAfterAnother:
    """The same client, asking again."""

    def test_the_same_key_and_body_give_the_first_answer(self, headers):
        first = post(headers, "k1")
        again = post(headers, "k1", {"scopes": ["tokens:read"], "name": "probe"})

        assert first.status_code == again.status_code == 201
        assert first.json() | {"token": None} == again.json()
        assert first.headers["Content-Type"] == again.headers["Content-Type"]
        assert again.headers["Idempotent-Replayed"] == "true"
        assert "Idempotent-Replayed" not in first.headers
        assert probes() == 1

    def test_a_secret_is_kept_nowhere(self, headers):
        secret = post(headers, "k1").json()["token"]

        kept = IdempotencyKey.objects.get()

        assert secret not in str(vars(kept))
        assert post(headers, "k1").json()["token"] is None

    def test_another_body_is_refused(self, headers):
        post(headers, "k1")

        other = post(headers, "k1", BODY | {"name": "other"})

        assert other.status_code == 422
        assert other.json()["code"] == "key_used_otherwise"
        assert ApiToken.objects.filter(name="other").count() == 0

    def test_without_a_key_each_request_takes_effect(self, headers):
        post(headers, None)
        post(headers, None)

        assert probes() == 2

    def test_keys_of_two_callers_do_not_meet(self, headers, bob, bearer):
        assert post(headers, "k1").status_code == 201
        assert post(bearer(bob), "k1").status_code == 201
        assert probes() == 2

    def test_a_refusal_is_not_kept(self, headers):
        assert post(headers, "k1", {"name": "probe"}).status_code == 400

        assert post(headers, "k1").status_code == 201

    def test_after_a_day_a_key_is_new(self, headers):
        post(headers, "k1")
        IdempotencyKey.objects.update(
            created_at=IdempotencyKey.objects.get().created_at - timedelta(hours=24)
        )

        assert post(headers, "k1").status_code == 201
        assert probes() == 2

    def test_old_answers_are_forgotten_and_young_ones_kept(self, headers):
        post(headers, "old")
        IdempotencyKey.objects.update(
            created_at=IdempotencyKey.objects.get().created_at - timedelta(hours=25)
        )
        post(headers, "young")

        assert forget_answers() == 1

        assert IdempotencyKey.objects.get().key == "young"

    @pytest.mark.parametrize("key", ["x" * 256, "ü", "a\tb"])
    def test_a_key_of_another_shape_is_refused(self, headers, key):
        response = post(headers, key)

        assert response.status_code == 400
        assert response.json()["errors"][0]["field"] == "Idempotency-Key"


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """Several clients, or one that lost patience."""

    def test_of_many_at_once_exactly_one_takes_effect(self, headers):
        def attempt(_number):
            try:
                return post(headers, "race")
            finally:
                connection.close()

        with ThreadPoolExecutor(12) as pool:
            answers = list(pool.map(attempt, range(24)))

        assert probes() == 1
        assert {answer.status_code for answer in answers} <= {201, 409}
        fresh = [
            a for a in answers if a.status_code == 201 and "Idempotent-Replayed" not in a.headers
        ]
        assert len(fresh) == 1
        assert post(headers, "race").json() == fresh[0].json() | {"token": None}

    def test_while_the_first_is_running_the_second_is_told_so(self, headers, monkeypatch):
        inside, go_on = threading.Event(), threading.Event()
        issue = actions.issue_token

        def slow(**values):
            inside.set()
            go_on.wait(10)
            return issue(**values)

        monkeypatch.setattr("itsm.accounts.api.issue_token", slow)

        def first():
            try:
                return post(headers, "slow")
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(first)
            assert inside.wait(10)
            second = post(headers, "slow")
            go_on.set()
            assert running.result().status_code == 201

        assert second.status_code == 409
        assert second.json()["code"] == "still_running"
        assert post(headers, "slow").headers["Idempotent-Replayed"] == "true"

    def test_a_crash_undoes_both_the_effect_and_the_key(self, headers, monkeypatch):
        issue = actions.issue_token

        def crash(**values):
            issue(**values)
            raise RuntimeError

        monkeypatch.setattr("itsm.accounts.api.issue_token", crash)
        assert post(headers, "k1").status_code == 500
        assert probes() == 0

        monkeypatch.undo()
        assert post(headers, "k1").status_code == 201
        assert probes() == 1

    def test_an_answer_is_kept_only_if_the_effect_is(self, headers, monkeypatch):
        issue = actions.issue_token

        def fail_at_commit(**values):
            found = issue(**values)
            transaction.set_rollback(True)
            return found

        monkeypatch.setattr("itsm.accounts.api.issue_token", fail_at_commit)
        post(headers, "k1")

        assert probes() == 0
        assert not IdempotencyKey.objects.exists()
