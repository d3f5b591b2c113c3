"""Headers on every answer, the id of a request, health and figures."""

import json
import logging
import time
from pathlib import Path
from unittest.mock import Mock

import pytest
import redis
from django.conf import settings

from itsm.core import limits, request_id
from itsm.core.logs import JsonFormatter, RequestIdFilter
from itsm.core.metrics import QUEUES
from itsm.core.redis_client import client as redis_client
from itsm.core.tasks import beat_heartbeat
from itsm.runtime.heartbeat import KEY
from tests.figures import figure

pytestmark = pytest.mark.django_db
EVERYWHERE = ["/healthz", "/readyz", "/login/", "/api/v1/tokens/", "/api/v1/docs/", "/nothing/"]


@pytest.mark.parametrize("path", EVERYWHERE)
def test_protecting_headers_are_on_every_answer(client, path):
    headers = client.get(path).headers

    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Server-Timing"].startswith("app;dur=")
    assert headers["X-Request-ID"]


def test_pages_of_somebody_signed_in_are_not_kept_by_anyone(client, ada):
    client.force_login(ada)

    response = client.get("/me/password/")

    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    assert "HX-Request" in response.headers["Vary"]


def test_answers_of_the_api_are_kept_by_the_asker_only(client, ada, bearer):
    response = client.get("/api/v1/tokens/", headers=bearer(ada))

    assert response.headers["Cache-Control"] == "private, no-cache"


def test_the_callers_own_id_is_returned(client):
    response = client.get("/healthz", headers={"X-Request-ID": "deploy-check-0001"})

    assert response.headers["X-Request-ID"] == "deploy-check-0001"


@pytest.mark.parametrize("offered", ["", "short", "x" * 65, 'a"b\nc{}' * 2, "ünïcode-id"])
def test_an_id_of_another_shape_is_replaced(client, offered):
    response = client.get("/healthz", headers={"X-Request-ID": offered})

    assert response.headers["X-Request-ID"] != offered
    assert len(response.headers["X-Request-ID"]) == 32


def test_a_log_line_is_one_line_of_json_with_the_id():
    request_id.begin("log-line-test-1")
    record = logging.LogRecord("x", logging.INFO, "f", 1, "two\nlines %s", ("here",), None)
    record.ticket_title = "must not appear"

    assert RequestIdFilter().filter(record)
    line = JsonFormatter().format(record)

    assert "\n" not in line
    assert json.loads(line)["message"] == "two\nlines here"
    assert json.loads(line)["request_id"] == "log-line-test-1"
    assert "must not appear" not in line


class TestHealth:
    """What a load balancer and an operator read."""

    def test_alive_is_said_without_asking_anything(self, client, django_assert_num_queries):
        with django_assert_num_queries(0):
            response = client.get("/healthz")

        assert response.content == b"ok\n"

    def test_ready_when_the_worker_gave_a_sign_of_life(self, client):
        beat_heartbeat()

        response = client.get("/readyz")

        assert response.status_code == 200
        assert (
            response.json()["checks"]
            | {
                "database": "ok",
                "redis": "ok",
                "worker": "ok",
            }
            == response.json()["checks"]
        )

    @pytest.mark.parametrize("written", [None, lambda: repr(time.time() - 3600)])
    def test_not_ready_when_the_worker_is_silent(self, client, written):
        redis_client().delete(KEY)
        if written:
            redis_client().set(KEY, written())

        response = client.get("/readyz")

        assert response.status_code == 503
        assert "sign of life" in response.json()["checks"]["worker"]

    def test_strangers_read_two_words_at_most(self, client):
        redis_client().delete(KEY)

        response = client.get("/readyz", REMOTE_ADDR="203.0.113.9")

        assert response.status_code == 503
        assert response.content == b"not ok\n"

    def test_figures_are_for_the_allowed_networks_only(self, client):
        assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 404

        response = client.get("/metrics")

        assert response.status_code == 200
        assert b"throughline_ready{" in response.content

    def test_a_figure_that_cannot_be_read_hides_no_other(self, monkeypatch):
        redis_client().lpush("reports", "a task", "another")
        assert figure("queued_tasks", queue="reports") == 2
        redis_client().delete("reports")
        monkeypatch.setattr(redis_client(), "llen", Mock(side_effect=redis.ConnectionError))

        assert figure("queued_tasks", queue="reports") is None
        assert figure("ready", check="database") == 1

    def test_every_queue_that_workers_empty_is_counted(self):
        compose = (Path(settings.BASE_DIR) / "docker-compose.yml").read_text(encoding="utf-8")

        assert f"--queues={','.join(QUEUES)}" in compose

    def test_a_forwarded_address_counts_only_behind_a_proxy(self, client, settings):
        forged = {"X-Forwarded-For": "127.0.0.1"}
        stranger = "203.0.113.9"
        assert client.get("/metrics", REMOTE_ADDR=stranger, headers=forged).status_code == 404

        settings.BEHIND_PROXY = True

        appended = {"X-Forwarded-For": f"127.0.0.1, {stranger}"}
        assert client.get("/metrics", headers=appended).status_code == 404


class TestLimits:
    """How many requests are too many."""

    def test_one_too_many_is_told_when_to_come_back(self, client, ada, bearer, settings):
        settings.API_RATE = "3/min"
        headers = bearer(ada)

        answers = [client.get("/api/v1/tokens/", headers=headers) for _n in range(4)]

        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        refused = answers[-1]
        assert 0 < int(refused.headers["Retry-After"]) <= 60
        assert refused.json()["code"] == "throttled"
        assert refused.headers["RateLimit"].startswith('"default";r=0;t=')

    def test_each_token_has_its_own_measure(self, client, ada, bearer, settings):
        settings.API_RATE = "1/min"

        assert client.get("/api/v1/tokens/", headers=bearer(ada)).status_code == 200
        assert client.get("/api/v1/tokens/", headers=bearer(ada)).status_code == 200

    def test_without_redis_nobody_is_held_up(self, client, ada, bearer, settings, monkeypatch):

        gone = redis.Redis.from_url("unix:///nowhere/redis.sock")
        monkeypatch.setattr(limits, "client", lambda: gone)
        settings.API_RATE = "1/min"
        headers = bearer(ada)

        answers = [client.get("/api/v1/tokens/", headers=headers) for _n in range(3)]

        assert [answer.status_code for answer in answers] == [200, 200, 200]
