"""The filter box of a list: what is typed becomes the address; what is not understood is named."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from tests.doors import API, Machine, browser
from tests.factories import a_ticket, at_state


@pytest.fixture
def page(agent):
    return browser(agent)


def typed(page, text, beside="state=open"):
    """Type into the box of a list; return the parameters of the address it leads to."""
    answer = page.get(f"/tickets/?{beside}&find={quote(text)}")
    assert answer.status_code == 302, answer.content.decode()[:500]
    return parse_qs(urlsplit(answer.headers["Location"]).query)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("owner:me", {"owner": ["me"]}),
        ("prio:1,2 vpn down", {"priority": ["1", "2"], "q": ["vpn down"]}),
        ("-team:none", {"not_team": ["none"]}),
        ('status:"in progress"', {"state": ["open", "in_progress"]}),
        ("due:<2h", {"due": ["<2h"]}),
        ("prio:critical,high -kind:change", {"priority": ["1", "2"], "not_kind": ["change"]}),
    ],
)
def test_what_is_typed_becomes_parameters(page, text, expected):
    assert typed(page, text) == {"state": ["open"]} | expected


def test_what_is_not_understood_is_named_and_the_rest_applies(page, cast, agent):
    mine = at_state("incident", "in_progress", cast, owner=agent)
    at_state("incident", "new", cast)

    answer = page.get("/tickets/?state=open&find=owner:me+colour:red+prio:9", follow=True)

    body = answer.content.decode()
    assert ">INC-" in body
    assert re.findall(r">(INC-\d+)<", body) == [mine.number]
    assert "<u>colour:red</u> There is no filter “colour”." in unescape(body)
    assert "<u>prio:9</u> Choose from: 1, 2, 3, 4." in unescape(body)
    assert 'aria-describedby="find-problems"' in body


def test_an_address_with_a_wrong_value_shows_the_rest_and_says_so(page, agent, requester):
    ticket = a_ticket(actor=agent, requester=requester)

    body = page.get("/tickets/?state=open&priority=99&opened_min=x").content.decode()

    assert f">{ticket.number}<" in body
    assert "<u>priority:99</u>" in body
    assert "<u>opened_min:x</u>" in body


def test_a_chip_takes_its_filter_away_and_leaves_the_others(page):
    body = page.get("/tickets/?view=open&state=open&not_owner=me&priority=1&priority=2").content
    chips = {
        unescape(label): unescape(url)
        for url, label in re.findall(
            r'class="chip" href="([^"]+)"><span class="hide">Remove filter </span>([^<]+)',
            body.decode(),
        )
    }

    assert chips["Not Owner: me"] == "/tickets/?view=open&state=open&priority=1&priority=2"
    assert chips["Priority: High"] == "/tickets/?view=open&state=open&not_owner=me&priority=1"


def test_the_same_words_mean_the_same_by_rest(cast, agent, lead):
    mine = at_state("incident", "in_progress", cast, owner=agent)
    theirs = at_state("incident", "in_progress", cast, owner=lead)
    nobodys = at_state("incident", "new", cast)
    door = Machine(agent)

    def numbers(query):
        answer = door.get(f"{API}/tickets/?{query}")
        assert answer.status_code == 200, answer.content
        return {item["number"] for item in answer.json()["results"]}

    assert numbers("owner=me,none") == {mine.number, nobodys.number}
    assert numbers("owner=me&owner=none") == {mine.number, nobodys.number}
    assert numbers("state=open&not_owner=me") == {theirs.number, nobodys.number}
    assert door.get(f"{API}/tickets/?due=soon").status_code == 400
    assert door.get(f"{API}/tickets/?find=owner:me").status_code == 400


def test_due_is_asked_for_as_people_say_it(frozen, cast, agent):
    from datetime import timedelta

    from itsm.core import clock
    from valuechain.records.models import Record

    late, soon, later, never = (at_state("incident", "new", cast) for _ in range(4))
    for record, hours in ((late, -1), (soon, 1), (later, 30)):
        due = clock.now() + timedelta(hours=hours)
        Record.objects.filter(pk=record.pk).update(next_due_at=due)
    Record.objects.filter(pk=never.pk).update(next_due_at=None)
    door = Machine(agent)

    def numbers(word):
        answer = door.get(f"{API}/tickets/?due={quote(word)}").json()
        return {item["number"] for item in answer["results"]}

    assert numbers("late") == {late.number}
    assert numbers("<2h") == {late.number, soon.number}
    assert numbers(">1d") == {later.number}
    assert numbers("none") == {never.number}
    assert numbers("today") == {late.number, soon.number}
