"""Other systems hear what happened: signed, in order, again until they take it, and nothing more."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from itsm.core import clock
from itsm.core.errors import FieldErrors
from itsm.webhooks import actions
from itsm.webhooks.delivering import deliver
from itsm.webhooks.models import Delivery, Webhook
from itsm.webhooks.targets import TargetRefused, check_url, resolve
from tests.doors import Machine, is_problem
from tests.factories import a_ticket
from tests.figures import figure
from valuechain.records import events
from valuechain.records.actions import add_comment, perform
from valuechain.records.models import Record

CANARY = "canary-in-a-note"


@dataclass
class Sink:
    """What a subscriber was sent, and what it answers."""

    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    status: int = 200
    location: str = ""
    url: str = ""

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _headers, body in self.got]


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    settings.WEBHOOK_PRIVATE_TARGETS = True
    found = Sink()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.got.append((dict(self.headers), body))
            self.send_response(found.status)
            if found.location:
                self.send_header("Location", found.location)
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def hook(sink: Sink, agent) -> Webhook:
    made, _secret = actions.subscribe(name="Chat", url=sink.url, verbs=["*"], actor=agent)
    return made


@pytest.fixture
def ticket(hook, agent, requester, organisation, desk):
    return a_ticket(actor=agent, requester=requester, organisation=organisation, team=desk)


def test_an_event_arrives_signed(ticket, hook, sink):
    deliver()

    ((headers, body),) = sink.got
    stamp = headers["Throughline-Timestamp"]
    expected = hmac.new(hook.secret.encode(), stamp.encode() + b"." + body, hashlib.sha256)
    assert headers["Throughline-Signature"] == f"v1={expected.hexdigest()}"
    assert sink.bodies[0]["verb"] == "incident.opened"
    assert sink.bodies[0]["record"]["number"] == ticket.number
    assert Delivery.objects.get().status == "delivered"
    assert figure("webhook_deliveries_waiting") == 0


def test_only_what_was_subscribed_to_arrives(ticket, hook, sink, agent):
    actions.change(hook, {"verbs": ["comment.*"]}, actor=agent)
    Delivery.objects.all().delete()

    add_comment(ticket, body="Hi", visibility="public", actor=agent, via="html")
    perform(ticket, "start", actor=agent, via="html")
    deliver()

    assert [body["verb"] for body in sink.bodies] == ["comment.reply"]


def test_a_subscriber_hears_only_of_what_its_owner_may_see(sink, outsider, agent, ticket):
    actions.subscribe(name="Spy", url=sink.url, verbs=["*"], actor=outsider)

    add_comment(ticket, body=CANARY, visibility="internal", actor=agent, via="html")
    deliver()

    assert {delivery.webhook.owner_id for delivery in Delivery.objects.all()} == {agent.pk}


def test_a_requester_subscribes_to_nothing(requester, sink):
    machine = Machine(requester)

    is_problem(machine.post("webhooks/", {"name": "x", "url": sink.url, "verbs": ["*"]}), 403)


def test_what_fails_is_tried_again_with_the_same_id_and_later_each_time(ticket, sink, frozen):
    Delivery.objects.update(next_try_at=frozen_now())
    sink.status = 500
    pauses = []

    for _ in range(4):
        deliver()
        one = Delivery.objects.get()
        pauses.append((one.next_try_at - one.last_try_at).total_seconds())
        frozen.move_to(one.next_try_at)
    assert figure("webhook_deliveries_waiting") == 1
    sink.status = 204
    deliver()

    assert pauses == [15, 30, 60, 120]
    assert len({headers["Throughline-Delivery"] for headers, _body in sink.got}) == 1
    assert Delivery.objects.get().status == "delivered"


def frozen_now():
    from itsm.core import clock

    return clock.now()


def test_after_a_day_it_is_given_up_and_can_be_replayed(ticket, hook, sink, agent, frozen):
    Delivery.objects.update(next_try_at=frozen_now())
    sink.status = 503
    began = frozen_now()
    while (one := Delivery.objects.get()).status == "queued":
        frozen.move_to(max(one.next_try_at, frozen_now()))
        deliver()
    assert timedelta(hours=20) < frozen_now() - began <= timedelta(hours=24)

    sink.status = 200
    answer = Machine(agent).post(f"webhooks/{hook.uid}/deliveries/{one.uid}/replay/")
    deliver()

    assert one.status == "dead"
    assert answer.status_code == 200
    assert Delivery.objects.get().status == "delivered"


def test_the_events_of_a_record_arrive_in_order_whatever_fails(ticket, hook, sink, agent, frozen):
    for word in ("One", "Two"):
        add_comment(ticket, body=word, visibility="public", actor=agent, via="html")
    Delivery.objects.update(next_try_at=frozen_now())
    sink.status = 500
    deliver()
    sink.status = 200
    sink.got.clear()
    frozen.shift(timedelta(minutes=1))

    deliver()

    assert [body["sequence"] for body in sink.bodies] == [1, 2, 3]


def test_a_redirect_is_not_followed(ticket, sink):
    sink.status, sink.location = 302, sink.url

    deliver()

    assert len(sink.got) == 1
    assert (Delivery.objects.get().status, Delivery.objects.get().response_status) == (
        "queued",
        302,
    )


def test_a_rotated_secret_works_beside_the_old_one_for_a_day(hook, sink, ticket, agent, frozen):
    Delivery.objects.update(next_try_at=frozen_now())
    old = hook.secret
    fresh, shown = actions.rotate(hook, actor=agent)

    deliver()
    signatures = sink.got[0][0]["Throughline-Signature"].split(",")
    frozen.shift(timedelta(hours=25))

    assert fresh.secret == shown != old
    assert len(signatures) == 2
    assert fresh.secrets_at(frozen_now()) == [shown]


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/", "https://127.0.0.1/", "https://localhost/", "https://10.0.0.1/",
        "https://169.254.169.254/", "https://[::1]/", "https://[::ffff:10.0.0.1]/", "https://0.0.0.0/",
        "https://user:pw@example.org/", "ftp://example.org/", "https://", "https://192.168.1.1:8443/x",
        "https://[fe80::1]/", "https://2130706433/", "https://100.64.0.1/", "https://224.0.0.1/",
    ],
)  # fmt: skip
def test_no_webhook_leads_into_a_private_network(url):
    with pytest.raises(FieldErrors):
        check_url(url)


def test_a_name_that_points_inside_at_the_moment_of_sending_is_refused(
    ticket, hook, sink, settings
):
    settings.WEBHOOK_PRIVATE_TARGETS = False
    Webhook.objects.update(url="https://localhost/hook")

    deliver()

    assert sink.got == []
    assert "TargetRefused" in Delivery.objects.get().response
    with pytest.raises(TargetRefused):
        resolve("localhost", 443)


def test_over_rest_the_secret_is_shown_once_and_the_log_can_be_read(agent, outsider, sink, ticket):
    machine = Machine(agent)
    made = machine.post("webhooks/", {"name": "CI", "url": sink.url, "verbs": ["incident.*"]})
    assert made.status_code == 201
    body = made.json()
    perform(ticket, "start", actor=agent, via="html")
    deliver()

    assert body["secret"].startswith("whs_")
    assert "secret" not in machine.get(f"webhooks/{body['id']}/").json()
    log = machine.get(f"webhooks/{body['id']}/deliveries/").json()["results"]
    assert [(one["verb"], one["status"]) for one in log] == [("incident.start", "delivered")]
    is_problem(Machine(outsider).get(f"webhooks/{body['id']}/"), 404)
    assert machine.post(f"webhooks/{body['id']}/rotate/").json()["secret"] != body["secret"]
    assert machine.delete(f"webhooks/{body['id']}/").status_code == 204


def test_events_to_subscribe_to_and_the_address_are_checked(agent):
    machine = Machine(agent)

    is_problem(
        machine.post("webhooks/", {"name": "x", "url": "https://10.1.1.1/", "verbs": ["*"]}), 400
    )
    is_problem(
        machine.post("webhooks/", {"name": "x", "url": "https://10.1.1.1/", "verbs": []}), 400
    )


def test_events_told_together_ask_once_who_listens(ticket, hook, agent, one_statement_each):
    actions.change(hook, {"verbs": ["incident.closed"]}, actor=agent)

    one = one_statement_each(ticket, 1)
    many = one_statement_each(ticket, 20)

    assert one == many
    assert not Delivery.objects.filter(event__verb="ticket.noted").exists()


@pytest.fixture
def one_statement_each(agent):
    """Publish some events of one record at once; return how often that asked who listens."""

    def publish(record: Any, count: int) -> int:
        with transaction.atomic():
            record = Record.objects.select_for_update(of=("self",)).get(pk=record.pk)
            made = [
                events.compose(record, "ticket.noted", actor=agent, via="html", at=clock.now())
                for _n in range(count)
            ]
            with CaptureQueriesContext(connection) as asked:
                events.publish_all(made)
        return sum("webhooks_webhook" in query["sql"] for query in asked.captured_queries)

    return publish
