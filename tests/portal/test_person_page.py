"""The page of a person, for whoever answers them, and the note that only staff read."""

from __future__ import annotations

import pytest

from itsm.accounts.models import AdminEvent, User
from tests.doors import Machine, browser
from tests.factories import a_person, a_ticket
from valuechain.records.actions import perform
from valuechain.records.vocabulary import Via

NOTE = "VIP: call back within 15 minutes"


@pytest.fixture
def noted(requester):
    requester.desk_note = NOTE
    requester.phone = "+43 1 555 0100"
    requester.place = "Vienna, 2nd floor"
    requester.save()
    return requester


def test_it_says_how_to_reach_them_and_what_they_asked(agent, noted, desk):
    a_ticket(actor=agent, requester=noted, team=desk, title="Open one")
    done = a_ticket(actor=agent, requester=noted, team=desk, title="Finished one")
    perform(done, "resolve", actor=agent, via=Via.HTML,
            data={"resolution_code": "fixed", "resolution": "Cleaned."})  # fmt: skip

    shown = browser(agent).get(f"/people/{noted.pk}/").content.decode()

    opened, finished = shown.split("Finished last")
    assert "Open one" in opened
    assert "Finished one" not in opened
    assert "Finished one" in finished
    for words in (NOTE, noted.phone, noted.place, str(noted.organisation)):
        assert words in shown


def test_the_desk_writes_the_note_and_it_is_in_the_trail(agent, requester):
    browser(agent).post(f"/people/{requester.pk}/", {"desk_note": f"  {NOTE} "})

    requester.refresh_from_db()
    assert requester.desk_note == NOTE
    told = AdminEvent.objects.get(verb="person.changed")
    assert (told.actor_id, told.data) == (agent.pk, {"changed": {"desk_note": ["", NOTE]}})


def test_staff_who_are_not_the_desk_read_it_and_cannot_write_it(noted, organisation):
    architect = a_person("Ada Architect", organisation, "architect")
    page = browser(architect)

    shown = page.get(f"/people/{noted.pk}/").content.decode()
    answer = page.post(f"/people/{noted.pk}/", {"desk_note": "Mine"})

    assert NOTE in shown
    assert "Keep the note" not in shown
    assert answer.status_code == 422
    assert User.objects.get(pk=noted.pk).desk_note == NOTE


def test_programs_of_the_desk_read_it_and_the_person_never_does(agent, noted):
    where = f"/api/v1/people/{noted.pk}/"

    assert Machine(agent).get(where).json()["desk_note"] == NOTE
    assert NOTE not in Machine(noted).get(where).content.decode()


def test_the_ticket_and_the_call_show_it(agent, noted, desk):
    ticket = a_ticket(actor=agent, requester=noted, team=desk)
    page = browser(agent)

    assert NOTE in page.get(ticket.get_absolute_url()).content.decode()
    beside = page.get("/tickets/call/beside/", {"caller": noted.email, "title": "x"})
    assert NOTE in beside.content.decode()


def test_the_person_never_reads_it(agent, noted, desk):
    ticket = a_ticket(actor=noted, team=desk)
    page, program = browser(noted), Machine(noted)

    for address in (
        "/portal/", f"/portal/requests/{ticket.number}/", "/me/", f"/people/{noted.pk}/",
        ticket.get_absolute_url(),
    ):  # fmt: skip
        assert NOTE not in page.get(address, follow=True).content.decode()
    for address in ("people/", f"tickets/{ticket.number}/", "me/"):
        assert NOTE not in program.get(address).content.decode()


def test_it_costs_the_same_for_one_ticket_as_for_many(
    agent, noted, desk, django_assert_max_num_queries
):
    for place in range(8):
        a_ticket(actor=agent, requester=noted, team=desk, title=f"Number {place}")

    page = browser(agent)
    with django_assert_max_num_queries(10):
        page.get(f"/people/{noted.pk}/")
