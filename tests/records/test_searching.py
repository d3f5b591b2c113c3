"""Records are found alike, whether their hits are gathered first or they are read in order."""

import pytest

from tests.doors import browser
from tests.factories import a_ticket
from valuechain.records import querysets
from valuechain.records.actions import add_comment
from valuechain.records.models import Record
from valuechain.records.querysets import is_broad

PEOPLE = ["requester", "colleague", "agent", "lead", "auditor", "admin", "outsider", "supplier"]
WORDS = ["printer", "pri", "marmalade", "quince", "printer marmalade", "rita jam", "INC", "nowhere"]


@pytest.fixture
def tickets(agent, requester, organisation, desk):
    """Three tickets: the word in a title, in a reply, in a note; and one that holds none."""
    made = [
        a_ticket(
            title=title,
            actor=agent,
            requester=requester,
            organisation=organisation,
            team=desk,
        )
        for title in ("The printer hums", "A jam", "Another jam", "Silence")
    ]
    for ticket, body, visibility in (
        (made[1], "The printer eats marmalade", "public"),
        (made[2], "The printer eats quince", "internal"),
    ):
        add_comment(ticket, body=body, visibility=visibility, actor=agent, via="html")
    return made


def found(words, person):
    rows = Record.objects.visible_to(person).matching(words, actor=person)
    return list(rows.order_by("-updated_at", "-pk").values_list("title", flat=True))


@pytest.mark.parametrize("who", PEOPLE)
def test_both_ways_find_the_same(monkeypatch, request, tickets, who):
    person = request.getfixturevalue(who)
    gathered = {words: found(words, person) for words in WORDS}

    monkeypatch.setattr(querysets, "BROAD", 0)

    assert {words: found(words, person) for words in WORDS} == gathered


@pytest.mark.parametrize("broad", [0, querysets.BROAD])
def test_a_note_is_found_by_those_who_read_it(monkeypatch, tickets, agent, requester, broad):
    monkeypatch.setattr(querysets, "BROAD", broad)

    assert found("printer", agent) == ["Another jam", "A jam", "The printer hums"]
    assert found("printer", requester) == ["A jam", "The printer hums"]
    assert found("quince", requester) == []


@pytest.mark.parametrize("address", ["/search/?q=printer", "/search/?q=printer&type=tickets"])
def test_the_page_shows_the_same_in_the_same_order(monkeypatch, client, tickets, agent, address):
    client.force_login(agent)
    pages = []
    for broad in (querysets.BROAD, 0):
        monkeypatch.setattr(querysets, "BROAD", broad)
        rows = client.get(address).context["groups"]
        pages.append([(group["label"], group["count"], group["rows"]) for group in rows])

    gathered, read = pages
    assert gathered == read
    assert gathered[0][1] == "3"


@pytest.mark.django_db
@pytest.mark.parametrize("words", ["", "  ", "?!"])
def test_nothing_searchable_is_never_broad(monkeypatch, words):
    monkeypatch.setattr(querysets, "BROAD", 0)

    assert not is_broad(words)
    assert is_broad("printer")


@pytest.fixture
def two_servers(agent, requester, desk):
    text = "Network of the quay, addresses of servers: quay-srv2.example.org 10.0.3.17, 4.2.1. Ask ops@example.org"
    a_ticket(actor=agent, requester=requester, team=desk, title="Wanted", description=text)
    a_ticket(
        actor=agent, requester=requester, team=desk, title="Other", description="10.0.4.17 net"
    )


@pytest.mark.parametrize(
    "words",
    [
        "quay-srv2.example.org",
        "10.0.3.17",
        "10.0.3",
        "ops@example.org",
        "4.2.1",
    ],
)
def test_addresses_are_found(two_servers, agent, words):
    assert found(words, agent) == ["Wanted"]


@pytest.mark.parametrize("page", ["/search/?q=", "/palette/?q="])
@pytest.mark.parametrize("words", ["net qua", "addr serv"])
def test_where_no_word_is_found_whole_its_beginning_is(two_servers, agent, words, page):
    """`net` alone is a word of the other; both words are not."""
    shown = browser(agent).get(page + words, headers={"X-Fragment": "1"}).text

    assert "Wanted" in shown
    assert "Other" not in shown


def test_who_asked_and_what_about_finds_it(tickets, agent, requester, colleague, outsider):
    for words in ("rita hums", "hums requ", "Rita Requester printer hums"):
        assert found(words, agent) == ["The printer hums"]
    assert found("rita hums", requester) == ["The printer hums"]
    assert found("colin hums", agent) == []
    assert found("rita hums", colleague) == found("rita hums", outsider) == []


def test_what_a_title_says_comes_before_what_was_said_later(client, tickets, agent):
    client.force_login(agent)

    rows = client.get("/search/?q=printer").context["groups"][0]["rows"]
    palette = client.get("/palette/?q=printer", headers={"X-Fragment": "palette"}).content.decode()

    assert [row["record"].title for row in rows] == ["The printer hums", "Another jam", "A jam"]
    places = [palette.index(title) for title in ("The printer hums", "Another jam", "A jam")]
    assert places == sorted(places)
