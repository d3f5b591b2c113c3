"""A form takes effect once, however often a browser sends it; what is written anew is sent anew."""

from __future__ import annotations

import re

import pytest
from django.db import connection

from tests.doors import browser
from tests.factories import a_ticket
from tests.together import together
from valuechain.records.bulk import act_on_all
from valuechain.records.models import Comment, Record
from valuechain.records.views import bulk

ASK = "/portal/request/ask/"
WORDS = {"title": "A chair", "urgency": "2"}
MARK = re.compile(r'name="once" value="([^"]+)"')


def mark_of(page, address=ASK):
    return MARK.search(page.get(address).content.decode())[1]


@pytest.fixture
def page(requester):
    return browser(requester)


@pytest.mark.django_db
class TestTheSameFormSentTwice:
    def test_makes_one_record_and_leads_to_it_both_times(self, page):
        form = WORDS | {"once": mark_of(page)}

        first, second = page.post(ASK, form), page.post(ASK, form)

        assert (first.status_code, second.status_code) == (302, 302)
        assert first.url == second.url
        assert Record.objects.count() == 1

    def test_other_words_make_another(self, page):
        mark = mark_of(page)

        page.post(ASK, WORDS | {"once": mark})
        page.post(ASK, WORDS | {"once": mark, "title": "A desk lamp"})

        assert Record.objects.count() == 2

    def test_a_refused_form_is_sent_again_once_it_is_mended(self, page):
        mark = mark_of(page)

        refused = page.post(ASK, WORDS | {"once": mark, "title": ""})
        page.post(ASK, WORDS | {"once": mark})

        assert refused.status_code == 422
        assert Record.objects.count() == 1

    def test_a_mark_of_somebody_else_leads_nowhere(self, page, colleague):
        form = WORDS | {"once": mark_of(page)}

        first, other = page.post(ASK, form), browser(colleague).post(ASK, form)

        assert first.url != other.url
        assert Record.objects.count() == 2

    def test_a_reply_is_said_once_for_each_drawing_of_its_form(self, page):
        page.post(ASK, WORDS | {"once": mark_of(page)})
        here = f"/portal/requests/{Record.objects.get().number}/"
        said = Comment.objects.filter(body="On floor 3.")

        form = {"reply-body": "On floor 3.", "once": mark_of(page, here)}
        for _n in range(2):
            page.post(here, form)
        assert said.count() == 1

        page.post(here, form | {"once": mark_of(page, here)})
        assert said.count() == 2


@pytest.mark.django_db
class TestEveryForm:
    """The mark comes with the token every form has, so none can be forgotten."""

    def test_of_a_page_has_a_mark_of_its_own(self, agent, desk, requester):
        ticket = a_ticket(actor=requester, team=desk)

        html = browser(agent).get(ticket.get_absolute_url()).content.decode()

        forms = re.findall(r'<form[^>]* method="post".*?</form>', html, flags=re.DOTALL)
        marks = [MARK.search(form)[1] for form in forms]
        assert len(forms) > 5
        assert len(set(MARK.findall(html))) > 5
        assert all(marks)

    def test_that_is_small_counts_once_too(self, agent, desk, requester):
        ticket = a_ticket(actor=requester, team=desk)
        page, here = browser(agent), ticket.get_absolute_url()
        form = {"spent": "15m", "once": mark_of(page, here)}

        for _n in range(2):
            assert page.post(f"{here}time/", form).status_code == 302
        assert [entry.seconds for entry in ticket.time_entries.all()] == [15 * 60]

        page.post(f"{here}time/", form | {"once": mark_of(page, here)})
        assert ticket.time_entries.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_many_at_the_same_instant_one_takes_effect(requester):
    form = WORDS | {"once": mark_of(browser(requester))}
    doors = [browser(requester) for _n in range(4)]

    answers = together(4, lambda n: doors[n].post(ASK, form))

    assert len({answer.url for answer in answers}) == 1
    assert Record.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_done_to_many_is_not_kept_back_until_the_last(agent, desk, requester, monkeypatch):
    ticket = a_ticket(actor=requester, team=desk)
    held = []

    def watched(*given, **named):
        held.append(connection.in_atomic_block)
        return act_on_all(*given, **named)

    monkeypatch.setattr(bulk, "act_on_all", watched)
    page = browser(agent)
    asked = {"number": ticket.number, "do": "owner:owner=me", "once": "a-mark"}
    assert page.post("/tickets/bulk/", asked).status_code == 200

    assert held == [False]
