"""The ten reports: their numbers are those of the lists they open, in three forms alike."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone

from itsm.portal.reports.shape import Report, Row, as_csv
from itsm.portal.reports.shelf import REPORTS
from tests.doors import browser
from tests.factories import a_ticket, at_state
from tests.sla.promises import an_agreement

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
    at_state("incident", "closed", cast)
    at_state("service_request", "fulfilled", cast)
    at_state("need", "qualified", cast)


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


LISTED = ["volume", "backlog", "first-contact", "reopened", "sla", "needs"]


@pytest.mark.parametrize("key", LISTED)
@pytest.mark.parametrize("period", ["", "days"])
def test_a_number_that_opens_a_list_is_its_length(worked, cast, key, period):
    person = browser(cast.admin)
    if period == "days":
        today = timezone.localdate()
        period = f"?period={today - timedelta(days=3)}..{today}"
    rows = [row for row in person.get(f"/reports/{key}/{period}").context["rows"] if row.url]

    assert any(row.values[0] for row in rows)
    for row in rows:
        for number, url in row.cells:
            if url:
                opened = person.get(url + "&page_size=200")
                assert len(opened.context["page"]["items"]) == number, (row, url)


def test_days_are_looked_at_instead_of_a_month(worked, cast):
    person = browser(cast.admin)
    today = timezone.localdate()
    long_ago = today - timedelta(days=60)

    shown = person.get(f"/reports/volume/?since={long_ago}&until={today}&format=json").json()
    assert shown["period"] == f"{long_ago}..{today}"
    assert shown["rows"][0]["Opened"] == 4
    again = person.get(f"/reports/volume/?period={shown['period']}")
    assert again.context["rows"][0].values[0] == 4
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
