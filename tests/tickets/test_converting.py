"""A ticket that turns out to be something else goes on as that: one conversation, two numbers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from itsm.core import clock
from itsm.core.errors import Denied, FieldErrors
from tests.doors import Machine, browser
from tests.factories import a_person, a_ticket, fresh
from tickets.actions.merging import split_back
from valuechain.records.actions import add_comment, perform
from valuechain.records.models import Comment, Link
from valuechain.records.vocabulary import LinkKind


@pytest.fixture
def ticket(agent, requester, desk):
    made = a_ticket(
        actor=agent, requester=requester, team=desk, title="I need a monitor", impact=4, urgency=3,
        received_at=clock.now() - timedelta(days=2), tags=["desk"],
    )  # fmt: skip
    add_comment(made, body="A big one.", visibility="public", actor=requester, via="html")
    return made


@pytest.mark.parametrize("kind", ["service_request", "change", "problem"])
def test_everything_goes_on_under_the_new_kind(agent, requester, desk, ticket, kind):
    event = perform(ticket, "convert", actor=agent, via="html", data={"kind": kind})

    gone, made = event.record, event.record.merged_into.specific
    assert (gone.state, made.kind) == ("merged", kind)
    for name in ("title", "received_at", "requester", "team", "impact", "urgency", "tags"):
        assert getattr(made, name) == getattr(gone, name)
    assert [c.body for c in Comment.objects.filter(record=made)] == ["A big one."]
    assert Link.objects.filter(source=made, target=gone, kind=LinkKind.DERIVED_FROM).exists()
    assert made.participations.filter(person=requester).exists()


def test_both_pages_lead_to_each_other(agent, ticket):
    page = browser(agent)
    page.post(f"{ticket.get_absolute_url()}do/convert/", {"kind": "service_request", "version": ""})
    made = fresh(ticket).merged_into

    old = page.get(f"{ticket.get_absolute_url()}?stay=1").content.decode()
    new = page.get(made.get_absolute_url()).content.decode()

    assert f"Converted: this goes on as {made.number}." in old
    assert ticket.get_absolute_url() in new
    assert "A big one." in new


def test_an_answer_to_the_old_number_reaches_the_new_ticket(agent, requester, ticket):
    gone = perform(ticket, "convert", actor=agent, via="html", data={"kind": "problem"}).record

    add_comment(gone, body="Any news?", visibility="public", actor=requester, via="html")

    assert Comment.objects.get(body="Any news?").record_id == gone.merged_into_id


def test_it_is_taken_back_within_days(agent, ticket):
    gone = perform(ticket, "convert", actor=agent, via="html", data={"kind": "problem"}).record
    made = gone.merged_into

    back = split_back(gone, actor=agent, via="html")

    assert (back.state, back.merged_into_id) == ("new", None)
    assert Comment.objects.get(body="A big one.").record_id == back.pk
    assert not Link.objects.filter(source=made, target=back, kind=LinkKind.DERIVED_FROM).exists()


@pytest.mark.parametrize(
    ("kind", "left"), [("service_request", "merged"), ("problem", "cancelled"), ("change", "cancelled")]
)  # fmt: skip
def test_taken_back_the_ticket_made_for_it_is_over(agent, requester, ticket, kind, left):
    gone = perform(ticket, "convert", actor=agent, via="html", data={"kind": kind}).record
    made = gone.merged_into.specific
    add_comment(made, body="On the new number.", visibility="public", actor=requester, via="html")

    back = split_back(gone, actor=agent, via="html")

    made = fresh(made)
    assert (back.state, made.state, made.is_live) == ("new", left, False)
    told = set(Comment.objects.filter(record=back).values_list("body", flat=True))
    assert told == {"A big one.", "On the new number."}
    assert not Comment.objects.filter(record=made).exists()
    said = browser(agent).get(f"{made.get_absolute_url()}?stay=1").content.decode()
    assert f"his goes on as {back.number}" in said


def test_taken_back_what_the_new_ticket_achieved_is_left_alone(agent, ticket):
    gone = perform(
        ticket, "convert", actor=agent, via="html", data={"kind": "service_request"}
    ).record
    made = gone.merged_into
    perform(made, "accept", actor=agent, via="html")
    perform(made, "start", actor=agent, via="html")
    perform(made, "fulfil", actor=agent, via="html", data={"resolution": "There it is."})

    back = split_back(gone, actor=agent, via="html")

    assert (back.state, fresh(made).state) == ("new", "fulfilled")


def test_who_may_not_and_what_is_no_kind_is_refused(requester, agent, ticket):
    with pytest.raises(Denied):
        perform(ticket, "convert", actor=requester, via="html", data={"kind": "problem"})
    with pytest.raises(FieldErrors):
        perform(ticket, "convert", actor=agent, via="html", data={"kind": "incident"})
    assert fresh(ticket).state == "new"


def test_a_program_converts_as_people_do(agent, ticket, organisation):
    sent = {"transition": "convert", "data": {"kind": "service_request"}}
    stranger = a_person("Sam Stranger", organisation)

    assert Machine(stranger).post(f"tickets/{ticket.number}/transitions/", sent).status_code == 404
    answer = Machine(agent).post(f"tickets/{ticket.number}/transitions/", sent).json()

    assert (answer["state"], answer["merged_into"][:4]) == ("merged", "REQ-")
