"""The palette: exact numbers, what may be done here, pages, records, people, articles."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote

import pytest
from django.db import connection

from itsm.portal import palette
from tests.doors import browser
from tests.factories import a_ticket


@pytest.fixture
def page(agent):
    return browser(agent)


@pytest.fixture
def ticket(agent, requester, desk):
    return a_ticket(actor=agent, requester=requester, team=desk, title="Label printer is blank")


def found(page, words, on=""):
    """Return label -> address of what the palette answers."""
    answer = page.get(f"/palette/?q={quote(words)}&on={on}", headers={"X-Fragment": "palette"})
    assert answer.status_code == 200
    rows = re.findall(
        r'data-href="([^"]+)">.*?<span class="palette-label">(.*?)</span>', answer.content.decode()
    )
    return {unescape(label): unescape(url) for url, label in rows}


def test_a_number_leads_to_its_record_whole_or_by_its_digits(page, ticket):
    digits = ticket.number.partition("-")[2]

    for words in (ticket.number, ticket.number.lower(), f"#{digits}", digits):
        assert next(iter(found(page, words).items())) == (ticket.title, ticket.get_absolute_url())


def test_words_find_records_people_and_pages(page, ticket, requester):
    assert found(page, "label prin")[ticket.title] == ticket.get_absolute_url()
    assert found(page, "rita")[requester.name] == f"/tickets/?requester={requester.pk}"
    assert found(page, "value str")["Value streams"] == "/streams/"


def test_a_prefix_asks_for_one_sort_alone(page, ticket, requester):
    assert list(found(page, "@rita")) == [requester.name]
    actions = found(page, "> resolve", on=ticket.number)
    assert actions == {"Resolve": f"{ticket.get_absolute_url()}do/resolve/"}
    assert "Help" in found(page, "?")


def test_only_what_may_be_done_with_the_record_at_hand_is_offered(ticket, auditor, page):
    assert "Resolve" in found(page, ">", on=ticket.number) | found(page, "> res", on=ticket.number)
    assert "Resolve" not in found(browser(auditor), "> res", on=ticket.number)


def test_a_search_that_takes_too_long_is_left_out_and_said(page, ticket, monkeypatch):
    def never_ends(_words, _actor):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(600)")

    monkeypatch.setattr(palette, "_records", never_ends)
    monkeypatch.setattr(palette, "PATIENCE_MS", 20)
    answer = page.get(f"/palette/?q={ticket.number}", headers={"X-Fragment": "palette"})

    assert "Press Enter to wait for it on the search page." in answer.content.decode()
    assert found(page, ticket.number)[ticket.title] == ticket.get_absolute_url()


def test_nothing_is_found_that_the_asker_may_not_see(ticket, outsider, requester):
    stranger = browser(outsider)

    assert ticket.title not in found(stranger, ticket.number)
    assert ticket.title not in found(stranger, "label printer")
    assert "Resolve" not in found(stranger, "> res", on=ticket.number)
    asked = browser(requester).get("/palette/?q=x", headers={"X-Fragment": "palette"})
    assert asked.status_code == 404


def test_without_scripts_it_is_the_search(page):
    assert page.get("/palette/?q=printer").headers["Location"] == "/search/?q=printer"


def test_before_anything_is_typed_it_lists_where_the_reader_was_last(
    page, agent, requester, desk, outsider
):
    first, second = (
        a_ticket(actor=agent, requester=requester, team=desk, title=title)
        for title in ("Crane one", "Crane two")
    )
    for ticket in (first, second):
        page.get(ticket.get_absolute_url())

    rows = list(found(page, ""))
    assert rows[:2] == ["Crane two", "Crane one"]
    assert "Crane one" not in found(browser(outsider), "")
    # What is on the screen already is no place to go to.
    assert next(iter(found(page, "", on=second.number))) == "Crane one"
    assert "Crane one" not in found(page, ">")


def test_a_macro_is_among_what_may_be_done_with_a_ticket(page, ticket, auditor):
    assert found(page, "> macro", on=ticket.number) == {
        "Run a macro": f"/tickets/{ticket.number}/macros/"
    }
    assert found(browser(auditor), "> macro", on=ticket.number) == {}
