"""Finding and ordering as a requester: tiles, usual times, one question a page, outages, search."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import caches

from itsm.portal.popularity import Popularity, popularity_of
from tests.factories import a_ticket, at_state, fresh
from tickets.ordering import order
from valuechain.deliver_support.actions import set_questions
from valuechain.deliver_support.models import Service
from valuechain.records.actions import perform
from valuechain.records.models import Record
from valuechain.records.vocabulary import Via

pytestmark = pytest.mark.django_db

LONG = [
    {"name": f"q{n}", "label": f"Question {n}?", "kind": "line", "required": n != 6}
    for n in range(1, 7)
]


@pytest.fixture
def offering(cast):
    return at_state("offering", "published", cast, title="Docking station", delivery_days=5)


@pytest.fixture
def long_form(cast, offering):
    return set_questions(offering, LONG, actor=cast.admin, via="html")


def test_the_last_tile_is_something_else_whatever_was_found(signed_in, cast, offering):
    client = signed_in(cast.requester)

    for address in ("/portal/services/", "/portal/services/?q=zzzz"):
        shown = client.get(address).content.decode()
        tiles = shown.split('id="articles-title"')[0].split('class="card ask')
        assert "/portal/request/something-else/" in tiles[-1], address


def test_a_usual_time_is_said_once_enough_people_have_had_it(signed_in, cast, offering, frozen):
    client = signed_in(cast.requester)
    assert "Usually within 5 working days" in client.get("/portal/services/").content.decode()

    orders = [order(offering, answers={}, actor=cast.requester, via="html") for _n in range(3)]
    frozen.shift(timedelta(hours=40))
    for one in orders:
        Record.objects.filter(pk=one.pk).update(team=cast.desk)
        perform(fresh(one), "start", actor=cast.agent, via=Via.HTML)
        perform(fresh(one), "fulfil", actor=cast.agent, via=Via.HTML, data={"resolution": "There."})
    caches["process"].clear()

    assert popularity_of([offering])[offering.number] == Popularity(3, timedelta(hours=40))
    body = signed_in(cast.requester).get("/portal/").content.decode()
    assert "Most people had it within 2 days" in body


@pytest.mark.parametrize(("why", "is_decided"), [("Costs more than 500", True), ("", False)])
def test_an_order_that_waits_for_a_decision_says_so_when_it_is_sent(
    signed_in, cast, why, is_decided
):
    item = at_state("offering", "published", cast, title="Notebook", approval_policy=why)
    made = order(item, answers={}, actor=cast.requester, via="html")

    sent = signed_in(cast.requester).get(f"/portal/requests/{made.number}/sent/").content.decode()

    assert ("Somebody decides on it first." in sent) is is_decided
    assert "Somebody reads it and takes it up." in sent


def test_what_is_ordered_most_comes_first(signed_in, cast, offering):
    at_state("offering", "published", cast, title="Adapter")
    order(offering, answers={}, actor=cast.requester, via="html")

    body = signed_in(cast.requester).get("/portal/").content.decode()

    assert body.index("Docking station") < body.index("Adapter")


def test_a_long_form_asks_one_thing_a_page_and_shows_the_answers_before_it_is_sent(
    signed_in, cast, long_form
):
    client = signed_in(cast.requester)
    address = f"/portal/services/{long_form.slug}/"
    first = client.get(address).content.decode()
    assert "Question 1 of 6" in first
    assert 'name="q2"' not in first

    sent = {}
    for n in range(1, 7):
        sent |= {"step": str(n), f"q{n}": f"Answer {n}" if n != 6 else ""}
        shown = client.post(address, sent).content.decode()
        assert not Record.objects.filter(kind="service_request").exists()

    assert "Check your answers" in shown
    assert "Answer 5" in shown
    assert "No answer" in shown
    answer = client.post(address, sent | {"step": "7"}, follow=True)
    record = Record.objects.get(kind="service_request")
    assert record.number in answer.content.decode()
    assert "Answer 3" in record.description


def test_a_required_question_is_not_passed_and_what_was_said_before_stays(
    signed_in, cast, long_form
):
    client = signed_in(cast.requester)
    address = f"/portal/services/{long_form.slug}/"

    refused = client.post(address, {"step": "2", "q1": "First words", "q2": ""})

    assert refused.status_code == 422
    assert "There is a problem" in refused.content.decode()
    assert 'name="q1" value="First words"' in refused.content.decode()


def test_an_answer_is_changed_from_the_check_and_leads_back_to_it(signed_in, cast, long_form):
    client = signed_in(cast.requester)
    address = f"/portal/services/{long_form.slug}/"
    sent = {f"q{n}": f"Answer {n}" for n in range(1, 7)}

    asked = client.post(address, sent | {"step": "7", "to": "3"}).content.decode()
    back = client.post(address, sent | {"step": "3", "q3": "Other", "back": "check"})

    assert "Question 3 of 6" in asked
    assert 'value="Answer 3"' in asked
    assert "Check your answers" in back.content.decode()
    assert "Other" in back.content.decode()


def test_a_skipped_question_is_asked_again_at_the_end(signed_in, cast, long_form):
    client = signed_in(cast.requester)

    answer = client.post(f"/portal/services/{long_form.slug}/", {"step": "7", "q1": "Only this"})

    assert answer.status_code == 422
    assert "Question 2 of 6" in answer.content.decode()
    assert not Record.objects.filter(kind="service_request").exists()


def test_an_outage_is_said_in_plain_words_on_the_first_page(signed_in, cast):
    service = at_state("service", "degraded", cast, title="Telephony")
    Service.objects.filter(pk=service.pk).update(health="down", health_note="No calls get in.")

    body = signed_in(cast.requester).get("/portal/").content.decode()

    assert "Telephony does not work." in body
    assert "No calls get in." in body


def test_one_search_finds_items_articles_and_ones_own_requests(
    signed_in, cast, offering, colleague
):
    at_state("article", "published", cast, title="Docking station does not wake up")
    a_ticket(actor=cast.requester, title="My docking station hums")
    a_ticket(actor=colleague, title="Docking station of somebody else")

    body = signed_in(cast.requester).get("/portal/find/?q=docking+station").content.decode()

    assert f"/portal/services/{offering.slug}/" in body
    assert "does not wake up" in body
    assert "hums" in body
    assert "somebody else" not in body


def test_words_that_find_nothing_lead_on_with_them(signed_in, requester):
    body = signed_in(requester).get("/portal/find/?q=zeppelin").content.decode()

    assert "Nothing fits" in body
    assert "/portal/request/broken/?title=zeppelin" in body


def test_a_number_opens_the_request(signed_in, requester):
    record = a_ticket(actor=requester)

    answer = signed_in(requester).get(f"/portal/find/?q={record.number.lower()}")

    assert answer.url == f"/portal/requests/{record.number}/"
