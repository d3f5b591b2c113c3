"""The list of a resource in the portal: all of it is in its address."""

from __future__ import annotations

import re

import pytest

from tests.crowds import copies
from tests.doors import browser
from tests.factories import a_ticket, at_state
from valuechain.records.kinds import kinds

ROW = re.compile(r"<tr[^>]*>.*?</tr>", re.DOTALL)


@pytest.fixture
def page(agent):
    return browser(agent)


@pytest.fixture
def ticket(agent, requester, organisation, desk):
    return a_ticket(actor=agent, requester=requester, organisation=organisation, team=desk)


def shown(answer):
    """Return the numbers on a list page, in order."""
    assert answer.status_code == 200
    body = answer.content.decode().partition('id="rows"')[2] or answer.content.decode()
    return list(dict.fromkeys(re.findall(r">([A-Z]{2,8}-\d+)<", body)))


def test_filters_are_in_the_address_and_each_has_a_chip_that_takes_it_away(page, cast, agent):
    mine = at_state("incident", "in_progress", cast, owner=agent)
    at_state("incident", "closed", cast)

    answer = page.get("/tickets/?state=open&owner=me")

    assert shown(answer) == [mine.number]
    chips = re.findall(r'class="chip" href="([^"]+)"', answer.content.decode())
    assert sorted(chips) == ["/tickets/?owner=me", "/tickets/?state=open"]


def test_columns_sort_one_way_and_back(page, ticket):
    copies(ticket, 2)

    down = shown(page.get("/tickets/?state=open&ordering=-opened_at"))
    up = page.get("/tickets/?state=open&ordering=opened_at")

    assert len(shown(up)) == len(down) == 3
    assert (
        'aria-sort="ascending"'
        in page.get("/tickets/?state=open&ordering=priority").content.decode()
    )


def test_pages_lead_on_and_back(page, ticket):
    copies(ticket, 9)

    first = page.get("/tickets/?state=open&ordering=number&page_size=4")
    onward = re.search(r'href="([^"]+)" rel="next"', first.content.decode())[1].replace(
        "&amp;", "&"
    )
    second = page.get(onward)
    back = re.search(r'href="([^"]+)" rel="prev"', second.content.decode())[1].replace("&amp;", "&")

    assert len(shown(first)) == len(shown(second)) == 4
    assert not set(shown(first)) & set(shown(second))
    assert shown(page.get(back)) == shown(first)
    assert "state=open" in onward


@pytest.mark.parametrize("query", ["cursor=x", "ordering=secret", "page_size=0", "page_size=x"])
def test_an_old_bookmark_begins_at_the_top(page, ticket, query):
    assert shown(page.get(f"/tickets/?state=open&{query}")) == [ticket.number]


@pytest.mark.parametrize(
    "query", ["state=dancing", "owner=nobody%20here", "opened_min=x", "q=%27%22%3C"]
)
def test_a_filter_that_says_nothing_is_no_fault(page, ticket, query):
    assert page.get(f"/tickets/?{query}").status_code == 200


def test_htmx_gets_the_rows_alone_and_caches_keep_them_apart(page, ticket):
    whole = page.get("/tickets/?state=open")
    rows = page.get("/tickets/?state=open", headers={"HX-Request": "true"})

    assert "<html" in whole.content.decode()
    assert "<html" not in rows.content.decode()
    assert shown(rows) == [ticket.number]
    for answer in (whole, rows):
        assert "HX-Request" in answer.headers["Vary"]


def test_what_is_typed_into_a_filter_stays_text(page, ticket):
    body = page.get("/tickets/?q=%3Cscript%3Ealert(1)%3C/script%3E").content.decode()

    assert "<script>alert" not in body


@pytest.mark.parametrize("resource", list(kinds.resources))
def test_every_resource_has_its_list_and_its_form(page, admin, resource):
    for person in (admin,):
        answer = browser(person).get(f"/{resource}/", follow=True)
        assert answer.status_code == 200
        assert "<h1>" in answer.content.decode()
        for kind in kinds.of_resource(resource):
            form = browser(person).get(f"/{resource}/new/?kind={kind.name}")
            assert form.status_code == 200
            assert 'name="title"' in form.content.decode()


def test_requesters_are_shown_their_own_portal(requester):
    answer = browser(requester).get("/tickets/")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/portal/")


def test_strangers_sign_in_first_and_come_back(client):
    answer = client.get("/tickets/?state=open&owner=me")

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/login/?next=/tickets/%3Fstate%3Dopen%26owner%3Dme"


def test_a_resource_that_is_not_there_is_not_found(page):
    assert page.get("/wishes/").status_code == 404


def test_what_is_finished_comes_newest_first(page, cast):
    older = at_state("incident", "closed", cast)
    newer = at_state("incident", "closed", cast)

    answer = page.get("/tickets/?view=finished", follow=True)

    assert shown(answer) == [newer.number, older.number]
    assert answer.context["state"].view == "finished"
