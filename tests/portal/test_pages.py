"""The pages that span the apps: who reaches them, and what they find there."""

from __future__ import annotations

import pytest

from tests.factories import a_person, a_ticket
from valuechain.records.kinds import kinds
from valuechain.records.vocabulary import Via

pytestmark = pytest.mark.django_db

EVERYBODYS = [
    "/portal/",
    "/portal/requests/",
    "/search/?q=printer",
    "/me/",
    "/me/keyboard/",
    "/me/second-step/",
    "/help/",
]
STAFFS = ["/", "/tickets/call/", "/activity/deliver-support/", "/suggest/people/?q=ri", "/suggest/records/?q=pr"]  # fmt: skip


@pytest.mark.parametrize("address", [*EVERYBODYS, *STAFFS, "/portal/request/broken/"])
def test_nobody_gets_in_without_signing_in(client, address):
    answer = client.get(address)

    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/")


@pytest.mark.parametrize("address", [*EVERYBODYS, *STAFFS, "/portal/request/broken/"])
def test_an_agent_reaches_every_page(signed_in, agent, requester, address):
    a_ticket(actor=requester, title="The printer is on fire")

    assert signed_in(agent).get(address).status_code == 200


@pytest.mark.parametrize("address", [*EVERYBODYS, "/portal/request/broken/"])
def test_a_requester_reaches_the_pages_meant_for_everybody(signed_in, requester, address):
    answer = signed_in(requester).get(address, follow=True)

    assert answer.status_code == 200
    assert 'class="portal"' in answer.content.decode()


@pytest.mark.parametrize("address", ["/", "/tickets/call/", "/tickets/", "/activity/plan/"])
def test_a_requester_is_sent_from_the_pages_of_staff_to_their_own(signed_in, requester, address):
    answer = signed_in(requester).get(address)

    assert (answer.status_code, answer["Location"]) == (302, "/portal/")


@pytest.mark.parametrize("address", ["/suggest/people/?q=ri", "/suggest/records/?q=pr"])
def test_a_requester_gets_no_suggestions_of_people_or_records(signed_in, requester, address):
    assert signed_in(requester).get(address).status_code == 404


@pytest.mark.parametrize(
    "slug",
    ["plan", "improve", "engage", "design-transition", "obtain-build", "deliver-support"],
)
def test_each_activity_says_what_it_is_for(signed_in, agent, slug):
    page = signed_in(agent).get(f"/activity/{slug}/").content.decode()

    assert "What comes in" in page
    assert "Flows out" in page


@pytest.mark.parametrize(
    ("short", "slug"), [("/build/", "obtain-build"), ("/deliver/", "deliver-support")]
)
def test_the_head_of_an_activitys_addresses_leads_to_the_activity(signed_in, agent, short, slug):
    answer = signed_in(agent).get(short)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/activity/{slug}/"


def test_there_is_no_seventh_activity(signed_in, agent):
    assert signed_in(agent).get("/activity/selling/").status_code == 404


def test_the_search_is_narrowed_by_kind_and_by_service(signed_in, agent, requester, organisation):
    owner = a_person("Olga Owner", organisation, "service_owner")
    mail, phones = (
        kinds["service"].open(actor=owner, via=Via.HTML, title=title)
        for title in ("Mail", "Telephony")
    )
    for title, service in (("Crane one", mail), ("Crane two", phones), ("Crane three", mail)):
        a_ticket(actor=agent, requester=requester, title=title, service=service)

    page = signed_in(agent)
    everything = page.get("/search/?q=crane").content.decode()
    assert f"/search/?q=crane&amp;service={mail.number}" in everything
    assert f"/search/?q=crane&amp;service={phones.number}" in everything

    narrowed = page.get(f"/search/?q=crane&service={mail.number}&type=tickets").content.decode()
    assert "one</a>" in narrowed
    assert "three</a>" in narrowed
    assert "two</a>" not in narrowed
    # Each filter in use is taken away by itself.
    assert f'href="/search/?q=crane&amp;service={mail.number}"' in narrowed
    assert 'href="/search/?q=crane&amp;type=tickets"' in narrowed
