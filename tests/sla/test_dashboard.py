"""The dashboard says for each service how it keeps its promises, and every number opens its list."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from itsm.core.clock import now
from sla import by_service
from sla.by_service import in_order, service_lines, tallies
from sla.drawing import line_of, spark_of
from sla.standing import read_period
from sla.sweeping import sweep
from tests.doors import browser
from tests.factories import a_ticket, opened, walk
from tests.sla.promises import HOUR, an_agreement
from valuechain.records.actions import add_comment
from valuechain.records.models import Record

pytestmark = pytest.mark.django_db


@pytest.fixture
def promised(frozen):
    return an_agreement(targets={"any": {"first_response": HOUR, "resolution": 4 * HOUR}})


def a_service(cast, title):
    return opened("service", cast, title=title)


def in_time(cast, service):
    ticket = a_ticket(actor=cast.agent, requester=cast.requester, service=service)
    add_comment(ticket, body="On it.", visibility="public", actor=cast.agent, via="html")
    walk(ticket, "resolved", cast)
    return ticket


def lines_of(now, period="2026-03", metric="", **only):
    tickets = Record.objects.of_resource("tickets").filter(**only)
    about = {"metric": metric, "period": read_period(period, now=now), "now": now}
    return service_lines(tickets, tallies(tickets, **about), **about)


def late(cast, service, frozen, count=1):
    found = [
        a_ticket(actor=cast.agent, requester=cast.requester, service=service)
        for _n in range(count)
    ]  # fmt: skip
    frozen.shift(timedelta(hours=5))
    sweep()
    return found


@pytest.fixture
def mail_and_net(promised, frozen, cast):
    mail, net = a_service(cast, "Mail"), a_service(cast, "=Network")
    late(cast, mail, frozen)
    frozen.shift(timedelta(days=31))
    for _n in range(3):
        in_time(cast, mail)
    late(cast, mail, frozen)
    in_time(cast, net)
    return mail, net


def test_a_service_is_set_against_its_last_month_and_its_year(mail_and_net, frozen):
    mail, net = mail_and_net
    first, second = lines_of(now(), "2026-04")

    assert (first.key, first.decided, first.missed) == (mail.number, 4, 1)
    assert (first.percent, first.change) == (75.0, 75.0)
    assert (first.response, first.resolution) == (75.0, 75.0)
    assert first.points[-2:] == [0.0, 75.0]
    assert len(first.points) == 12
    assert str(first.worst) == "Nobody had taken the ticket"
    assert (second.key, second.percent, second.change, second.worst) == (net.number, 100, None, "")


def test_what_a_line_counts_is_what_its_links_open(mail_and_net, cast):
    person = browser(cast.admin)
    page = person.get("/sla/?period=2026-04")

    for row in page.context["services"]:
        for how, count in (("decided", row["line"].decided), ("breached", row["line"].missed)):
            opened_list = person.get(row["urls"][how] + "&page_size=200")
            assert len(opened_list.context["page"]["items"]) == count, row["urls"][how]


def test_months_before_are_counted_once_for_those_who_see_the_same(
    mail_and_net, django_assert_num_queries, monkeypatch
):
    monkeypatch.setattr(by_service, "KEPT_S", 600)
    mail, net = mail_and_net
    seen = lines_of(now(), "2026-04")

    with django_assert_num_queries(3):  # what was decided, this month, the names
        assert lines_of(now(), "2026-04") == seen
    with django_assert_num_queries(4):  # and the months before
        assert [line.key for line in lines_of(now(), "2026-04", service=net)] == [net.number]

    late_before = Record.objects.of_resource("tickets").order_by("pk").first()
    (less,) = lines_of(now(), "2026-04", service=mail, pk__gt=late_before.pk)
    assert (less.change, less.points[-2:]) == (None, [None, 75.0])


def test_one_promise_alone_is_looked_at(mail_and_net):
    first, _second = lines_of(now(), "2026-04", metric="first_response")

    assert (first.response, first.resolution) == (75.0, None)


def test_the_table_is_sorted_by_its_heads(mail_and_net, cast):
    person = browser(cast.admin)

    def names(sort):
        page = person.get(f"/sla/?period=2026-04&sort={sort}")
        return [row["line"].label for row in page.context["services"]]

    assert names("kept") == ["Mail", "=Network"]
    assert names("-kept") == ["=Network", "Mail"]
    assert names("-decided") == ["Mail", "=Network"]
    assert names("nonsense") == ["Mail", "=Network"]
    page = person.get("/sla/?period=2026-04&sort=-kept&metric=first_response").content.decode()
    assert 'aria-sort="descending"' in page
    assert "metric=first_response" in page


def test_the_table_leaves_as_csv_without_formulas(mail_and_net, cast):
    answer = browser(cast.admin).get("/sla/?period=2026-04&format=csv")

    assert answer["Content-Type"].startswith("text/csv")
    assert "service-levels-2026-04.csv" in answer["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [(row["Service"], row["Kept, %"], row["Missed"]) for row in rows] == [
        ("Mail", "75.0", "1"), ("'=Network", "100.0", "0"),
    ]  # fmt: skip


def test_what_is_at_risk_can_be_asked_for_alone(promised, cast):
    ticket = a_ticket(actor=cast.agent, requester=cast.requester)

    page = browser(cast.admin).get("/sla/?part=risk&metric=first_response")

    assert page.status_code == 200
    body = page.content.decode()
    assert ticket.number in body
    assert "<html" not in body
    assert 'hx-get="?part=risk&amp;metric=first_response"' in body.replace(
        "metric=first_response&amp;part=risk", "part=risk&amp;metric=first_response"
    )
    assert "no-store" in page["Cache-Control"]


def test_the_dashboard_costs_the_same_for_one_service_and_for_many(
    promised, frozen, cast, django_assert_max_num_queries
):
    for n in range(8):
        in_time(cast, a_service(cast, f"Service {n}"))
    person = browser(cast.admin)
    person.get("/sla/")

    with django_assert_max_num_queries(26):
        person.get("/sla/")


def test_lines_are_drawn_within_their_box():
    assert spark_of([None, 50.0]) is None
    spark = spark_of([0.0, 100.0])
    assert spark == {"points": "0,21 90,3", "last_x": 90, "last_y": 3}
    assert line_of([])["last"] is None
    assert in_order([], "-kept") == []
