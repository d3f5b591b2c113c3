"""A quote of any entry of a timeline is evidence, and stays as visible as it was where it was said."""

from __future__ import annotations

import pytest

from itsm.core.errors import Denied, FieldErrors, RuleViolation
from tests.doors import Machine, browser
from tests.factories import a_person, a_ticket
from valuechain.improve.actions import improve_from, keep_quote
from valuechain.improve.models import Improvement, Quote
from valuechain.records.actions import add_comment, perform
from valuechain.records.actions.conversing import watch
from valuechain.records.models import Link
from valuechain.records.vocabulary import LinkKind, Via, Visibility

pytestmark = pytest.mark.django_db

SECRET = "The key lies under the mat, saffron-77."
SAID = "It printed blank pages again."


@pytest.fixture
def ticket(agent, requester, organisation, desk):
    return a_ticket(actor=agent, requester=requester, organisation=organisation, team=desk)


@pytest.fixture
def note(ticket, agent):
    return add_comment(ticket, body=SECRET, visibility=Visibility.INTERNAL, actor=agent, via="html")


@pytest.fixture
def reply(ticket, requester):
    return add_comment(ticket, body=SAID, visibility=Visibility.PUBLIC, actor=requester, via="html")


def quoted(ticket, comment, agent, **values):
    given = {"title": "Print what was sent"} | values
    return improve_from(ticket, f"comment-{comment.pk}", actor=agent, via=Via.HTML, **given)


def test_an_agent_makes_an_improvement_of_a_message_without_a_script(agent, ticket, reply):
    client = browser(agent)
    page = client.get(ticket.get_absolute_url()).content.decode()
    address = f"/improve/quote/tickets/{ticket.number}/comment-{reply.pk}/"
    asked = client.get(address).content.decode()
    answer = client.post(address, {"title": "Print what was sent"})
    shown = client.get(answer["Location"]).content.decode()

    improvement = Improvement.objects.get()
    assert address in page
    assert SAID in asked
    assert improvement.title == "Print what was sent"
    assert SAID in shown
    assert f"{ticket.get_absolute_url()}?whole=1#comment-{reply.pk}" in shown
    assert Link.objects.filter(
        source=ticket, target=improvement, kind=LinkKind.EVIDENCE_FOR
    ).exists()


def test_any_entry_can_be_quoted_not_only_a_message(agent, ticket):
    event = perform(ticket, "cancel", actor=agent, via="html", data={"reason": "Bought a new one."})

    improvement = quoted_event(ticket, event, agent)

    kept = Quote.objects.get(improvement=improvement)
    assert "Bought a new one." in kept.text
    assert (kept.said_by, kept.is_internal) == (str(agent), True)


def quoted_event(ticket, event, agent):
    return improve_from(
        ticket, f"event-{event.sequence}", actor=agent, via=Via.HTML, title="Ask before"
    )


def test_a_quote_of_a_note_never_reaches_who_may_not_read_the_note(
    agent, requester, admin, ticket, note, organisation
):
    improvement = quoted(ticket, note, agent)
    watch(improvement, person=requester, actor=admin, via=Via.HTML)
    door = Machine(requester)

    client = browser(requester)
    pages = [
        client.get(address, follow=True).content.decode()
        for address in (improvement.get_absolute_url(), f"/search/?q={improvement.number}")
    ]
    sent = [
        door.get(f"improvements/{improvement.number}/{part}").content.decode()
        for part in ("", "quotes/", "events/", "comments/")
    ]

    assert improvement.number in "".join(sent)
    assert not [text for text in (*pages, *sent) if "saffron-77" in text]
    assert Machine(agent).get(f"improvements/{improvement.number}/quotes/").json()["results"]


def test_somebody_who_works_on_the_improvement_alone_does_not_read_the_note(
    agent, ticket, note, admin
):
    improvement = quoted(ticket, note, agent)
    elsewhere = a_person("Otto Other", a_place("Lighthouse"), "team_lead")
    Improvement.objects.filter(pk=improvement.pk).update(organisation=elsewhere.organisation)

    client = browser(elsewhere)
    shown = client.get(improvement.get_absolute_url())

    assert shown.status_code == 200
    assert "saffron-77" not in shown.content.decode()


def a_place(name):
    from itsm.accounts.models import Organisation

    return Organisation.objects.create(name=name)


def test_a_token_without_the_scope_for_notes_reads_no_quote_of_a_note(agent, ticket, note, reply):
    improvement = quoted(ticket, note, agent)
    keep_quote(improvement, ticket, f"comment-{reply.pk}", actor=agent, via=Via.HTML)

    without = Machine(agent, "improve:read", "tickets:read")
    found = without.get(f"improvements/{improvement.number}/quotes/").json()["results"]

    assert [quote["text"] for quote in found] == [SAID]


def test_a_second_quote_is_added_to_an_improvement_that_is_open(agent, ticket, note, reply):
    improvement = quoted(ticket, note, agent)

    again = quoted(ticket, reply, agent, title="", into=improvement)
    quoted(ticket, reply, agent, title="", into=improvement)

    assert again == improvement
    assert improvement.specific.quotes.count() == 2
    assert Improvement.objects.count() == 1


def test_a_finished_improvement_takes_no_quote(agent, admin, ticket, reply):
    improvement = quoted(ticket, reply, agent)
    perform(improvement, "decline", actor=admin, via="html", data={"reason": "Not ours."})

    with pytest.raises(RuleViolation, match="is finished"):
        quoted(ticket, reply, agent, title="", into=improvement)


def test_only_those_who_work_on_a_record_quote_from_it(requester, ticket, reply, agent):
    improvement = quoted(ticket, reply, agent)

    with pytest.raises(Denied):
        improve_from(ticket, f"comment-{reply.pk}", actor=requester, via=Via.HTML, title="Mine")
    refused = Machine(requester).post(
        f"improvements/{improvement.number}/quotes/",
        {"record": ticket.number, "anchor": f"comment-{reply.pk}"},
    )
    assert refused.status_code == 404


def test_what_did_not_happen_cannot_be_quoted(agent, ticket, reply):
    with pytest.raises(FieldErrors) as refused:
        improve_from(ticket, "comment-999999", actor=agent, via=Via.HTML, title="Nothing")
    assert "Nothing like that happened here." in str(refused.value.errors)

    client = browser(agent)
    missing = client.get(f"/improve/quote/tickets/{ticket.number}/comment-999999/")
    without_title = client.post(
        f"/improve/quote/tickets/{ticket.number}/comment-{reply.pk}/", {"title": ""}
    )
    assert missing.status_code == 404
    assert without_title.status_code == 422
    assert "Say what is to be better" in without_title.content.decode()


def test_an_improvement_says_where_in_the_chain_it_is_to_be_better(agent, ticket, reply, brm):
    improvement = quoted(ticket, reply, agent)

    door = Machine(agent)
    here = door.get("improvements/?concerns=deliver_support").json()["results"]
    elsewhere = door.get("improvements/?concerns=plan").json()["results"]

    shown = browser(agent).get("/improvements/?cols=number,concerns_words").content.decode()

    assert [row["number"] for row in here] == [improvement.number]
    assert elsewhere == []
    assert ">Where<" in shown.replace("\n", "")
    assert "Deliver &amp; support" in shown.split("<tbody")[1]
