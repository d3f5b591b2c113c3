"""New editions reach the clocks that run, and the company begins with sensible ones."""

from __future__ import annotations

from datetime import timedelta

import pytest

from itsm.accounts.access import SYSTEM
from itsm.core.errors import Denied, FieldErrors, RuleViolation
from sla import actions
from sla.checking import differences
from sla.defaults import install_defaults
from sla.holidays import read_feed
from sla.matching import Conditions, Promise, Subject, match
from sla.models import Agreement, Calendar, Clock
from sla.rolling_out import roll_out
from tests.conftest import MONDAY
from tests.factories import a_ticket
from tests.sla.promises import HOUR, OFFICE, a_calendar, an_agreement, the_clock
from tests.together import together

LATE_SHIFT = {**OFFICE, "weekly": {**OFFICE["weekly"], "mon": [["10:00", "18:00"]]}}


@pytest.mark.django_db
@pytest.mark.parametrize(("mode", "due"), [("recompute", 14), ("from_now", 13)])
def test_a_new_calendar_reaches_running_clocks_as_it_was_published(frozen, cast, mode, due):
    calendar = a_calendar("Office", OFFICE)
    an_agreement(calendar=calendar, targets={"any": {"resolution": 4 * HOUR}})
    running = a_ticket(actor=cast.agent, requester=cast.requester)
    frozen.shift(timedelta(hours=3))

    actions.draft_calendar(calendar, LATE_SHIFT, actor=SYSTEM)
    actions.publish_calendar(calendar, actor=SYSTEM, mode=mode)
    assert roll_out(batch=1) == 1

    assert the_clock(running).due_at == MONDAY.replace(hour=due)
    assert the_clock(running).calendar_version.number == 2
    assert roll_out() == 0
    assert list(differences()) == []


@pytest.mark.django_db
def test_finished_clocks_never_change(frozen, cast):
    calendar = a_calendar("Office", OFFICE)
    an_agreement(calendar=calendar, targets={"any": {"ownership": HOUR}})
    ticket = a_ticket(actor=cast.agent, requester=cast.requester, owner=cast.agent)

    actions.draft_calendar(calendar, LATE_SHIFT, actor=SYSTEM)
    actions.publish_calendar(calendar, actor=SYSTEM)
    roll_out()

    assert the_clock(ticket, "ownership").calendar_version.number == 1


@pytest.mark.django_db
def test_a_new_edition_holds_for_new_clocks_and_for_running_ones_when_asked(frozen, cast):
    agreement = an_agreement(targets={"any": {"resolution": HOUR}}).agreement
    ticket = a_ticket(actor=cast.agent, requester=cast.requester)

    for seconds, apply in ((2 * HOUR, False), (3 * HOUR, True)):
        targets = {"any": {"resolution": seconds}}
        actions.draft_agreement(agreement, {"targets": targets}, actor=SYSTEM)
        actions.publish_agreement(agreement, actor=SYSTEM, apply_to_running=apply)
        roll_out()
        newer = a_ticket(actor=cast.agent, requester=cast.requester)
        assert the_clock(newer).target_s == seconds
        assert the_clock(ticket).target_s == (seconds if apply else HOUR)


@pytest.mark.django_db
def test_a_retired_agreement_ends_its_clocks(frozen, cast):
    agreement = an_agreement().agreement
    ticket = a_ticket(actor=cast.agent, requester=cast.requester)

    actions.retire_agreement(agreement, actor=SYSTEM)
    roll_out()

    assert set(Clock.objects.of(ticket).values_list("state", flat=True)) == {"cancelled"}
    later = a_ticket(actor=cast.agent, requester=cast.requester)
    assert not Clock.objects.of(later).exists()


@pytest.mark.django_db
def test_nobody_publishes_without_the_role_or_a_difference(frozen, cast):
    calendar = a_calendar()

    with pytest.raises(Denied):
        actions.publish_calendar(calendar, actor=cast.agent)
    with pytest.raises(RuleViolation, match="Nothing differs"):
        actions.publish_calendar(calendar, actor=SYSTEM)


