"""Bringing incidents in by the page: tried first, said by row and column, then brought in, and once only."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from itsm.core import clock
from itsm.portal import importing
from itsm.portal.models import ImportRun
from tests.doors import browser
from tests.tickets.event_log import LIFE, a_line, a_log
from tickets.models import Incident
from valuechain.records.models import Event

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/imports/"
#: A second incident, and a line whose date is none.
OTHER = a_line(number="INC0000002")
BROKEN = a_line(number="INC0000003", opened_at="yesterday")


@pytest.fixture
def page(cast, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return browser(cast.admin)


def upload(page, *lines, content=None, **given):
    file = SimpleUploadedFile("log.csv", a_log(*lines) if content is None else content)
    data = {"file": file, "organisation": "Old desk", "time_zone": "UTC", **given}
    return page.post(ADDRESS, data)


def uploaded(page, *lines):
    answer = upload(page, *lines)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return ImportRun.objects.get(), answer.url


def text(page, address):
    return page.get(address).content.decode()


def test_only_administrators_bring_incidents_in(cast, page):
    run, address = uploaded(page, *LIFE)
    for person in (cast.agent, cast.requester):
        other = browser(person)
        assert other.get(ADDRESS).status_code == 404
        assert other.get(address).status_code == 404
        assert other.post(address, {"do": "run"}).status_code == 404
    run.refresh_from_db()
    assert run.stage == "waiting"


def test_a_file_is_tried_before_anything_is_written(page):
    _run, address = uploaded(page, *LIFE, OTHER, BROKEN)
    assert "Nothing is written." in text(page, address)
    before = Event.objects.count()

    assert importing.advance()

    shown = text(page, address)
    assert f"{len(LIFE) + 2} rows of 2 incidents were read." in shown
    assert "Bring in 2 incidents" in shown
    line = len(LIFE) + 3
    assert f">{line}</th>" in shown
    assert "opened_at" in shown
    assert Event.objects.count() == before
    assert not Incident.objects.exists()
    table = page.get(f"{address}?format=csv").content.decode().splitlines()
    assert table[0] == "Line,Column,Reason"
    assert table[1].startswith(f"{line},opened_at,")


def test_what_was_tried_is_brought_in_and_a_second_time_changes_nothing(page):
    run, address = uploaded(page, *LIFE, OTHER)
    importing.advance()
    page.post(address, {"do": "run"})

    assert importing.advance()

    run.refresh_from_db()
    assert (run.stage, run.done, run.result["outcomes"]["opened"]) == ("done", 2, 2)
    assert not run.file
    assert Incident.objects.filter(external_id="INC0000001").get().state == "closed"
    events = Event.objects.count()
    assert not importing.advance()

    again = upload(page, *LIFE, OTHER).url
    importing.advance()
    assert "Here already, left as they are" in text(page, again)
    page.post(again, {"do": "run"})
    importing.advance()

    assert ImportRun.objects.order_by("-pk")[0].result["outcomes"] == {"unchanged": 2}
    assert Event.objects.count() == events


def test_a_long_file_is_brought_in_by_stretches_and_goes_on_after_a_worker_died(page, monkeypatch):
    lines = [a_line(number=f"INC000000{n}") for n in range(5)]
    run, address = uploaded(page, *lines)
    importing.advance()
    page.post(address, {"do": "run"})
    monkeypatch.setattr(importing, "STRETCH_SECONDS", 0.0)

    importing.advance()
    run.refresh_from_db()
    assert (run.stage, run.done, Incident.objects.count()) == ("running", 1, 1)
    assert "1 of 5 incidents" in text(page, address)

    # A worker that died holds the run until its claim is over, and nobody else takes it meanwhile.
    ImportRun.objects.update(claimed_until=clock.now() + timedelta(minutes=3), done=0)
    assert not importing.advance()
    ImportRun.objects.update(claimed_until=clock.now())
    while importing.advance():
        pass

    run.refresh_from_db()
    assert (run.stage, run.done) == ("done", 5)
    assert Incident.objects.count() == 5
    assert run.result["outcomes"]["opened"] == 5


def test_pressing_twice_starts_once(page):
    _run, address = uploaded(page, OTHER)
    importing.advance()
    page.post(address, {"do": "run"})
    importing.advance()

    said = page.post(address, {"do": "run"}, follow=True).content.decode()

    assert "This file is being brought in, or was already." in said


def test_a_file_that_is_no_incident_log_is_refused_with_what_is_missing(page):
    answer = upload(page, content=b"name,colour\nx,y\n")

    assert answer.status_code == 422
    assert "Missing: number" in answer.content.decode()
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"time_zone": "Atlantis/Deep"}, "There is no time zone of that name."),
        ({"organisation": ""}, "Fill this in."),
    ],
)
def test_what_is_missing_is_said_beside_its_field(page, given, reason):
    answer = upload(page, OTHER, **given)

    assert answer.status_code == 422
    assert reason in answer.content.decode()


def test_a_file_is_thrown_away_with_what_was_kept_of_it(page, tmp_path):
    _run, address = uploaded(page, OTHER)
    assert len(list(tmp_path.rglob("*.csv"))) == 1

    page.post(address, {"do": "remove"})

    assert not ImportRun.objects.exists()
    assert not list(tmp_path.rglob("*.csv"))
