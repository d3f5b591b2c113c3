"""My work, the activities and the search: every number is the length of the list it opens."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from itsm.accounts.models import Team
from itsm.core import clock
from itsm.portal import home
from tests.factories import a_person, a_ticket, at_state, fresh
from valuechain.records.actions import add_comment, hand_off, perform
from valuechain.records.flows import flows
from valuechain.records.models import Handover, Record
from valuechain.records.tabs import LISTED
from valuechain.records.vocabulary import Via

pytestmark = pytest.mark.django_db


def counts(html):
    """Return address and number of every counted link of a page."""
    return [
        (unescape(address), int(number))
        for address, number in re.findall(r'href="([^"]+)" data-count="(\d+)"', html)
    ]


def rows(client, address):
    return len(re.findall(r'id="row-', client.get(address).content.decode()))


@pytest.fixture
def busy_desk(requester, agent, desk, organisation):
    """Tickets of several owners, teams and states."""
    other = Team.objects.create(name="Other team", organisation=organisation)
    for place in range(3):
        ticket = a_ticket(actor=requester, title=f"Mine {place}", team=desk)
        perform(ticket, "start", actor=agent, via=Via.HTML)
    later = (clock.now() + timedelta(hours=1)).isoformat()
    waits = a_ticket(actor=requester, title="Waits for a part", team=desk)
    perform(waits, "start", actor=agent, via=Via.HTML)
    perform(waits, "wait_for_supplier", actor=agent, via=Via.HTML,
            data={"reason": "A part", "follow_up_at": later})  # fmt: skip
    a_ticket(actor=requester, title="Nobody's here", team=desk)
    a_ticket(actor=requester, title="Nobody's there", team=other)
    a_ticket(actor=requester, title="Nobody's at all")
    a_ticket("change", actor=agent, title="A change of mine", owner=agent)
    late = a_ticket(actor=requester, title="Late", team=desk, owner=agent)
    Record.objects.filter(pk=late.pk).update(next_due_at=clock.now() - timedelta(hours=1))


@pytest.mark.usefixtures("busy_desk")
@pytest.mark.parametrize("address", ["/", "/activity/deliver-support/"])
def test_every_number_is_the_length_of_the_list_it_opens(signed_in, agent, address):
    client = signed_in(agent)

    shown = counts(client.get(address).content.decode())

    assert len(shown) >= 4
    assert sum(number for _address, number in shown) >= 8
    for target, number in shown:
        assert rows(client, target) == number, target


@pytest.mark.usefixtures("busy_desk")
def test_my_work_names_what_is_late_and_what_to_follow_up(signed_in, agent):
    html = signed_in(agent).get("/").content.decode()

    ending = html[html.index("Clocks that end next") : html.index("Mine, by state")]
    assert "Late" in ending
    assert "Waits for a part" in html[html.index("Follow up today") :]


def test_my_work_of_somebody_new_says_that_nothing_is_there(signed_in, planner):
    html = signed_in(planner).get("/").content.decode()

    assert "Nothing open is yours." in html
    assert "Follow up today" not in html


def test_my_work_costs_the_same_for_few_and_for_many(signed_in, agent, requester, desk):
    client = signed_in(agent)
    client.get("/")  # what is remembered between pages is read once
    costs = []
    for _round in range(2):
        for number in range(8):
            ticket = a_ticket(actor=requester, title=f"Case {number}", team=desk, owner=agent)
            Record.objects.filter(pk=ticket.pk).update(next_due_at=clock.now())
        with CaptureQueriesContext(connection) as told:
            client.get("/")
        costs.append(len(told))

    assert costs[0] == costs[1]
    assert costs[1] <= 20


@pytest.fixture
def handed_over(requester, agent, desk, organisation):
    """A change asked for by an incident and waiting to be taken over."""
    incident = a_ticket(actor=requester, organisation=organisation, team=desk)
    change = a_ticket("change", actor=agent, organisation=organisation, team=desk)
    return Handover.objects.create(
        source=incident, target=change, flow="request_change", from_activity="engage",
        to_activity="deliver_support", offered_at=clock.now(), offered_by=agent,
    )  # fmt: skip


def test_work_handed_over_is_taken_or_sent_back_where_it_arrives(
    signed_in, agent, outsider, handed_over
):
    client = signed_in(agent)
    page = client.get("/activity/deliver-support/").content.decode()
    accept = f"/handovers/{handed_over.pk}/accept/"

    assert "Handed over, waiting to be taken" in page
    assert accept in page
    assert "Handed over to you" in client.get("/").content.decode()
    assert signed_in(outsider).post(accept).status_code == 404
    client.post(accept)

    assert Handover.objects.get().status == "accepted"
    twice = client.post(accept, follow=True).content.decode()
    assert "This was accepted already." in twice


def test_sending_work_back_needs_a_reason(signed_in, agent, handed_over):
    client = signed_in(agent)
    address = f"/handovers/{handed_over.pk}/return/"

    refused = client.post(address, {"reason": " "}, follow=True).content.decode()
    assert "Say why it goes back." in refused
    client.post(address, {"reason": "The plan is missing."})

    assert Handover.objects.get().return_reason == "The plan is missing."


def test_an_activity_draws_the_flows_the_program_accepts(signed_in, agent):
    html = signed_in(agent).get("/activity/deliver-support/").content.decode()

    into = [flow for flow in flows if flow.to in ("incident", "change")]
    assert into
    for flow in into:
        assert str(flow.label) in html


def test_an_exact_number_opens_the_record(signed_in, agent, requester):
    ticket = a_ticket(actor=requester)

    for words in (ticket.number, ticket.number.lower(), f"%23{ticket.number}"):
        answer = signed_in(agent).get(f"/search/?q={words}")
        assert answer["Location"] == f"/tickets/{ticket.number}/"
    own = signed_in(requester).get(f"/search/?q={ticket.number}")
    assert own["Location"] == f"/portal/requests/{ticket.number}/"


def test_a_number_one_may_not_see_is_found_no_more_than_one_there_is_not(
    signed_in, outsider, requester
):
    ticket = a_ticket(actor=requester)

    seen, unknown = (
        signed_in(outsider).get(f"/search/?q={number}").content.decode().replace(number, "N")
        for number in (ticket.number, "INC-999999")
    )

    # The token against forged forms differs from page to page.
    def without_tokens(html):
        return re.sub(
            r'(csrfmiddlewaretoken" value="|once" value="|X-CSRFToken": ")[^"]+', "", html
        )

    assert without_tokens(seen) == without_tokens(unknown)


def test_words_find_records_by_kind_and_are_marked(signed_in, agent, requester):
    a_ticket(actor=requester, title="Printer <script>alert(1)</script> & co")

    html = signed_in(agent).get("/search/?q=print").content.decode()

    assert "<mark>Print</mark>er &lt;script&gt;" in html
    assert "<script>alert" not in html


def test_words_of_markup_are_shown_as_typed(signed_in, agent):
    html = signed_in(agent).get("/search/?q=<b>x</b>").content.decode()

    assert "<b>x</b>" not in html
    assert "&lt;b&gt;x&lt;/b&gt;" in html


@pytest.mark.parametrize("words", ["&|!()", "'", "\\", "a" * 500, "%00", "::*"])
def test_no_words_break_the_search(signed_in, agent, words):
    assert signed_in(agent).get("/search/", {"q": words}).status_code == 200


def test_a_group_with_many_hits_leads_to_all_of_them(signed_in, agent, requester):
    for number in range(9):
        a_ticket(actor=requester, title=f"Keyboard {number}")
    client = signed_in(agent)

    few = client.get("/search/?q=keyboard").content.decode()
    all_of_them = client.get("/search/?q=keyboard&type=tickets").content.decode()

    assert few.count("<mark>Keyboard</mark>") == 7
    assert "/search/?q=keyboard&amp;type=tickets" in few
    assert all_of_them.count("<mark>Keyboard</mark>") == 9


def test_people_are_found_by_staff_alone(signed_in, agent, requester, colleague):
    assert colleague.email not in signed_in(requester).get("/search/?q=Colin").content.decode()
    assert "Tickets of Colin Colleague" in signed_in(agent).get("/search/?q=Colin").content.decode()


def test_suggestions_name_people_from_two_letters_on(signed_in, agent, requester):
    client = signed_in(agent)

    assert requester.email in client.get("/suggest/people/?q=ri").content.decode()
    assert requester.email not in client.get("/suggest/people/?q=r").content.decode()


def test_suggestions_name_records_by_number_and_by_words(signed_in, agent, requester):
    ticket = a_ticket(actor=requester, title="Router is warm")
    client = signed_in(agent)

    for words in (ticket.number[:6], "router"):
        assert ticket.number in client.get(f"/suggest/records/?q={words}").content.decode()
    other = client.get("/suggest/records/?q=router&kinds=change").content.decode()
    assert ticket.number not in other


def test_a_ticket_nobody_has_is_taken_with_one_press(signed_in, agent, lead, requester, desk):
    ticket = a_ticket(actor=requester, team=desk)
    client = signed_in(agent)

    assert "Nobody has this yet." in client.get(f"/tickets/{ticket.number}/").content.decode()
    client.post(f"/tickets/{ticket.number}/take/")
    late = signed_in(lead).post(f"/tickets/{ticket.number}/take/", follow=True)

    assert fresh(ticket).owner == agent
    assert "Agnes Agent has it already." in late.content.decode()


@pytest.mark.parametrize(
    ("words", "seconds"), [("15m", 900), ("1h 20m", 4800), ("+45", 2700), ("2 h", 7200)]
)
def test_time_is_written_as_people_say_it(signed_in, agent, requester, words, seconds):
    ticket = a_ticket(actor=requester)

    signed_in(agent).post(f"/tickets/{ticket.number}/time/", {"spent": words})

    assert ticket.time_entries.get().seconds == seconds


@pytest.mark.parametrize("words", ["", "soon", "0m", "30h", "-5"])
def test_time_written_otherwise_is_answered_with_how_to_write_it(
    signed_in, agent, requester, words
):
    ticket = a_ticket(actor=requester)

    answer = signed_in(agent).post(f"/tickets/{ticket.number}/time/", {"spent": words})

    assert answer.status_code == 422
    assert not ticket.time_entries.exists()


def test_somebody_follows_a_ticket_and_stops_again(signed_in, agent, requester):
    ticket = a_ticket(actor=requester)
    client = signed_in(agent)
    address = f"/tickets/{ticket.number}/watch/"

    followed = client.post(address, {"action": "follow"}, follow=True).content.decode()
    stopped = client.post(address, {"action": "stop"}, follow=True).content.decode()

    assert "Stop following" in followed
    assert "Follow this" in stopped


def test_messages_are_split_off_into_a_second_ticket(signed_in, agent, requester):
    ticket = a_ticket(actor=requester)
    comment = add_comment(ticket, body="And my phone is dead.", visibility="public",
                          actor=requester, via=Via.HTML)  # fmt: skip
    client = signed_in(agent)
    address = f"/tickets/{ticket.number}/split/"

    assert "And my phone is dead." in client.get(address).content.decode()
    assert client.post(address, {"title": "Phone"}).status_code == 422
    client.post(address, {"title": "Phone is dead", "comments": [comment.pk]})

    made = Record.objects.get(title="Phone is dead")
    assert [one.body for one in made.comments.all()] == ["And my phone is dead."]


def test_the_page_of_a_ticket_costs_few_queries(signed_in, agent, requester, desk):
    ticket = a_ticket(actor=requester, team=desk)
    client = signed_in(agent)
    client.get(f"/tickets/{ticket.number}/")

    with CaptureQueriesContext(connection) as told:
        client.get(f"/tickets/{ticket.number}/")

    assert len(told) <= 26, "\n".join(query["sql"][:160] for query in told)


def test_what_was_handed_over_is_taken_where_it_is_read(signed_in, organisation, cast, brm):
    architect = a_person("Alba Author", organisation, "architect")
    made = []
    for place in range(9):
        need = at_state("need", "qualified", cast, title=f"Need {place}")
        made.append(hand_off(need, "specify", actor=brm, via=Via.HTML).target)
    client = signed_in(architect)

    home = client.get("/").content.decode()
    assert ("/handovers/", 9) in counts(home)
    assert rows(client, "/handovers/") == 9

    page = f"/specs/{made[-1].number}/"
    offer = re.search(r'action="(/handovers/\d+/accept/)"', client.get(page).content.decode())[1]
    client.post(offer)
    assert fresh(made[-1]).owner == architect
    assert "/accept/" not in client.get(page).content.decode()
    assert ("/handovers/", 8) in counts(client.get("/").content.decode())


def test_a_number_that_was_counted_no_further_says_so(agent, client, monkeypatch):
    monkeypatch.setattr(home, "count_all", lambda *_a, **_k: [LISTED + 1, LISTED, 2, 0])
    client.force_login(agent)

    numbers = re.findall(r'<span class="number">([^<]+)</span>', client.get("/").content.decode())

    assert numbers[:4] == ["1000+", "1000", "2", "0"]
