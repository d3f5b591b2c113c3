"""The ten reports: their numbers are those of the lists they open, in three forms alike."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from itsm.portal.reports.shape import Report, Row, as_csv
from itsm.portal.reports.shelf import REPORTS
from tests.doors import browser
from tests.factories import a_ticket, at_state
from tests.sla.promises import an_agreement
from valuechain.improve.actions import give_feedback
from valuechain.records.actions import hand_off, log_time, perform, watch
from valuechain.records.vocabulary import Via

pytestmark = pytest.mark.django_db


@pytest.fixture
def worked(frozen, cast):
    """A month with tickets opened, finished and left open."""
    an_agreement()
    frozen.shift(timedelta(days=-40))
    a_ticket(actor=cast.agent, requester=cast.requester)
    frozen.shift(timedelta(days=40))
    for _n in range(2):
        a_ticket(actor=cast.agent, requester=cast.requester)
    closed = at_state("incident", "closed", cast)
    give_feedback(kind="feedback", title="Rating", nature="csat", actor=cast.requester,
                  via=Via.HTML, about=closed, score=2)  # fmt: skip
    log_time(closed, seconds=5400, actor=cast.agent, via=Via.HTML)
    perform(at_state("incident", "resolved", cast), "reopen", actor=cast.agent, via=Via.HTML,
            data={"reason": "It burns again."})  # fmt: skip
    at_state("service_request", "fulfilled", cast)
    at_state("need", "qualified", cast)
    at_state("design_spec", "approved", cast)
    change = {"title": "A fireproof printer"}
    hand_off(closed, "request_change", actor=cast.agent, via=Via.HTML, data=change)


@pytest.mark.parametrize("key", REPORTS)
def test_a_report_says_the_same_as_a_page_as_csv_and_as_json(worked, cast, key):
    person = browser(cast.admin)

    page = person.get(f"/reports/{key}/")
    table = person.get(f"/reports/{key}/?format=csv")
    data = person.get(f"/reports/{key}/", headers={"Accept": "application/json"})

    rows = page.context["rows"]
    assert table["Content-Type"].startswith("text/csv")
    assert len(list(csv.reader(io.StringIO(table.content.decode())))) == len(rows) + 1
    assert [next(iter(row.values())) for row in data.json()["rows"]] == [row.label for row in rows]


@pytest.mark.parametrize("key", REPORTS)
@pytest.mark.parametrize("period", ["", "days"])
def test_a_number_that_opens_a_list_is_its_length(worked, cast, key, period):
    person = browser(cast.admin)
    if period == "days":
        today = timezone.localdate()
        period = f"?period={today - timedelta(days=3)}..{today}"
    rows = person.get(f"/reports/{key}/{period}").context["rows"]

    assert any(row.values[0] for row in rows)
    assert any(url for row in rows for _number, url in row.cells)
    for row in rows:
        for number, url in row.cells:
            if url and not (row.is_sum and url == row.url):
                opened = person.get(url + "&page_size=200")
                assert len(opened.context["page"]["items"]) == number, (row, url)


def test_days_are_looked_at_instead_of_a_month(worked, cast):
    person = browser(cast.admin)
    today = timezone.localdate()
    long_ago = today - timedelta(days=60)

    shown = person.get(f"/reports/volume/?since={long_ago}&until={today}&format=json").json()
    assert shown["period"] == f"{long_ago}..{today}"
    assert shown["rows"][0]["Opened"] == 5
    again = person.get(f"/reports/volume/?period={shown['period']}")
    assert again.context["rows"][0].values[0] == 5
    assert next(url for _word, url in again.context["downloads"]).endswith("&format=csv")
    before = person.get(f"/reports/volume/?since={long_ago}&until={long_ago}")
    assert "No data in this period." in before.content.decode()

    backwards = person.get(f"/reports/volume/?since={today}&until={long_ago}")
    assert backwards.status_code == 422
    assert "Choose a day that is not before the first." in backwards.content.decode()
    assert 'name="since"' not in person.get("/reports/backlog/").content.decode()


def test_no_cell_of_a_csv_is_run_by_a_spreadsheet():
    report = Report("x", "X", "?", ("Name", "Number"), lambda _asked: [], ())
    rows = [Row(text, (-1,)) for text in ("=1+1", "+1", "-1", "@SUM", "\tx", "\rx", "plain")]

    cells = [row[0] for row in csv.reader(io.StringIO(as_csv(report, rows), newline=""))]

    assert cells[1:] == ["'=1+1", "'+1", "'-1", "'@SUM", "'\tx", "'\rx", "plain"]


def test_reports_are_for_staff_and_count_what_the_reader_sees(worked, cast, requester, outsider):
    assert browser(requester).get("/reports/volume/").status_code == 302
    shown = browser(outsider).get("/reports/volume/?format=json").json()["rows"]
    assert {row["Opened"] for row in shown} == {0}
    assert browser(cast.admin).get("/reports/nothing/").status_code == 404


def test_two_handovers_are_not_mixed_up_by_the_filters_of_one(frozen, cast):
    ticket = a_ticket(actor=cast.agent, requester=cast.requester, team=cast.desk)
    asked = {"actor": cast.agent, "via": Via.HTML, "data": {"title": "A fireproof printer"}}
    hand_off(ticket, "request_change", **asked)
    frozen.shift(timedelta(days=3))
    hand_off(ticket, "open_problem", **asked)
    person = browser(cast.agent)
    today = timezone.localdate()
    before = today - timedelta(days=1)

    def found(query: str) -> list[str]:
        items = person.get(f"/tickets/?state=open&{query}").context["page"]["items"]
        return [item.kind for item in items]

    assert found(f"handed_over_after={today}") == ["problem"]
    assert found(f"flow=request_change&handed_over_after={today}") == []
    assert found(f"flow=request_change&handed_over_before={before}") == ["change"]
    assert found(f"not_flow=open_problem&handed_over_before={before}") == ["change"]


def test_who_asks_for_service_learns_nothing_of_the_time_and_the_ratings_of_others(cast, worked):
    asking = browser(cast.requester)
    today = timezone.localdate()

    def count(client: Any, query: str) -> int:
        return len(client.get(f"/api/v1/tickets/?{query}").json()["results"])

    assert count(browser(cast.agent), f"worked_on_after={today}") == 1
    assert count(asking, f"worked_on_after={today}") == 0
    assert count(browser(cast.agent), "rated=1&rated=2") == count(asking, "rated=2") == 1
    assert count(browser(cast.staff[0]), "rated=3") == 0


def test_the_hours_of_a_team_open_what_was_written_down(cast, worked):
    person = browser(cast.agent)
    row = person.get("/reports/time-spent/").context["rows"][0]
    hours, url = row.cells[0]

    page = person.get(url)

    assert (hours, page.context["seconds"], page.context["count"]) == (1.5, 5400, 1)
    shown = page.content.decode()
    assert "1 h 30 min in 1 entry." in shown
    assert "Agnes Agent" in shown
    assert person.get("/reports/time-spent/entries/?team=999999").context["count"] == 0
    earlier = person.get("/reports/time-spent/entries/?period=2020-01-01..2020-01-31")
    assert "Nobody wrote down any time here in this period." in earlier.content.decode()
    assert browser(cast.requester).get(url).status_code == 302


def test_the_note_of_an_entry_is_for_those_who_work_on_the_record(cast, outsider):
    ticket = a_ticket(actor=cast.requester, team=cast.desk)
    log_time(ticket, seconds=900, actor=cast.agent, via=Via.HTML, note="Rang the supplier")
    watch(ticket, person=outsider, actor=cast.agent, via=Via.HTML)

    def shown(person: Any) -> str:
        return browser(person).get("/reports/time-spent/entries/").content.decode()

    assert "Rang the supplier" in shown(cast.agent)
    assert ticket.number in shown(outsider)
    assert "Rang the supplier" not in shown(outsider)


@pytest.mark.parametrize("report", REPORTS.values(), ids=lambda report: report.key)
def test_every_number_of_a_report_is_explained(report):
    explained = {str(word) for word, _meaning in report.definitions}
    unexplained = [str(column) for column in report.columns[1:] if str(column) not in explained]
    assert unexplained in ([], ["Open tickets"])
