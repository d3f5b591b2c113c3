"""The ten reports: their numbers are those of the lists they open, in three forms alike."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

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


@pytest.mark.parametrize("key", ["volume", "backlog", "first-contact", "reopened", "sla"])
def test_the_first_number_of_a_line_is_the_length_of_the_list_it_opens(worked, cast, key):
    person = browser(cast.admin)
    rows = [row for row in person.get(f"/reports/{key}/").context["rows"] if row.url]

    assert any(row.values[0] for row in rows)
    for row in rows:
        opened = person.get(row.url + "&page_size=200")
        assert len(opened.context["page"]["items"]) == row.values[0], row


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
