"""Clocks, agreements and calendars over REST."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from sla.models import Holiday
from sla.panels import clocks_of, put_on_rows
from tests.conftest import MONDAY
from tests.factories import a_ticket
from tests.sla.promises import HOUR, OFFICE, a_calendar, an_agreement, the_clock
from valuechain.records.actions import perform

pytestmark = pytest.mark.django_db
BASE = "/api/v1"


def as_(person):
    client = APIClient()
    client.force_authenticate(person)
    return client


@pytest.fixture
def ticket(frozen, cast):
    an_agreement()
    an_agreement("Desk", kind="ola", targets={"any": {"resolution": 2 * HOUR}})
    return a_ticket(actor=cast.agent, requester=cast.requester, team=cast.desk)


def test_clocks_are_listed_by_record_state_and_metric(ticket, cast, frozen):
    frozen.shift(timedelta(minutes=30))

    found = as_(cast.agent).get(f"{BASE}/clocks/?record={ticket.number}&metric=resolution")

    assert found.status_code == 200
    by_kind = {row["agreement_kind"]: row for row in found.json()["results"]}
    assert by_kind["sla"]["remaining_s"] == 3.5 * HOUR
    assert by_kind["ola"]["agreement"]["name"] == "Desk"
    assert as_(cast.agent).get(f"{BASE}/clocks/?colour=red").status_code == 400


def test_a_requester_sees_what_was_promised_to_them_and_nobody_elses_clocks(ticket, cast, outsider):
    mine = as_(cast.requester).get(f"{BASE}/clocks/").json()["results"]
    assert {row["agreement_kind"] for row in mine} == {"sla"}
    assert as_(outsider).get(f"{BASE}/clocks/").json()["results"] == []
    pk = the_clock(ticket, agreement_kind="ola").pk
    assert as_(cast.requester).get(f"{BASE}/clocks/{pk}/").status_code == 404
    assert as_(cast.requester).get(f"{BASE}/agreements/").json()["results"] == []


def test_the_explanation_adds_up_line_by_line_to_the_due_instant(ticket, cast, frozen):
    frozen.shift(timedelta(hours=1))
    until = (MONDAY + timedelta(days=1)).isoformat()
    perform(ticket, "wait_for_customer", actor=cast.agent, via="html",
            data={"reason": "a secret reason", "follow_up_at": until})  # fmt: skip
    frozen.shift(timedelta(hours=2))
    perform(ticket, "resume", actor=cast.agent, via="html")
    pk = the_clock(ticket, agreement_kind="sla").pk

    found = as_(cast.agent).get(f"{BASE}/clocks/{pk}/explain/").json()

    assert found["clock"]["due_at"] == "2026-03-02T15:00:00Z"
    assert found["reasons"] == ["It is of the kind Incident."]
    lines = [(s["kind"], s["used_s"], s["sum_s"], s["expected"]) for s in found["stretches"]]
    assert lines == [
        ("run", HOUR, HOUR, False),
        ("pause", 0, HOUR, False),
        ("run", 0, HOUR, False),
        ("run", 3 * HOUR, 4 * HOUR, True),
    ]
    assert found["stretches"][1]["note"] == "a secret reason"
    outside = as_(cast.requester).get(f"{BASE}/clocks/{pk}/explain/")
    assert "a secret reason" not in outside.content.decode()


def test_an_agreement_is_written_tried_and_published(frozen, cast, admin):
    calendar = a_calendar("Office", OFFICE)
    client = as_(admin)
    terms = {
        "name": "Gold",
        "kind": "sla",
        "calendar": calendar.pk,
        "conditions": {"kinds": ["incident"], "priorities": [1, 2]},
        "targets": {"P1": {"resolution": HOUR}, "P2": {"resolution": 2 * HOUR}},
    }
    made = client.post(f"{BASE}/agreements/", terms)
    assert made.status_code == 201, made.content
    url = f"{BASE}/agreements/{made.json()['id']}"

    changed = client.patch(f"{url}/", {"targets": {"P1": {"resolution": 60}}},
                           headers={"If-Match": made["ETag"]})  # fmt: skip
    assert changed.json()["draft"]["targets"] == {"P1": {"resolution": 60}}
    stale = client.patch(f"{url}/", {"grace_s": 5}, headers={"If-Match": made["ETag"]})
    assert stale.status_code == 412

    published = client.post(f"{url}/publish/").json()
    assert (published["draft"], published["in_force"]["number"]) == (None, 1)
    assert client.post(f"{url}/publish/").status_code == 409


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("targets", {}),
        ("targets", {"P9": {"resolution": 5}}),
        ("targets", {"P1": {"resolution": 0}}),
        ("targets", {"P1": {"speed": 5}}),
        ("targets", {"P1": {"resolution": True}}),
        ("conditions", {"moods": [1]}),
        ("conditions", {"kinds": ["holiday"]}),
        ("conditions", {"services": ["x"]}),
        ("steps", [{"key": "a", "percent": 50}]),
        ("steps", [{"key": "breach", "percent": 50, "actions": [{"do": "webhook"}]}]),
        ("steps", [{"key": "a", "percent": 5, "offset_s": 5, "actions": [{"do": "webhook"}]}]),
        ("steps", [{"key": "a", "percent": 5, "actions": [{"do": "shout"}]}]),
        ("quiet_hours", {"tz": "Mars/Base", "from": "22:00", "to": "06:00"}),
        ("pausable", ["resolution", "lunch"]),
    ],
)
def test_terms_that_cannot_be_kept_are_refused_with_their_place(frozen, admin, field, value):
    terms = {
        "name": "Gold",
        "kind": "sla",
        "calendar": a_calendar().pk,
        "targets": {"any": {"resolution": HOUR}},
        field: value,
    }

    answer = as_(admin).post(f"{BASE}/agreements/", terms)

    assert answer.status_code == 400, answer.content
    assert answer.json()["errors"][0]["field"] == field


def test_only_those_who_answer_for_the_company_write_agreements(frozen, cast):
    calendar = a_calendar()
    body = {"name": "x", "definition": OFFICE}

    refused = as_(cast.agent).post(f"{BASE}/calendars/", body)

    assert refused.status_code == 403
    assert as_(cast.agent).get(f"{BASE}/calendars/{calendar.pk}/").status_code == 200


def test_a_calendar_has_holidays_as_rows_and_an_example_before_it_is_published(frozen, admin):
    client = as_(admin)
    made = client.post(f"{BASE}/calendars/", {"name": "Vienna", "definition": OFFICE}).json()
    url = f"{BASE}/calendars/{made['id']}"
    assert client.post(f"{url}/public-holidays/", {"region": "AT", "years": [2026]}).json()["added"]
    assert (
        client.post(f"{url}/public-holidays/", {"region": "XX", "years": [1999]}).status_code == 400
    )
    assert (
        client.post(f"{url}/holidays/", {"date": "2026-03-03", "name": "Fair"}).status_code == 201
    )

    example = client.post(f"{url}/example/", {"start": "2026-03-02T15:00:00Z", "target_s": 7200})
    assert example.json()["due_at"] == "2026-03-04T09:00:00Z"

    assert client.post(f"{url}/publish/").status_code == 200
    assert client.post(f"{url}/publish/").status_code == 409
    bad = client.post(f"{BASE}/calendars/", {"name": "Bad", "definition": {"tz": "Nowhere"}})
    assert (bad.status_code, bad.json()["errors"][0]["field"]) == (400, "definition")


@pytest.mark.parametrize(
    "part", [{"ends": "12:00"}, {"starts": "12:00"}, {"starts": "12:00", "ends": "12:61"}]
)
def test_a_part_of_a_holiday_needs_both_its_ends(admin, part):
    calendar = a_calendar()

    refused = as_(admin).post(
        f"{BASE}/calendars/{calendar.pk}/holidays/", {"date": "2026-03-03", "name": "Fair", **part}
    )

    assert refused.status_code == 400
    assert refused.json()["errors"][0]["message"]
    assert not calendar.holidays.exists()


def test_an_imported_feed_waits_for_review(frozen, admin):
    calendar = a_calendar()
    feed = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:x
BEGIN:VEVENT
UID:1
DTSTART;VALUE=DATE:20260304
SUMMARY:Works outing
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART:20260305T100000Z
DTEND:20260305T120000Z
SUMMARY:Fire drill
END:VEVENT
END:VCALENDAR
"""
    client, url = as_(admin), f"{BASE}/calendars/{calendar.pk}"

    assert client.post(f"{url}/import/", {"text": feed}).json() == {"awaiting_review": 2}
    assert client.post(f"{url}/import/", {"text": feed}).json() == {"awaiting_review": 0}
    outing, drill = Holiday.objects.order_by("date")
    assert (drill.starts, drill.ends) == ("10:00:00", "12:00:00")
    decided = client.post(f"{url}/review/", {"accept": [outing.pk], "decline": [drill.pk]})
    assert decided.json() == {"decided": 2}
    published = client.post(f"{url}/publish/").json()
    assert published["in_force"]["definition"]["holidays"] == ["2026-03-04"]
    assert client.post(f"{url}/import/", {"text": "no calendar"}).status_code == 400


