"""Following a request without an account: the same words for everybody, a link that works once, no note."""

from __future__ import annotations

from datetime import timedelta

import pytest

from itsm.portal.tasks import send_track_link
from itsm.portal.tracking import FOR_ONE_ADDRESS, FROM_ONE_PLACE, LIFETIME, link_to
from tests.doors import browser
from tests.factories import a_ticket
from valuechain.records.actions import add_comment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_counted")]
NOTE = "canary-in-a-note"


@pytest.fixture
def ticket(cast):
    made = a_ticket(actor=cast.agent, requester=cast.requester, title="The crane is stuck")
    for body, visibility in (("We are on our way.", "public"), (NOTE, "internal")):
        add_comment(made, body=body, visibility=visibility, actor=cast.agent, via="html")
    return made


def path_of(link, settings):
    return link.removeprefix(settings.SITE_URL)


def opened(client, link, settings):
    return client.post(path_of(link, settings), follow=True)


def test_known_and_unknown_numbers_and_addresses_are_answered_alike(
    cast, colleague, ticket, client
):
    asked = (
        (ticket.number, cast.requester.email),
        (ticket.number, "nobody@harbour.example"),
        ("INC-999999", cast.requester.email),
        (ticket.number, colleague.email),
    )
    answers = [client.post("/track/", {"number": n, "email": e}) for n, e in asked]

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert "If number and address belong together" in answers[0].content.decode()


def test_only_who_asked_is_sent_a_link(cast, colleague, ticket, mailoutbox):
    assert not send_track_link(ticket.number, "nobody@harbour.example")
    assert not send_track_link("INC-999999", cast.requester.email)
    assert not send_track_link(ticket.number, colleague.email)
    assert not send_track_link(ticket.number, cast.agent.email)
    assert not mailoutbox

    assert send_track_link(ticket.number, cast.requester.email)

    (mail,) = mailoutbox
    assert mail.to == [cast.requester.email]
    assert ticket.title not in mail.body


def test_the_link_shows_what_was_said_in_public_and_no_note(
    cast, ticket, client, mailoutbox, settings
):
    send_track_link(ticket.number, cast.requester.email)
    link = mailoutbox[0].body.split(settings.SITE_URL)[1].split()[0]

    page = client.post(link, follow=True)

    text = page.content.decode()
    assert page.redirect_chain[-1][0] == f"/track/{ticket.number}/"
    assert "The crane is stuck" in text
    assert "We are on our way." in text
    assert NOTE not in text
    assert "no-store" in page["Cache-Control"]
    # It opens this page and no other door.
    assert client.get(f"/portal/requests/{ticket.number}/").status_code == 302
    assert client.get(ticket.get_absolute_url()).status_code == 302


def test_visiting_the_link_does_not_spend_it_and_pressing_the_button_does(
    cast, ticket, client, settings
):
    link = link_to(cast.requester, ticket)
    for _visit in range(2):
        visited = client.get(path_of(link, settings))
        assert "Show my request" in visited.content.decode()
        assert ticket.title not in visited.content.decode()

    assert opened(client, link, settings).status_code == 200
    again = opened(browser(None), link, settings)

    assert again.status_code == 410
    assert "This link no longer works" in again.content.decode()


def test_a_link_ends_and_so_does_what_it_opened(cast, ticket, client, settings, frozen):
    old, link = link_to(cast.requester, ticket), link_to(cast.requester, ticket)
    assert opened(client, link, settings).status_code == 200
    frozen.shift(LIFETIME + timedelta(seconds=1))

    assert opened(browser(None), old, settings).status_code == 410
    assert client.get(f"/track/{ticket.number}/").url == "/track/"


def test_a_forged_link_opens_nothing(cast, ticket, client, settings):
    link = path_of(link_to(cast.requester, ticket), settings)

    assert client.post(link[:-4] + "aaa/").status_code == 410
    assert client.get(f"/track/{ticket.number}/").url == "/track/"


def test_who_was_locked_out_meanwhile_sees_nothing(cast, ticket, client, settings):
    assert opened(client, link_to(cast.requester, ticket), settings).status_code == 200
    cast.requester.is_active = False
    cast.requester.save()

    assert client.get(f"/track/{ticket.number}/").status_code == 404


def test_asking_too_often_ends_for_known_and_unknown_alike(cast, ticket, client):
    for turn in range(FROM_ONE_PLACE.limit):
        email = cast.requester.email if turn % 2 else "nobody@harbour.example"
        client.post("/track/", {"number": ticket.number, "email": email})

    for email in (cast.requester.email, "nobody@harbour.example"):
        answer = client.post("/track/", {"number": ticket.number, "email": email})
        assert answer.status_code == 429
        assert "Too many attempts." in answer.content.decode()
        assert answer["Retry-After"]


def test_one_address_is_sent_few_links(cast, ticket, mailoutbox):
    for _turn in range(FOR_ONE_ADDRESS.limit + 2):
        send_track_link(ticket.number, cast.requester.email)

    assert len(mailoutbox) == FOR_ONE_ADDRESS.limit
