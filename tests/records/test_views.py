"""Saved views: a list under a name, with its tab, its count, and what becomes of it when edited."""

from __future__ import annotations

import re
from html import unescape

import pytest

from itsm.accounts.models import Membership, Team
from tests.crowds import copies
from tests.doors import browser
from tests.factories import a_person, a_ticket, at_state
from valuechain.records.models import SavedView


@pytest.fixture
def page(agent):
    return browser(agent)


@pytest.fixture
def colleague_agent(organisation, desk):
    person = a_person("Carla Colleague", organisation, "agent")
    Membership.objects.create(user=person, team=desk)
    return person


def tabs(answer):
    """Return the tabs of a list: label -> (count, whether it is the one in use)."""
    found = re.findall(
        r'<a href="([^"]+)" data-view="([^"]+)"( aria-current="page")?>\s*(.*?) <span class="count" id="[^"]+" '
        r'data-count="([^"]*)"',
        answer.content.decode(),
    )
    return {unescape(label): (count, bool(current)) for _url, _key, current, label, count in found}


def save(page, query, name="VPN of mine", team=""):
    return page.post(f"/tickets/views/new/?{query}", {"name": name, "team": team}, follow=True)


def test_a_link_to_the_list_opens_a_named_view_with_all_of_its_state_in_the_address(page):
    assert page.get("/tickets/").headers["Location"] == "/tickets/?view=open&state=open"
    named = page.get("/tickets/?view=mine").headers["Location"]
    assert named == "/tickets/?view=mine&state=open&owner=me"


def test_tabs_count_what_their_lists_show(page, cast, agent, organisation):
    at_state("incident", "in_progress", cast, owner=agent)
    at_state("incident", "new", cast)
    at_state("incident", "closed", cast)

    found = tabs(page.get("/tickets/?view=unassigned&state=open&owner=none&counted=1"))

    assert list(found)[:5] == ["Unassigned", "Mine", "At risk", "Breached", "All open"]
    assert (found["Unassigned"], found["Mine"]) == (("1", True), ("1", False))
    assert found["All open"] == ("2", False)


def test_a_list_stands_before_its_views_are_counted(page, cast, agent):
    at_state("incident", "in_progress", cast, owner=agent)
    at_state("incident", "new", cast)
    address = "view=open&state=open"

    body = page.get(f"/tickets/?{address}").content.decode()
    asked = unescape(re.search(r'hx-get="(/tickets/views/[^"]+)" hx-trigger="load"', body)[1])
    counts = page.get(asked, headers={"HX-Request": "true"}).content.decode()
    plain = page.get(asked)

    places = re.findall(r'id="(count-[^"]+)" data-count="([^"]*)"', body)
    told = re.findall(r'id="(count-[^"]+)" data-count="([^"]*)" hx-swap-oob="true"', counts)
    assert [place for place, _count in places] == [place for place, _count in told]
    assert dict(places)["count-mine"] == ""
    assert (dict(told)["count-mine"], dict(told)["count-unassigned"]) == ("1", "1")
    assert "<html" not in counts
    assert plain.headers["Location"] == f"/tickets/?{address}&counted=1"
    link = unescape(re.search(r'<noscript><a class="btn btn-quiet" href="([^"]+)"', body)[1])
    assert link == f"/tickets/?{address}&counted=1"


def test_the_view_in_use_is_counted_with_its_list(page, cast, agent):
    at_state("incident", "in_progress", cast, owner=agent)

    found = tabs(page.get("/tickets/?view=mine&state=open&owner=me"))

    assert found["Mine"] == ("1", True)
    assert found["Unassigned"] == ("", False)


def test_tabs_count_to_a_hundred_and_what_is_chosen_further(page, cast):
    copies(at_state("incident", "new", cast), 104)

    answer = page.get("/tickets/?view=unassigned&state=open&owner=none")

    assert tabs(answer)["Unassigned"] == ("100+", True)
    assert answer.context["total"] == 105


def test_a_list_is_saved_with_filters_order_columns_and_density(page, agent):
    query = "state=open&owner=me&q=vpn&ordering=-updated_at&cols=number,title&density=compact"

    answer = save(page, query)

    view = SavedView.objects.get()
    assert view.filters == {"state": ["open"], "owner": ["me"], "q": ["vpn"]}
    assert (view.ordering, view.columns, view.density) == (
        "-updated_at", ["number", "title"], "compact",
    )  # fmt: skip
    assert tabs(answer)["VPN of mine"] == ("0", True)
    assert "edited" not in answer.content.decode().partition("</nav>")[2][:3000]


