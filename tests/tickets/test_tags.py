"""Tags: short words staff put on tickets, find them by, and requesters never read."""

from __future__ import annotations

import re

import pytest

from tests.doors import Machine, browser
from tests.factories import a_ticket, fresh
from valuechain.records.models import BulkRun, Event


@pytest.fixture
def ticket(agent, requester, desk):
    return a_ticket(actor=agent, requester=requester, team=desk, title="VPN drops")


@pytest.fixture
def page(agent):
    return browser(agent)


def tag(page, ticket, **given):
    return page.post(f"/tickets/{ticket.number}/tags/", given, follow=True)


def test_they_are_added_and_taken_off_on_the_ticket(page, ticket):
    tag(page, ticket, add="VPN, year-end vpn")
    shown = tag(page, ticket, remove="year-end").content.decode()

    assert fresh(ticket).tags == ["vpn"]
    assert 'href="/tickets/?state=open&amp;tag=vpn"' in shown
    assert "Take off vpn" in shown
    told = Event.objects.filter(record=ticket, verb="incident.edited")
    assert [event.data["changes"][0]["after"] for event in told] == ["vpn, year-end", "vpn"]


@pytest.mark.parametrize(
    ("words", "why"),
    [("a/b", "“a/b” is no tag."), ("x" * 31, "is no tag."), (" ".join(f"t{n}" for n in range(21)), "At most 20 tags fit.")],
)  # fmt: skip
def test_what_is_no_tag_is_refused_in_words(page, ticket, words, why):
    answer = tag(page, ticket, add=words)

    assert why in answer.content.decode()
    assert fresh(ticket).tags == []


def test_the_box_and_the_api_find_by_them(page, agent, requester, desk, ticket):
    other = a_ticket(actor=agent, requester=requester, team=desk, title="Printer")
    tag(page, ticket, add="vpn")

    found = page.get("/tickets/", {"find": "tag:vpn"}, follow=True).content.decode()
    without = page.get("/tickets/", {"find": "-tag:vpn"}, follow=True).content.decode()
    rows = Machine(agent).get("tickets/?tag=vpn").json()["results"]

    assert f"row-{ticket.number}" in found
    assert f"row-{other.number}" not in found
    assert f"row-{ticket.number}" not in without
    assert f"row-{other.number}" in without
    assert [(row["number"], row["tags"]) for row in rows] == [(ticket.number, ["vpn"])]


def test_a_program_writes_them(agent, ticket):
    api = Machine(agent)

    path = f"tickets/{ticket.number}/"

    done = api.patch(path, {"tags": ["VPN"]}, If_Match=api.get(path).headers["ETag"])
    refused = api.patch(path, {"tags": ["a/b"]}, If_Match=done.headers["ETag"])

    assert done.json()["tags"] == ["vpn"]
    assert refused.status_code == 400
    assert "is no tag" in refused.content.decode()


def test_requesters_neither_read_nor_probe_them(page, requester, ticket):
    tag(page, ticket, add="zqsecret")
    api = Machine(requester)

    assert api.get(f"tickets/{ticket.number}/").json()["tags"] == []
    assert api.get("tickets/?tag=zqsecret").json()["results"] == []
    assert (
        api.post("tickets/", {"kind": "incident", "title": "x", "tags": ["a"]}).status_code == 403
    )
    portal = browser(requester).get(f"/portal/requests/{ticket.number}/").content.decode()
    assert "zqsecret" not in portal


def test_many_are_tagged_at_once_and_it_is_taken_back(page, agent, requester, desk, ticket):
    other = a_ticket(actor=agent, requester=requester, team=desk)
    tag(page, other, add="old")
    both = [ticket.number, other.number]

    asked = page.post("/tickets/bulk/", {"number": both, "step": "tags"}).content.decode()
    scope = re.search(r'name="scope" value="([^"]+)"', asked)[1]
    page.post("/tickets/bulk/", {"scope": scope, "step": "tags", "tags": "vpn -old"})
    assert [fresh(t).tags for t in (ticket, other)] == [["vpn"], ["vpn"]]

    page.post(f"/tickets/bulk/{BulkRun.objects.get().pk}/undo/")
    assert [fresh(t).tags for t in (ticket, other)] == [[], ["old"]]


def test_the_page_sends_them_to_its_ticket(page, ticket):
    shown = page.get(ticket.get_absolute_url()).content.decode()

    [address] = set(re.findall(r'action="([^"]*tags/)"', shown))
    page.post(address, {"add": "vpn"})
    assert fresh(ticket).tags == ["vpn"]


def suggested(user, letters):
    shown = browser(user).get("/suggest/tags/", {"q": letters})
    return re.findall(r'data-value="([^"]+)"', shown.content.decode())


def test_known_tags_are_suggested_the_used_ones_first(agent, requester, desk):
    for tags in (["vpn", "year-end"], ["vpn"], ["vpn-client"], ["old-vpn", "printer"]):
        a_ticket(actor=agent, requester=requester, team=desk, tags=tags)

    assert suggested(agent, "vp") == ["vpn", "vpn-client", "old-vpn"]
    assert suggested(agent, "VPN-") == ["vpn-client"]
    assert suggested(agent, "") == []


def test_tags_of_what_somebody_does_not_work_on_are_not_told(agent, requester, desk, outsider):
    a_ticket(actor=agent, requester=requester, team=desk, tags=["secret-plan"])

    assert suggested(agent, "sec") == ["secret-plan"]
    assert suggested(outsider, "sec") == []
    assert browser(requester).get("/suggest/tags/", {"q": "sec"}).status_code == 404
