"""A business calendar is set in plain fields, and tried before it counts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sla.rolling_out import roll_out
from tests.conftest import MONDAY
from tests.doors import browser
from tests.factories import a_ticket
from tests.sla.promises import HOUR, OFFICE, a_calendar, an_agreement, the_clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(frozen):
    return a_calendar("Office", OFFICE)


@pytest.fixture
def person(cast):
    return browser(cast.admin)


@pytest.fixture
def address(office):
    return f"/sla/calendars/{office.pk}/"


def late_monday(person, address):
    """Write a draft in which this Monday is open from 12:00 only."""
    given = {"do": "override", "override-day": "2026-03-02", "override-hours": "12:00-16:00"}
    return person.post(address, given)


def test_a_day_gets_hours_of_its_own_and_loses_them_again(office, person, address):
    assert late_monday(person, address).status_code == 302

    draft = office.versions.order_by("-number").first()
    assert draft.definition["overrides"] == {"2026-03-02": [["12:00", "16:00"]]}
    assert draft.definition["weekly"] == OFFICE["weekly"]
    assert not draft.is_published
    assert "12:00-16:00" in person.get(address).content.decode()

    assert person.post(address, {"do": "as_usual", "day": "2026-03-02"}).status_code == 302
    draft.refresh_from_db()
    assert draft.definition.get("overrides", {}) == {}


def test_an_empty_day_of_its_own_is_closed_and_a_wrong_one_is_refused(office, person, address):
    wrong = {"do": "override", "override-day": "2026-03-02", "override-hours": "25:00-26:00"}
    refused = person.post(address, wrong)
    assert refused.status_code == 422
    assert "25:00" in refused.content.decode()

    closed = {"do": "override", "override-day": "2026-03-02", "override-hours": ""}
    assert person.post(address, closed).status_code == 302
    assert person.get(address).context["overrides"][0]["hours"] == ""


def test_a_deadline_is_worked_out_by_the_draft(person, address):
    late_monday(person, address)

    page = person.get(f"{address}?at=2026-03-02T09:00&span=5h")

    assert f"{page.context['trial_due']:%a %H:%M}" == "Tue 09:00"
    assert "Tue 3 Mar, 09:00" in page.content.decode()


@pytest.mark.parametrize(("mode", "due"), [("recompute", 16), ("from_now", 15)])
def test_what_a_calendar_would_do_to_running_clocks_is_what_it_does(
    office, person, address, frozen, cast, mode, due
):
    an_agreement(calendar=office, targets={"any": {"resolution": 4 * HOUR}})
    ticket = a_ticket(actor=cast.agent, requester=cast.requester)
    frozen.shift(timedelta(hours=1))
    late_monday(person, address)

    found = person.get(f"{address}?foresee={mode}").context["foresight"]

    (move,) = found.moves
    assert (found.looked_at, found.later, found.late_at_once) == (1, 1, 0)
    assert move.due_before == MONDAY + timedelta(hours=4)
    assert move.due_after == MONDAY.replace(hour=due)
    person.post(address, {"do": "publish", "publish-mode": mode})
    roll_out()
    assert the_clock(ticket).due_at == move.due_after


def test_nobody_without_the_role_gives_a_day_hours_of_its_own(office, cast, address):
    refused = late_monday(browser(cast.agent), address)

    assert refused.status_code == 422
    assert "Only an administrator" in refused.content.decode()
    assert browser(cast.agent).get(address).status_code == 200
    browser(cast.agent).post(address, {"do": "as_usual", "day": "2026-03-02"})
    assert office.versions.count() == 1
