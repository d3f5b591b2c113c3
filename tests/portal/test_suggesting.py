"""What may answer a request before it is sent: shown while typing, and without scripts on sending, once."""

from __future__ import annotations

import pytest

from tests.doors import browser
from tests.factories import a_ticket, at_state
from valuechain.records.models import Record

pytestmark = pytest.mark.django_db
ADDRESS = "/portal/request/broken/"
QUESTION = "Before you send: is it this?"
SENT = {"title": "The scanner is dead", "urgency": "2"}


@pytest.fixture
def article(cast):
    return at_state("article", "published", cast, title="What to do when the scanner is dead")


@pytest.fixture
def page(cast):
    return browser(cast.requester)


def incidents():
    return Record.objects.filter(kind="incident")


def test_articles_and_own_requests_fit_what_is_typed(cast, page, article):
    own = a_ticket(actor=cast.agent, requester=cast.requester, title="Scanner makes stripes")
    other = a_ticket(actor=cast.agent, requester=cast.admin, title="Scanner of the director")

    shown = page.get("/portal/suggest/?title=scanner dead").content.decode()

    assert article.title in shown
    assert own.number in shown
    assert other.number not in shown
    assert "<html" not in shown
    assert QUESTION not in page.get("/portal/suggest/?title=sc").content.decode()
    assert QUESTION not in page.get("/portal/suggest/?title=elephants").content.decode()


def test_without_scripts_it_is_shown_on_sending_and_the_second_time_it_goes(page, article):
    shown = page.post(ADDRESS, SENT).content.decode()

    assert QUESTION in shown
    assert 'value="The scanner is dead"' in shown
    assert not incidents().exists()
    assert page.post(ADDRESS, {**SENT, "suggested": "1"}).status_code == 302
    assert incidents().get().title == "The scanner is dead"


def test_what_nothing_answers_goes_at_once(page):
    assert page.post(ADDRESS, SENT).status_code == 302
    assert incidents().count() == 1


def test_what_is_missing_is_said_first(page, article):
    answer = page.post(ADDRESS, {"title": "", "urgency": "2"})

    assert answer.status_code == 422
    assert QUESTION not in answer.content.decode()


def test_nobody_is_suggested_anything_before_signing_in(client, article):
    assert client.get("/portal/suggest/?title=scanner").status_code == 302
