"""The summary pinned above a record: anybody who works on it writes it, nobody else reads it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from itsm.core.errors import StaleVersion
from tests.doors import Machine, browser
from tests.factories import a_ticket, fresh
from valuechain.records.actions import add_comment, sum_up
from valuechain.records.models import Event, Summary

WORDS = "Waits for the **vendor's** patch, due Friday."


@pytest.fixture
def ticket(agent, requester, desk):
    return a_ticket(actor=agent, requester=requester, team=desk)


def words_of(answer):
    return answer.content.decode()


def test_one_agent_pins_it_and_another_changes_it_with_its_history(agent, lead, ticket):
    url = f"{ticket.get_absolute_url()}summary/"
    browser(agent).post(url, {"text": WORDS, "version": ticket.version})
    saved = browser(lead).post(
        url, {"text": "Patched.", "version": fresh(ticket).version}, follow=True
    )

    assert "Internal summary by Leo Lead" in words_of(saved)
    assert "Patched." in words_of(saved)
    told = Event.objects.filter(record=ticket, verb="incident.summarised").order_by("sequence")
    assert [event.data["changes"][0]["after"] for event in told] == [WORDS, "Patched."]
    assert all(event.is_internal for event in told)


def test_an_empty_text_takes_it_off(agent, ticket):
    sum_up(ticket, WORDS, actor=agent, via="html")
    sum_up(ticket, " ", actor=agent, via="html")

    shown = words_of(browser(agent).get(ticket.get_absolute_url()))
    assert not Summary.objects.exists()
    assert "Pin a summary" in shown


def test_somebody_elses_change_is_not_overwritten_and_the_words_stay(agent, ticket):
    sum_up(ticket, "First.", actor=agent, via="html")

    answer = browser(agent).post(
        f"{ticket.get_absolute_url()}summary/", {"text": WORDS, "version": ticket.version}
    )

    assert answer.status_code == 422
    assert "vendor&#x27;s" in words_of(answer)
    assert "This was changed while you wrote." in words_of(answer)
    with pytest.raises(StaleVersion):
        sum_up(ticket, "x", actor=agent, via="html", expected_version=ticket.version)


def test_requesters_never_meet_it(agent, requester, ticket):
    sum_up(ticket, "zqsecret", actor=agent, via="html")
    theirs = browser(requester)

    for path in (f"/portal/requests/{ticket.number}/", ticket.get_absolute_url()):
        assert "zqsecret" not in words_of(theirs.get(path, follow=True))
    assert theirs.post(f"{ticket.get_absolute_url()}summary/", {"text": "x"}).status_code == 302
    api = Machine(requester)
    assert api.get(f"tickets/{ticket.number}/summary/").json()["text"] == ""
    assert api.patch(f"tickets/{ticket.number}/summary/", {"text": "x"}).status_code == 403
    assert "zqsecret" not in words_of(api.get(f"tickets/{ticket.number}/events/"))
    assert Summary.objects.get().text == "zqsecret"


def test_it_stands_in_the_look_beside_a_list(agent, ticket):
    sum_up(ticket, "Patched on Friday.", actor=agent, via="html")

    look = browser(agent).get(f"{ticket.get_absolute_url()}peek/", headers={"X-Fragment": "1"})

    assert "Patched on Friday." in words_of(look)


def test_a_program_reads_and_writes_it(agent, ticket):
    api = Machine(agent)
    path = f"tickets/{ticket.number}/summary/"

    written = api.patch(path, {"text": WORDS})
    stale = api.patch(path, {"text": "Late."}, If_Match=f'"{ticket.version}"')

    assert written.json()["text"] == WORDS
    assert api.get(path).json()["by"]["name"] == "Agnes Agent"
    assert stale.status_code == 412


class TestNewSince:
    """What others did since the reader was here last stands below a line."""

    @pytest.fixture(autouse=True)
    def _visited(self, frozen, agent, requester, ticket):
        self.page = browser(agent)
        self.page.get(ticket.get_absolute_url())
        frozen.shift(timedelta(hours=2))

    def seen(self, ticket):
        return words_of(self.page.get(ticket.get_absolute_url()))

    def test_it_stands_before_the_first_thing_somebody_else_did(self, agent, requester, ticket):
        for who, said in ((agent, "Mine"), (requester, "Theirs"), (agent, "Mine again")):
            add_comment(ticket, body=said, visibility="public", actor=who, via="html")

        shown = self.seen(ticket)

        assert shown.count("New since 09:00") == 2
        places = [shown.index(word) for word in ("Mine", 'id="new"', "Theirs", "Mine again")]
        assert places == sorted(places)

    def test_loading_the_page_again_is_the_same_visit(self, frozen, requester, ticket):
        add_comment(ticket, body="Theirs", visibility="public", actor=requester, via="html")

        assert "New since 09:00" in self.seen(ticket)
        frozen.shift(timedelta(minutes=2))
        assert "New since 09:00" in self.seen(ticket)
        frozen.shift(timedelta(minutes=20))
        assert "New since" not in self.seen(ticket)

    def test_what_one_did_oneself_is_not_new(self, agent, ticket):
        add_comment(ticket, body="Mine", visibility="public", actor=agent, via="html")

        assert "New since" not in self.seen(ticket)

    def test_a_first_visit_marks_nothing(self, lead, requester, ticket):
        add_comment(ticket, body="Theirs", visibility="public", actor=requester, via="html")

        assert "New since" not in words_of(browser(lead).get(ticket.get_absolute_url()))

    def test_what_is_new_is_never_folded_away(self, frozen, agent, requester, ticket):
        for n in range(30):
            add_comment(ticket, body=f"Old {n}.", visibility="public", actor=agent, via="html")
        self.seen(ticket)
        frozen.shift(timedelta(hours=1))
        for n in range(14):
            add_comment(ticket, body=f"New {n}.", visibility="public", actor=requester, via="html")

        shown = self.seen(ticket)

        assert all(f"New {n}." in shown for n in range(14))
        assert "Old 20." not in shown
