"""A desk that promises nothing yet: what the pages offer, and what an import leaves alone."""

from __future__ import annotations

import pytest

from itsm.accounts.models import AdminEvent
from sla.defaults import NORMAL, URGENT, promise_something
from sla.holidays import region_code
from sla.models import Agreement, Calendar, Holiday
from tests.doors import browser
from tests.sla.promises import HOUR, a_calendar, an_agreement

pytestmark = pytest.mark.django_db

ADDRESS = "/sla/agreements/"


@pytest.fixture
def page(cast):
    cast.admin.time_zone = "Europe/Berlin"
    cast.admin.save(update_fields=["time_zone"])
    return browser(cast.admin)


def test_the_usual_hours_and_targets_come_with_one_press(page, cast):
    assert "Put this in force" in page.get(ADDRESS).content.decode()

    shown = page.post(ADDRESS, {"region": "Hamburg"}, follow=True).content.decode()

    assert URGENT in shown
    assert NORMAL in shown
    assert "Put this in force" not in shown
    office = Calendar.objects.get(name="Business hours")
    assert office.region == "DE-HH"
    assert office.versions.get().definition["tz"] == "Europe/Berlin"
    # Reformation Day is one there, not in Bavaria.
    assert office.holidays.filter(date__month=10, date__day=31).exists()
    assert set(AdminEvent.objects.values_list("actor_id", flat=True)) == {cast.admin.pk}


def test_an_unknown_region_is_said_and_nothing_is_made(page):
    answer = page.post(ADDRESS, {"region": "Atlantis"})

    assert answer.status_code == 422
    assert "There are no public holidays for “Atlantis”." in answer.content.decode()
    assert not Calendar.objects.exists()


def test_who_promises_already_is_offered_nothing_and_gets_nothing(page):
    an_agreement(targets={"any": {"resolution": HOUR}})

    assert "Put this in force" not in page.get(ADDRESS).content.decode()
    page.post(ADDRESS, {"region": ""})

    assert Agreement.objects.count() == 1


def test_only_who_may_set_service_levels_begins_with_the_usual(cast):
    page = browser(cast.agent)

    assert "Put this in force" not in page.get(ADDRESS).content.decode()
    page.post(ADDRESS, {"region": ""})

    assert not Agreement.objects.exists()


def test_an_agreement_without_a_calendar_leads_to_where_one_is_made(page):
    shown = page.get("/sla/agreements/new/").content.decode()

    assert "An agreement counts by a calendar, and there is none yet." in shown
    assert 'href="/sla/calendars/"' in shown
    assert "Make the draft" not in shown


def test_a_new_calendar_begins_in_the_zone_of_who_makes_it(page):
    assert 'value="Europe/Berlin"' in page.get("/sla/calendars/").content.decode()


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Hamburg", "DE-HH"), ("bayern", "DE-BY"), ("Germany", "DE"), ("de-by", "DE-BY"),
        ("AT", "AT"), ("Wien", "AT-9"), ("us-ca", "US-CA"), ("Atlantis", "ATLANTIS"),
    ],
)  # fmt: skip
def test_a_region_is_known_by_its_code_and_by_its_name(said, code):
    assert region_code(said) == code


def test_what_comes_in_from_a_file_gets_promises_only_where_there_are_none():
    promise_something(zone="Europe/Berlin")
    names = set(Agreement.objects.values_list("name", flat=True))
    assert names == {URGENT, NORMAL}
    assert Calendar.objects.get(name="Business hours").region == "DE"


def test_what_the_house_promises_is_not_joined_by_others():
    an_agreement(targets={"any": {"resolution": HOUR}})

    promise_something(zone="Europe/Berlin")

    assert Agreement.objects.count() == 1
    assert not Holiday.objects.exists()


def test_a_first_agreement_holds_for_what_the_desk_answers_and_runs_no_clock_on_a_service(page):
    calendar = a_calendar()
    new = {"name": "Gold", "kind": "sla", "calendar": calendar.pk, "resolution": "8h"}

    page.post("/sla/agreements/new/", new)

    (draft,) = Agreement.objects.get(name="Gold").versions.all()
    assert draft.conditions["kinds"] == ["incident", "service_request"]
