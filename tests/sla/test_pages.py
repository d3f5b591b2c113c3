"""The pages of service levels: numbers that equal their lists, and promises set by people."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from itsm.core import clock
from sla.models import Agreement, Calendar, Clock
from sla.sweeping import sweep
from tests.doors import browser
from tests.factories import a_ticket, fresh, take, walk
from tests.sla.promises import HOUR, OFFICE, a_calendar, an_agreement
from valuechain.records.actions import perform

pytestmark = pytest.mark.django_db

FEED = b"""BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:1
DTSTART;VALUE=DATE:20261231
SUMMARY:Stocktaking
END:VEVENT
END:VCALENDAR
"""


def tiles(page):
    """The numbers of the dashboard's tiles with the address each opens."""
    return re.findall(
        r'<a href="([^"]+)"[^>]*><span class="number">([^<]+)</span><span>([^<]*)</span>',
        page.content.decode(),
    )


def test_every_number_of_the_dashboard_is_the_length_of_the_list_it_opens(frozen, cast):
    an_agreement(targets={"any": {"first_response": HOUR, "resolution": 4 * HOUR}})
    late = [a_ticket(actor=cast.agent, requester=cast.requester) for _n in range(3)]
    frozen.shift(timedelta(hours=5))
    sweep()
    done = a_ticket(actor=cast.agent, requester=cast.requester)
    walk(done, "resolved", cast)
    a_ticket(actor=cast.agent, requester=cast.requester)

    person = browser(cast.admin)
    page = person.get("/sla/")
    found = tiles(page)

    assert [int(number) for _url, number, _words in found[1:]] == [len(late), 2, 0]
    assert "of 4 tickets kept" in found[0][2]
    for address, number, words in found:
        opened = person.get(address.replace("&amp;", "&") + "&page_size=200")
        counted = int(words.split()[0]) if "%" in number else int(number)
        assert opened.status_code == 200
        assert len(opened.context["page"]["items"]) == counted, address


def test_the_dashboard_is_for_staff_and_counts_only_what_the_reader_sees(
    frozen, cast, requester, outsider
):
    an_agreement()
    a_ticket(actor=cast.agent, requester=cast.requester)

    assert browser(requester).get("/sla/").status_code == 302
    assert [number for _url, number, _words in tiles(browser(outsider).get("/sla/"))[1:]] == [
        "0", "0", "0",
    ]  # fmt: skip


def test_hours_are_written_previewed_and_published(frozen, cast):
    calendar = a_calendar("Office", OFFICE)
    person = browser(cast.admin)
    address = f"/sla/calendars/{calendar.pk}/"

    refused = person.post(address, {"do": "hours", "tz": "Europe/Vienna", "mon": "late"})
    assert refused.status_code == 422
    assert 'value="late"' in refused.content.decode()

    hours = {"do": "hours", "tz": "Europe/Vienna", "mon": "8:00-12:00, 13:00-18:00"}
    assert person.post(address, hours).status_code == 302
    assert "08:00–12:00, 13:00–18:00" in person.get(address).content.decode()  # noqa: RUF001
    assert person.post(address, {"do": "publish", "publish-mode": "from_now"}).status_code == 302

    newest = calendar.versions.order_by("-number").first()
    assert newest.is_published
    assert newest.definition["weekly"] == {"mon": [["08:00", "12:00"], ["13:00", "18:00"]]}


def test_days_off_come_from_a_list_a_file_and_by_hand(frozen, cast):
    calendar = a_calendar("Office", OFFICE)
    person = browser(cast.admin)
    address = f"/sla/calendars/{calendar.pk}/"

    person.post(address, {"do": "region", "region-region": "AT", "region-year": "2026"})
    person.post(address, {"do": "holiday", "holiday-day": "2026-12-24", "holiday-name": "Eve"})
    file = SimpleUploadedFile("days.ics", FEED)
    person.post(address, {"do": "feed", "feed-file": file})
    imported = calendar.holidays.get(name="Stocktaking")
    assert "Imported days to review" in person.get(address).content.decode()
    person.post(address, {"do": "review", "day": imported.pk, "answer": "accept"})

    active = calendar.holidays.filter(status="active")
    assert active.count() >= 15
    assert {"Eve", "Stocktaking"} <= set(active.values_list("name", flat=True))


def test_a_calendar_is_begun_and_nobody_without_the_role_changes_one(frozen, cast):
    new = {"name": "Night", "tz": "Europe/Vienna"}

    assert browser(cast.agent).post("/sla/calendars/", new).status_code == 422
    assert browser(cast.admin).post("/sla/calendars/", new).status_code == 302
    assert [one.name for one in Calendar.objects.all()] == ["Night"]