@pytest.mark.django_db
def test_the_defaults_cover_every_priority_of_incidents_and_requests(frozen, cast):
    install_defaults()
    install_defaults()

    assert (Calendar.objects.count(), Agreement.objects.count()) == (2, 2)
    urgent = a_ticket(actor=cast.agent, requester=cast.requester, impact=1, urgency=1)
    relaxed = a_ticket("service_request", actor=cast.agent, requester=cast.requester,
                       impact=4, urgency=4)  # fmt: skip
    assert the_clock(urgent).due_at == MONDAY + timedelta(hours=4)
    assert the_clock(relaxed).due_at.date() == (MONDAY + timedelta(days=7)).date()


@pytest.mark.django_db(transaction=True)
def test_the_defaults_can_be_installed_twice_at_once():
    results = together(3, lambda _n: install_defaults())

    assert results == [None, None, None]
    assert Agreement.objects.count() == 2


def a_promise(agreement, **limits):
    return Promise(agreement, agreement, f"A{agreement}", 1, "sla", 1,
                   conditions=Conditions.read(limits))  # fmt: skip


SUBJECT = Subject("incident", 1, (1, 5, 9), service=7, team=3, channel="phone")


@pytest.mark.parametrize(
    ("promises", "winner"),
    [
        ([a_promise(1), a_promise(2, kinds=["incident"])], 2),
        ([a_promise(1, services=[7]), a_promise(2, organisations=[9], teams=[3])], 1),
        ([a_promise(1, organisations=[1]), a_promise(2, organisations=[5])], 2),
        ([a_promise(2, priorities=[1]), a_promise(1, priorities=[1])], 1),
        ([a_promise(1, services=[8]), a_promise(2)], 2),
        ([a_promise(1, channels=["email"])], None),
    ],
)
def test_the_most_specific_agreement_wins_in_whatever_order(promises, winner):
    for order in (promises, promises[::-1]):
        found = match(order, SUBJECT).get("sla")
        assert (found and found.promise.agreement) == winner


def feed(*lines):
    entry = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", "UID:1", *lines])
    return f"{entry}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n".encode()


def days_of(*lines, zone="Europe/Vienna"):
    return [
        (str(day.date), day.starts, day.ends) if day.starts else str(day.date)
        for day in read_feed(feed(*lines), zone=zone)
    ]


def test_a_day_that_comes_back_each_year_is_written_out_from_this_year_on(frozen):
    found = days_of(
        "DTSTART;VALUE=DATE:20201226", "SUMMARY:Boxing Day", "RRULE:FREQ=YEARLY",
        "EXDATE;VALUE=DATE:20271226",
    )  # fmt: skip

    assert found[:2] == ["2026-12-26", "2028-12-26"]
    assert found[-1] == "2031-12-26"


def test_a_rule_by_weekday_and_its_end_are_followed(frozen):
    found = days_of(
        "DTSTART;VALUE=DATE:20251127", "SUMMARY:Thanksgiving",
        "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;UNTIL=20281231T000000Z",
    )  # fmt: skip

    assert found == ["2026-11-26", "2027-11-25", "2028-11-23"]


def test_an_afternoon_that_comes_back_keeps_its_hours(frozen):
    found = days_of(
        "DTSTART:20251224T120000", "DTEND:20251225T000000", "SUMMARY:Christmas Eve",
        "RRULE:FREQ=YEARLY;COUNT=3",
    )  # fmt: skip

    assert found == [("2026-12-24", "12:00:00", "24:00"), ("2027-12-24", "12:00:00", "24:00")]


def test_a_rule_that_cannot_be_read_is_refused_with_the_reason(frozen):
    with pytest.raises(FieldErrors, match="iCalendar"):
        days_of("DTSTART;VALUE=DATE:20251127", "RRULE:FREQ=SOMETIMES")