def test_a_draft_is_tried_on_the_last_days_without_changing_anything(ticket, cast, admin, frozen):
    agreement = the_clock(ticket, agreement_kind="sla").agreement_version.agreement
    client, url = as_(admin), f"{BASE}/agreements/{agreement.pk}"
    tag = client.get(f"{url}/")["ETag"]
    frozen.shift(timedelta(minutes=30))
    client.patch(f"{url}/", {"targets": {"any": {"resolution": 600, "first_response": HOUR}}},
                 headers={"If-Match": tag})  # fmt: skip

    found = client.post(f"{url}/simulate/", {"days": 7}).json()

    assert (found["looked_at"], found["newly_breached"]) == (2, 1)
    assert found["flips"][0]["number"] == ticket.number
    assert the_clock(ticket, agreement_kind="sla").state == "running"


def test_rows_of_a_list_get_their_clock_in_one_query(ticket, cast, frozen):
    tickets = [a_ticket(actor=cast.agent, requester=cast.requester) for _n in range(5)]
    put_on_rows(tickets, cast.agent)

    with CaptureQueriesContext(connection) as asked:
        put_on_rows(tickets, cast.agent)

    assert len(asked) == 1
    assert {row.clock.metric for row in tickets} == {"first_response"}
    assert [face.agreement_kind for face in clocks_of(ticket, cast.requester)] == ["sla", "sla"]