def test_an_agreement_is_begun_written_tried_and_published(frozen, cast):
    calendar = a_calendar("Office", OFFICE)
    person = browser(cast.admin)
    new = {"name": "Gold", "kind": "sla", "calendar": calendar.pk, "resolution": "4h"}
    begun = person.post("/sla/agreements/new/", new)
    agreement = Agreement.objects.get(name="Gold")
    address = f"/sla/agreements/{agreement.pk}/"
    assert begun.status_code == 302

    terms = {
        "do": "terms", "calendar": calendar.pk, "on_change": "keep_elapsed", "kinds": ["incident"],
        "target_any_resolution": "3h", "target_P1_first_response": "1h 30min",
        "pausable": ["resolution"], "step0_number": "75", "step0_unit": "percent",
        "step0_who": ["owner", "team"], "step1_number": "30", "step1_unit": "after",
        "step1_do": ["raise_priority"],
    }  # fmt: skip
    refused = person.post(address, terms | {"target_any_resolution": "soon"})
    assert refused.status_code == 422
    assert 'value="soon"' in refused.content.decode()
    assert person.post(address, terms).status_code == 302

    page = person.get(address + "?at=2026-03-06T15:30&simulate=30").content.decode()
    assert "Mon 9 Mar, 10:30" in page
    assert "Promises looked at" in page
    assert person.post(address, {"do": "publish"}).status_code == 302
    edition = agreement.versions.get()
    assert edition.targets == {
        "any": {"resolution": 3 * HOUR}, "P1": {"first_response": 5400},
    }  # fmt: skip
    assert [step["key"] for step in edition.steps] == ["75%", "30m-after"]
    a_ticket(actor=cast.agent, requester=cast.requester)
    assert Clock.objects.exists()


def test_an_agreement_ends_only_when_its_name_is_typed(frozen, cast):
    agreement = an_agreement().agreement
    person = browser(cast.admin)
    address = f"/sla/agreements/{agreement.pk}/"

    assert person.post(address, {"do": "retire", "retire-typed": "yes"}).status_code == 422
    assert person.post(address, {"do": "retire", "retire-typed": agreement.name}).status_code == 302
    agreement.refresh_from_db()
    assert not agreement.is_active


def test_a_clock_says_why_it_is_due_then_to_those_who_see_its_record(frozen, cast, outsider):
    calendar = a_calendar("Office", OFFICE)
    an_agreement(calendar=calendar, targets={"any": {"resolution": 4 * HOUR}})
    ticket = a_ticket(actor=cast.agent, requester=cast.requester)
    clock = Clock.objects.get(record=ticket)

    person = browser(cast.agent)
    assert (
        f'href="/sla/clocks/{clock.pk}/"' in person.get(ticket.get_absolute_url()).content.decode()
    )
    page = person.get(f"/sla/clocks/{clock.pk}/").content.decode()

    assert "Standard, version 1, allows 4 h of the calendar Office" in page
    assert "2 Mar 2026, 13:00" in page
    assert browser(outsider).get(f"/sla/clocks/{clock.pk}/").status_code == 404
    panel = person.get(f"/sla/clocks/{clock.pk}/", headers={"HX-Request": "true"})
    assert "2 Mar 2026, 13:00" in panel.content.decode()
    assert "<html" not in panel.content.decode()
    assert "HX-Request" in panel["Vary"]
    assert "no-store" in panel["Cache-Control"]


def test_a_paused_clock_says_what_it_waits_for_and_in_whose_hours(frozen, cast):
    an_agreement(calendar=a_calendar(name="Harbour hours"))
    ticket = a_ticket(actor=cast.agent, requester=cast.requester)
    hold = {"reason": "They look for the cable", "follow_up_at": clock.now() + timedelta(days=3)}
    perform(ticket, "wait_for_customer", actor=cast.agent, via="html", data=hold)

    page = browser(cast.admin).get(ticket.get_absolute_url()).content.decode()

    assert "Paused: waiting for the customer until 5 Mar. They look for the cable" in page
    assert "· Harbour hours" in page


def test_cycles_that_are_over_stay_on_the_page_of_their_record(frozen, cast):
    an_agreement(reopen_window_s=HOUR)
    ticket = a_ticket(actor=cast.agent, requester=cast.requester)
    walk(ticket, "resolved", cast)
    frozen.shift(timedelta(hours=2))
    take(fresh(ticket), "reopen", cast)
    first = Clock.objects.get(record=ticket, metric="resolution", cycle=1)

    page = browser(cast.admin).get(ticket.get_absolute_url()).content.decode()

    assert "1 earlier cycle</summary>" in page
    assert f'<a href="/sla/clocks/{first.pk}/' in page
    assert "Cycle 1</a> Met" in page
