"""When a specification can be live: its duration, moved by the components that come late."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from itsm.core import clock
from tests.doors import Machine, browser
from tests.factories import a_person, fresh
from tests.preparing_design import all_approve
from valuechain.design_transition.figures import schedule_of
from valuechain.records.actions import link_records, perform
from valuechain.records.kinds import kinds

MINUS = "\N{MINUS SIGN}"

pytestmark = pytest.mark.django_db


def in_days(days):
    return clock.now().date() + timedelta(days=days)


@pytest.fixture
def planned(spec, architect):
    """Ten days of work for a day in twelve."""
    spec.kind_entry.edit(
        spec, {"duration_days": 10, "time_to_market": in_days(12)}, actor=architect, via="html"
    )
    return fresh(spec)


@pytest.fixture
def component_for(organisation):
    """Return what makes a component that a specification waits for."""

    def make(spec, *, needed, promised=None, title="Radar"):
        builder = a_person(f"Bea for {title}", organisation, "builder")
        component = kinds["component"].open(
            actor=builder, via="html", organisation=organisation, title=title,
            needed_at=in_days(needed), needed_location="Pier 4",
            promised_at=None if promised is None else in_days(promised),
        )  # fmt: skip
        link_records(component, spec, "implements", actor=builder, via="html")
        return component

    return make


def test_without_a_late_component_it_is_live_after_its_duration(planned, component_for):
    component_for(planned, needed=5, promised=4)

    schedule = schedule_of(fresh(planned))

    assert schedule.forecast == in_days(10)
    assert schedule.words == "+2 days of slack"
    assert schedule.because == ()


def test_a_late_component_moves_the_day_and_the_work_that_follows_it(planned, component_for):
    component_for(planned, needed=5, promised=6, title="Mast")
    radar = component_for(planned, needed=4, promised=9)

    schedule = schedule_of(fresh(planned))

    # The radar comes 5 days late; the 6 days of work that were to follow it still follow it.
    assert schedule.forecast == in_days(15)
    assert schedule.words == f"{MINUS}3 days: too late"
    assert schedule.because[0].record.number == radar.number


def test_without_a_duration_what_is_late_moves_the_day_it_has_to_be_live(
    spec, architect, component_for
):
    spec.kind_entry.edit(spec, {"time_to_market": in_days(12)}, actor=architect, via="html")
    assert schedule_of(fresh(spec)).forecast is None

    component_for(spec, needed=4, promised=9)

    assert schedule_of(fresh(spec)).slack == -5


def test_page_list_and_rest_tell_the_same_day(planned, architect, component_for):
    radar = component_for(planned, needed=4, promised=9)

    page = browser(architect).get(planned.get_absolute_url()).content.decode()
    rows = browser(architect).get("/specs/?view=all").content.decode()
    told = Machine(architect).get(f"specs/{planned.number}/schedule/").json()

    assert f"{MINUS}3 days: too late" in page
    assert "moved by what comes late" in page
    assert radar.number in page
    assert f"{MINUS}3 d late" in rows
    assert told["forecast"] == in_days(15).isoformat()
    assert (told["slack_days"], told["slack"]) == (-3, f"{MINUS}3 days: too late")
    assert [one["record"]["number"] for one in told["because"]] == [radar.number]


def test_rest_tells_the_day_in_every_row_and_in_the_item_itself(planned, architect, component_for):
    component_for(planned, needed=4, promised=9)
    door = Machine(architect)

    row = next(
        one for one in door.get("specs/").json()["results"] if one["number"] == planned.number
    )
    item = door.get(f"specs/{planned.number}/").json()

    assert row["time_to_market_forecast"] == {
        "target": in_days(12).isoformat(),
        "forecast": in_days(15).isoformat(),
        "slack_days": -3,
        "slack": f"{MINUS}3 days: too late",
    }
    assert item["time_to_market_forecast"] == row["time_to_market_forecast"]
    edited = door.patch(
        f"specs/{planned.number}/", {"duration_days": 2},
        If_Match=door.get(f"specs/{planned.number}/")["ETag"],
    )  # fmt: skip
    assert edited.json()["time_to_market_forecast"]["slack_days"] == 3


def test_more_rows_ask_no_more_statements_for_their_forecasts(
    planned, architect, component_for, organisation
):
    door = Machine(architect)
    component_for(planned, needed=4, promised=9)
    door.get("specs/")
    with CaptureQueriesContext(connection) as one:
        door.get("specs/")
    for n in range(4):
        more = kinds["design_spec"].open(
            actor=architect, via="html", organisation=organisation, title=f"Pier {n}",
            duration_days=n, time_to_market=in_days(n),
        )  # fmt: skip
        component_for(more, needed=1, promised=n + 2, title=f"Bollard {n}")

    with CaptureQueriesContext(connection) as many:
        assert len(door.get("specs/").json()["results"]) > 4

    assert len(many) == len(one)


def test_a_component_needed_before_its_specification_is_approved_is_warned_of_and_allowed(
    planned, architect, component_for, cast
):
    radar = component_for(planned, needed=-3)
    pages = browser(cast.admin)
    assert "Too early" not in pages.get(radar.get_absolute_url()).content.decode()

    perform(planned, "submit", actor=architect, via="html", data={})
    all_approve(fresh(planned), cast)

    page = pages.get(radar.get_absolute_url()).content.decode()
    assert f"before {planned.number} was approved on" in page
    assert radar.kind_entry.edit(
        fresh(radar), {"needed_at": in_days(-4)}, actor=cast.admin, via="html"
    )


def test_the_list_adds_up_the_money_of_all_it_finds_and_not_of_one_page(
    architect, organisation, reviewer
):
    for amount, currency in (("1000.00", "EUR"), ("250.50", "EUR"), ("99.00", "CHF")):
        kinds["design_spec"].open(
            actor=architect, via="html", title=f"Display for {amount}",
            organisation=organisation, estimate=amount, currency=currency,
        )  # fmt: skip

    rows = browser(architect).get("/specs/?view=all&page_size=1").content.decode()
    narrowed = browser(architect).get("/specs/?view=all&q=250").content.decode()
    rows, narrowed = (page.replace("\xa0", " ") for page in (rows, narrowed))

    assert "99.00 CHF + 1,250.50 EUR" in rows
    assert "1,250.50" not in narrowed
    assert "250.50 EUR" in narrowed


def test_the_views_reviewers_know_are_there(spec, architect):
    rows = browser(architect).get("/specs/?view=all").content.decode()

    for label in ("Waiting for me", "In review", "Approved, not built", "By target date"):
        assert label in rows
