"""Logging a call: the ticket it makes, the one it joins, and that nothing typed is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from itsm.accounts.models import User
from itsm.core import clock
from tests.factories import a_ticket, at_state
from tickets.forms import sign_opening
from tickets.models import Incident, ServiceRequest
from tickets.similar import similar_incidents
from valuechain.records.models import Comment, Participation, Record
from valuechain.records.vocabulary import Channel, ParticipationRole

pytestmark = pytest.mark.django_db

PAGE = "/tickets/call/"


@pytest.fixture
def desk_client(agent):
    client = Client()
    client.force_login(agent)
    return client


@pytest.fixture
def call(requester):
    """What the page sends for an ordinary call; `call(impact=3)` changes a part."""

    def call_(**changes):
        return {
            "caller": requester.name,
            "caller_id": "",
            "title": "The printer on floor 2 eats paper",
            "impact": "4",
            "urgency": "3",
            "kind": "incident",
            "resolution_code": "fixed",
            "opened": sign_opening(clock.now()),
            **changes,
        }

    return call_


def test_a_call_becomes_a_ticket_whose_number_is_shown_to_be_read_out(
    desk_client, call, requester, desk
):
    answer = desk_client.post(PAGE, call(), follow=True)

    ticket = Incident.objects.get()
    assert (ticket.requester, ticket.channel, ticket.team) == (requester, Channel.PHONE, desk)
    assert (ticket.impact, ticket.urgency, ticket.priority) == (4, 3, 3)
    assert answer.redirect_chain == [(f"/tickets/{ticket.number}/?logged=1", 302)]
    assert "The call is logged. Read out:" in answer.content.decode()


def test_the_call_began_when_the_page_was_opened_and_its_length_is_time_spent(
    desk_client, call, frozen, agent
):
    opened = clock.now()
    sent = call()
    frozen.shift(timedelta(minutes=3))

    desk_client.post(PAGE, sent)

    ticket = Incident.objects.get()
    entry = ticket.time_entries.get()
    assert ticket.received_at == opened
    assert ticket.opened_at == clock.now()
    assert (entry.seconds, entry.person) == (180, agent)


@pytest.mark.parametrize(
    ("written", "seconds"), [("12m", 720), ("1h 5m", 3_900), ("4", 240), ("", 180)]
)
def test_how_long_the_call_took_is_the_agents_to_say(desk_client, call, frozen, written, seconds):
    sent = call(spent=written)
    frozen.shift(timedelta(minutes=3))

    desk_client.post(PAGE, sent)

    assert Incident.objects.get().time_entries.get().seconds == seconds


def test_a_length_that_is_none_is_refused_and_kept(desk_client, call):
    answer = desk_client.post(PAGE, call(spent="long"))

    assert answer.status_code == 422
    assert "Write a span such as 15m or 1h 20m" in answer.content.decode()
    assert 'value="long"' in answer.content.decode()
    assert not Incident.objects.exists()


@pytest.mark.parametrize("opened", ["", "nonsense", "long ago"])
def test_an_opening_that_is_no_use_is_taken_as_now(desk_client, call, frozen, opened):
    sent = call(opened=sign_opening(clock.now()) if opened == "long ago" else opened)
    frozen.shift(timedelta(hours=5))

    desk_client.post(PAGE, sent)

    ticket = Incident.objects.get()
    assert ticket.received_at == clock.now()
    assert not ticket.time_entries.exists()


def test_somebody_new_is_added_with_name_and_phone(desk_client, call, organisation):
    desk_client.post(
        PAGE,
        call(
            caller="Nina Newcomer", new_caller="on", phone="+43 1 99", organisation=organisation.pk
        ),
    )

    nina = User.objects.get(name="Nina Newcomer")
    assert (nina.phone, nina.organisation, nina.email) == ("+43 1 99", organisation, None)
    assert Incident.objects.get().requester == nina


def test_nobody_is_added_when_the_ticket_is_refused(desk_client, call):
    answer = desk_client.post(PAGE, call(caller="Nina Newcomer", new_caller="on", title=""))

    assert answer.status_code == 422
    assert not User.objects.filter(name="Nina Newcomer").exists()


def test_an_unknown_name_is_answered_with_whom_it_might_mean_and_all_that_was_typed(
    desk_client, call, requester
):
    answer = desk_client.post(PAGE, call(caller="Requester", description="It smokes."))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "There is a problem" in page
    assert f"{requester.name} &lt;{requester.email}&gt;" in page
    assert "The printer on floor 2 eats paper" in page
    assert "It smokes." in page
    assert not Record.objects.exists()


def test_a_caller_nobody_could_match_is_taken_as_typed_and_matched_later(
    desk_client, call, agent, requester
):
    refused = desk_client.post(PAGE, call(caller="Somebody of ward 9"))
    assert "Log it now, match the caller later" in refused.content.decode()

    logged = desk_client.post(PAGE, call(caller="Somebody of ward 9", caller_late="1"), follow=True)

    record = Record.objects.get()
    assert record.requester == agent
    note = record.comments.get()
    assert note.is_internal
    assert "The caller said: Somebody of ward 9." in note.body
    assert f"{record.get_absolute_url()}edit/?only=requester" in logged.content.decode()
    assert not User.objects.filter(name="Somebody of ward 9").exists()

    # A name that is known is matched all the same.
    desk_client.post(PAGE, call(caller=requester.name, caller_late="1"))
    assert Record.objects.latest("pk").requester == requester


def test_digits_are_a_phone_or_an_employee_number_and_never_an_id(desk_client, call, requester):
    User.objects.filter(pk=requester.pk).update(employee_number="4711", phone="0043 1 55")

    by_number = desk_client.post(PAGE, call(caller="4711"))
    by_id = desk_client.post(PAGE, call(caller=str(requester.pk)))

    assert by_number.status_code == 302
    assert by_id.status_code == 422


def test_of_two_people_with_one_name_the_one_picked_is_meant(desk_client, call, organisation):
    _one, other = (
        User.objects.create_user(None, name="Sam Same", organisation=organisation) for _ in "ab"
    )

    refused = desk_client.post(PAGE, call(caller="Sam Same"))
    logged = desk_client.post(PAGE, call(caller="Sam Same", caller_id=str(other.pk)))

    assert (refused.status_code, logged.status_code) == (422, 302)
    assert Incident.objects.get().requester == other


def test_what_was_solved_on_the_phone_is_logged_and_resolved_in_one(desk_client, call):
    desk_client.post(PAGE, call(action="resolve", resolution="Turned it off and on."))

    ticket = Incident.objects.get()
    assert (ticket.state, ticket.resolution) == ("resolved", "Turned it off and on.")


def test_a_request_solved_on_the_phone_is_fulfilled(desk_client, call):
    desk_client.post(
        PAGE, call(kind="service_request", action="resolve", resolution="Access is given.")
    )

    assert ServiceRequest.objects.get().state == "fulfilled"


def test_resolving_without_saying_what_was_done_opens_nothing(desk_client, call):
    answer = desk_client.post(PAGE, call(action="resolve"))

    assert answer.status_code == 422
    assert "Write what was done." in answer.content.decode()
    assert not Record.objects.exists()


def test_log_and_next_offers_an_empty_form_and_says_the_number(desk_client, call):
    answer = desk_client.post(PAGE, call(action="next"), follow=True)

    assert answer.redirect_chain == [(PAGE, 302)]
    assert f"{Incident.objects.get().number} is logged." in answer.content.decode()


def test_a_second_report_joins_the_open_ticket_and_its_words_stay_inside(
    desk_client, call, requester, colleague
):
    ticket = a_ticket(actor=requester, title="Printer on floor 2 jams")

    answer = desk_client.post(PAGE, call(caller=colleague.name, title="", join=ticket.number))

    comment = Comment.objects.get()
    assert answer["Location"] == f"/tickets/{ticket.number}/#comment-{comment.pk}"
    assert (comment.form, comment.visibility) == ("call", "internal")
    assert Participation.objects.filter(
        record=ticket, person=colleague, role=ParticipationRole.AFFECTED
    ).exists()
    assert Record.objects.count() == 1


def test_joining_needs_a_caller_and_keeps_what_was_typed(desk_client, call, requester):
    ticket = a_ticket(actor=requester)

    answer = desk_client.post(PAGE, call(caller="", join=ticket.number))

    assert answer.status_code == 422
    assert "The printer on floor 2 eats paper" in answer.content.decode()


def test_nobody_joins_a_ticket_they_cannot_see(call, requester, outsider):
    ticket = a_ticket(actor=requester)
    client = Client()
    client.force_login(outsider)

    assert client.post(PAGE, call(join=ticket.number)).status_code == 404


def test_what_reads_alike_stands_beside_the_form(desk_client, requester):
    same = a_ticket(actor=requester, title="Printer floor 2 eats the paper")
    a_ticket(actor=requester, title="Cannot sign in to payroll")

    page = desk_client.get(f"{PAGE}beside/?title=printer eating paper&caller={requester.name}")

    html = page.content.decode()
    assert f'name="join" value="{same.number}"' in html
    assert "Add Rita Requester to this" in html
    assert html.count('data-keys="Alt+') == 1


@pytest.mark.parametrize("words", ["pritner eats paper", "paper printer", "PRINTER"])
def test_typing_errors_and_another_order_of_words_hide_no_match(agent, requester, words):
    ticket = a_ticket(actor=requester, title="Printer eats paper")

    assert similar_incidents(words, actor=agent, now=clock.now()) == [ticket]


def test_old_finished_and_foreign_tickets_are_not_offered_but_a_major_one_always_is(
    agent, requester, outsider, frozen
):
    old = a_ticket(actor=requester, title="Mail is down everywhere")
    major = a_ticket(actor=requester, title="Mail is down for all")
    Incident.objects.filter(pk=major.pk).update(is_major=True)
    a_ticket(actor=outsider, requester=outsider, title="Mail is down over there")
    frozen.shift(timedelta(hours=80))
    new = a_ticket(actor=requester, title="Mail is down again")

    found = similar_incidents("mail is down", actor=agent, now=clock.now())

    assert found == [major, new]
    assert old not in found


def test_the_priority_follows_the_words_said_on_the_phone(desk_client):
    page = desk_client.get(f"{PAGE}beside/?impact=1&urgency=1").content.decode()

    assert "P1 Critical" in page


def test_the_callers_open_records_are_named_first(desk_client, requester):
    ticket = a_ticket(actor=requester, title="Screen flickers")

    page = desk_client.get(f"{PAGE}?caller={requester.email}").content.decode()

    assert "Open for Rita Requester" in page
    assert ticket.number in page


def test_without_scripts_one_press_shows_what_is_known_and_keeps_what_was_typed(
    desk_client, call, requester
):
    ticket = a_ticket(actor=requester, title="The printer on floor 2 is on fire")

    page = desk_client.post(PAGE, call(action="look")).content.decode()

    assert ticket.number in page
    assert 'value="The printer on floor 2 eats paper"' in page
    assert "There is a problem" not in page
    assert Record.objects.count() == 1


def test_a_telephone_system_can_open_the_page_with_the_caller_filled_in(desk_client, requester):
    answer = desk_client.get(f"/tickets/new/?channel=call&caller={requester.email}", follow=True)

    assert answer.redirect_chain[0][0].startswith(PAGE)
    assert f"{requester.name} &lt;{requester.email}&gt;" in answer.content.decode()


def test_only_those_who_keep_the_desk_going_log_calls(planner, requester, call):
    client = Client()
    client.force_login(planner)

    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, call()).status_code == 403


def test_an_agent_without_a_team_logs_for_those_they_serve_and_loses_nothing_otherwise(
    call, requester, outsider
):
    client = Client()
    client.force_login(outsider)

    answer = client.post(PAGE, call(caller=requester.name))

    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()
    assert "The printer on floor 2 eats paper" in answer.content.decode()
    assert not Record.objects.exists()


def test_what_stands_beside_costs_the_same_however_many_tickets_are_alike(
    desk_client, requester, django_assert_max_num_queries
):
    for number in range(12):
        a_ticket(actor=requester, title=f"Printer {number} eats paper")

    with django_assert_max_num_queries(14):
        desk_client.get(f"{PAGE}beside/?title=printer eats paper&caller={requester.name}")


def browser(person):
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def live(cast):
    """Return a live service of a name."""
    return lambda title: at_state("service", "live", cast, title=title)


class TestWhatIsKnown:
    def test_the_service_named_in_the_problem_is_guessed_first(self, agent, live):
        page = browser(agent)
        payroll = live("Payroll export")
        live("Printing")

        beside = page.get("/tickets/call/beside/?title=payroll+export+hangs").content.decode()

        assert f'data-guess="{payroll.number} Payroll export"' in beside
        assert "Printing" not in beside

    def test_what_the_caller_wrote_about_before_is_a_guess_too(self, agent, requester, live):
        mail = live("E-mail")
        a_ticket(actor=requester, title="Slow", service=mail)

        beside = browser(agent).get(
            "/tickets/call/beside/", {"caller": requester.email, "title": "hm"}
        )

        assert f'data-guess="{mail.number} E-mail"' in beside.content.decode()

    def test_without_scripts_a_guess_is_taken_by_its_button(self, agent, live):
        mail = live("E-mail")

        shown = browser(agent).post(
            "/tickets/call/", {"title": "E-mail hangs", "guess": f"{mail.number} E-mail"}
        )

        assert shown.status_code == 200
        assert f'value="{mail.number} E-mail"' in shown.content.decode()

    def test_an_article_is_sent_and_the_call_resolved(self, agent, requester, cast):
        article = at_state("article", "published", cast, title="Clear a paper jam in the printer")
        page = browser(agent)
        beside = page.get("/tickets/call/beside/?title=printer+jam").content.decode()
        assert "Clear a paper jam" in beside

        page.post("/tickets/call/", {
            "caller": requester.email, "title": "Printer jam", "impact": "4", "urgency": "3",
            "kind": "incident", "article": article.number,
        })  # fmt: skip

        ticket = Incident.objects.get()
        assert (ticket.state, ticket.resolution_code) == ("resolved", "answered")
        assert f"/portal/articles/{article.number}/" in ticket.resolution

    def test_an_article_in_the_making_helps_nobody(self, agent, cast):
        at_state("article", "draft", cast, title="Clear a paper jam")

        beside = browser(agent).get("/tickets/call/beside/?title=paper+jam").content.decode()

        assert "Clear a paper jam" not in beside


def test_another_priority_is_kept_with_its_reason(desk_client, call):
    refused = desk_client.post(PAGE, call(priority="1"))
    assert refused.status_code == 422
    assert "Write why the priority is another." in refused.content.decode()

    desk_client.post(PAGE, call(priority="1", priority_reason="The board waits"))

    ticket = Incident.objects.get()
    assert (ticket.priority, ticket.priority_override) == (1, "The board waits")