def test_a_view_by_me_shows_each_member_of_a_team_their_own(
    page, cast, agent, colleague_agent, desk
):
    mine = at_state("incident", "in_progress", cast, owner=agent)
    theirs = at_state("incident", "in_progress", cast, owner=colleague_agent)
    save(page, "state=open&owner=me", name="Ours", team=desk.pk)
    key = SavedView.objects.get().key

    for person, own, other in ((agent, mine, theirs), (colleague_agent, theirs, mine)):
        body = browser(person).get(f"/tickets/?view={key}", follow=True).content.decode()
        assert f">{own.number}<" in body
        assert f">{other.number}<" not in body


def test_an_edited_view_offers_to_be_saved_saved_as_and_reset(page, agent):
    save(page, "state=open&owner=me")
    view = SavedView.objects.get()

    body = page.get(f"/tickets/?view={view.key}&state=open&owner=me&priority=1").content.decode()
    assert '<span class="edited">edited</span>' in body
    kept = unescape(re.search(r'name="list" value="([^"]+)"', body)[1])
    page.post(f"/tickets/views/{view.pk}/", {"list": kept})

    view.refresh_from_db()
    assert view.filters == {"state": ["open"], "owner": ["me"], "priority": ["1"]}
    assert "/tickets/views/new/?" in body
    assert f'href="/tickets/?view={view.key}&amp;state=open&amp;owner=me"' in body


def test_a_view_of_somebody_else_is_not_there_and_a_teams_is_not_everybodys_to_change(
    page, agent, colleague_agent, desk
):
    save(page, "state=open", name="Private")
    save(page, "state=open&team=mine", name="Shared", team=desk.pk)
    private, shared = SavedView.objects.order_by("pk")
    other = browser(colleague_agent)

    assert "Private" not in tabs(other.get("/tickets/?state=open"))
    assert other.get(f"/tickets/views/{private.pk}/").status_code == 404
    assert "Shared" in tabs(other.get("/tickets/?state=open"))
    refused = other.post(f"/tickets/views/{shared.pk}/", {"list": "state=closed"}, follow=True)
    assert "Only whoever saved this view changes it." in refused.content.decode()
    other.post(f"/tickets/views/{shared.pk}/", {"remove": "1"})
    shared.refresh_from_db()
    assert shared.filters == {"state": ["open"], "team": ["mine"]}


def test_views_are_shared_only_with_teams_one_is_in(page, other_organisation):
    strange = Team.objects.create(name="Strangers", organisation=other_organisation)

    answer = save(page, "state=open", team=strange.pk)

    assert answer.status_code == 422
    assert not SavedView.objects.exists()


def test_a_view_is_renamed_and_removed(page):
    save(page, "state=open")
    view = SavedView.objects.get()

    page.post(f"/tickets/views/{view.pk}/", {"name": "Renamed", "team": ""})
    view.refresh_from_db()
    assert view.name == "Renamed"
    again = save(page, "state=closed", name="Renamed")
    assert "There is a view of this name already." in again.content.decode()
    page.post(f"/tickets/views/{view.pk}/", {"remove": "1"})
    assert not SavedView.objects.exists()


def test_no_more_than_seven_tabs_are_shown_and_the_one_in_use_is_one_of_them(page):
    for n in range(9):
        save(page, f"state=open&priority=1&q=word{n}", name=f"View {n}")
    last = SavedView.objects.order_by("-pk").first()

    found = tabs(page.get(f"/tickets/?view={last.key}", follow=True))

    assert len(found) == 7
    assert found["View 8"] == ("0", True)


def test_columns_move_by_buttons_and_are_kept_in_the_address(page, agent, requester):
    a_ticket(actor=agent, requester=requester)
    moved = page.get("/tickets/columns/?view=open&state=open&col=number&col=title&up=title")
    order = re.findall(r'name="col" value="(\w+)" checked', moved.content.decode())
    assert order == ["title", "number"]

    used = page.get("/tickets/columns/?view=open&state=open&col=title&col=number&use=1")

    assert used.headers["Location"] == "/tickets/?view=open&state=open&cols=title%2Cnumber"
    body = page.get(used.headers["Location"]).content.decode()
    heads = re.findall(r'<th scope="col"[^>]*>(?:<a [^>]+>)?(?:<span[^>]*>)?([^<]+)', body)
    assert heads == ["Select", "Title", "Number"]
    standard = page.get("/tickets/columns/?state=open&cols=title&standard=1")
    assert standard.headers["Location"] == "/tickets/?state=open"
