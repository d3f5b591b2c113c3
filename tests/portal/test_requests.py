"""The requester's pages: asking, following, answering, and what never reaches them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from itsm.accounts.models import Organisation
from itsm.core import clock
from itsm.portal.asks import asks_offered
from tests.factories import a_ticket, at_state, fresh, opened
from valuechain.records.actions import add_comment, attach_file, perform, watch
from valuechain.records.models import Attachment, Participation, Record
from valuechain.records.vocabulary import ParticipationRole, Via, Visibility

pytestmark = pytest.mark.django_db

CANARY = "canary7q2x"


def said(record, body, *, by, visibility=Visibility.PUBLIC):
    return add_comment(record, body=body, visibility=visibility, actor=by, via=Via.HTML)


def page(client, record, tail=""):
    return client.get(f"/portal/requests/{record.number}/{tail}")


def test_something_broken_becomes_an_incident_and_its_number_is_confirmed(signed_in, requester):
    client = signed_in(requester)

    answer = client.post(
        "/portal/request/broken/",
        {"title": "Scanner is dead", "description": "No light.", "urgency": "1"},
        follow=True,
    )

    record = Record.objects.get()
    assert (record.kind, record.requester, record.urgency) == ("incident", requester, 1)
    assert answer.redirect_chain == [(f"/portal/requests/{record.number}/sent/", 302)]
    assert record.number in answer.content.decode()
    assert "What happens next" in answer.content.decode()


@pytest.mark.parametrize("slug", ["ask", "something-else"])
def test_whatever_else_is_asked_becomes_a_service_request(signed_in, requester, slug):
    signed_in(requester).post(f"/portal/request/{slug}/", {"title": "A chair", "urgency": "4"})

    assert Record.objects.get().kind == "service_request"


@pytest.mark.parametrize("ask", asks_offered(), ids=lambda ask: ask.slug)
def test_every_way_to_ask_leads_to_a_record_of_its_own_kind(signed_in, requester, ask):
    client = signed_in(requester)
    assert f"/portal/request/{ask.slug}/" in client.get("/portal/").content.decode()

    answer = client.post(
        f"/portal/request/{ask.slug}/",
        {"title": "A wish", "description": "In my own words.", "urgency": "3"},
        follow=True,
    )

    assert (answer.status_code, Record.objects.get().kind) == (200, ask.kind)
    assert "We have it" in answer.content.decode()


def test_there_is_no_way_to_ask_that_was_not_offered(signed_in, requester):
    assert signed_in(requester).get("/portal/request/change/").status_code == 404


def test_a_file_comes_with_the_request_and_can_be_fetched_again(
    signed_in, requester, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    client = signed_in(requester)
    picture = SimpleUploadedFile("screen.png", b"pixels", "image/png")

    client.post(
        "/portal/request/broken/", {"title": "Blue screen", "urgency": "2", "file": picture}
    )

    record, attachment = Record.objects.get(), Attachment.objects.get()
    address = f"/tickets/{record.number}/files/{attachment.pk}/"
    assert address in page(client, record).content.decode()
    assert b"".join(client.get(address).streaming_content) == b"pixels"


def test_a_file_too_large_is_refused_and_nothing_typed_is_lost(
    signed_in, requester, settings, tmp_path
):
    settings.MEDIA_ROOT, settings.ATTACHMENT_MAX_BYTES = tmp_path, 3
    picture = SimpleUploadedFile("screen.png", b"pixels", "image/png")

    answer = signed_in(requester).post(
        "/portal/request/broken/",
        {"title": "Blue screen", "description": "All of it.", "urgency": "2", "file": picture},
    )

    assert answer.status_code == 422
    assert "All of it." in answer.content.decode()
    assert not Record.objects.exists()


def test_a_colleague_it_is_for_can_follow_it(signed_in, requester, colleague):
    signed_in(requester).post(
        "/portal/request/ask/", {"title": "A desk", "urgency": "4", "affected": colleague.name}
    )

    record = Record.objects.get()
    assert Participation.objects.filter(
        record=record, person=colleague, role=ParticipationRole.AFFECTED
    ).exists()
    assert page(signed_in(colleague), record).status_code == 200


@pytest.mark.parametrize("who", ["outsider", "nobody"])
def test_somebody_elsewhere_and_nobody_are_answered_alike(signed_in, requester, outsider, who):
    name = outsider.name if who == "outsider" else "Norbert Nobody"

    answer = signed_in(requester).post(
        "/portal/request/ask/", {"title": "A desk", "urgency": "4", "affected": name}
    )

    assert answer.status_code == 422
    assert "Nobody of your organisation is known by that name." in answer.content.decode()


def test_others_do_not_find_a_request_by_any_of_its_addresses(
    signed_in, requester, colleague, outsider
):
    record = a_ticket(actor=requester)

    for person in (colleague, outsider):
        client = signed_in(person)
        for tail in ("", "sent/", "do/cancel/"):
            assert page(client, record, tail).status_code == 404
        assert client.post(f"/portal/requests/{record.number}/", {"reply-body": "x"}).status_code == 404  # fmt: skip
        assert record.title not in client.get("/portal/requests/?show=all").content.decode()


def test_an_organisation_that_shares_shows_its_members_one_anothers_requests(
    signed_in, requester, colleague, organisation
):
    Organisation.objects.filter(pk=organisation.pk).update(shares_records=True)
    record = a_ticket(actor=requester)
    client = signed_in(colleague)

    assert record.title in client.get("/portal/requests/?show=shared").content.decode()
    assert record.title not in client.get("/portal/requests/?show=all").content.decode()
    shown = page(client, record).content.decode()
    assert record.title in shown
    assert "I do not need this any more" not in shown


@pytest.mark.parametrize(
    ("kind", "state", "words"),
    [
        ("incident", "new", "Received"),
        ("incident", "in_progress", "Being looked at"),
        ("incident", "waiting_supplier", "Being looked at"),
        ("incident", "waiting_customer", "Waiting for you"),
        ("service_request", "awaiting_approval", "Waiting for approval"),
        ("incident", "resolved", "Done"),
        ("incident", "cancelled", "Stopped"),
        ("service_request", "rejected", "Stopped"),
    ],
)
def test_states_are_said_in_six_plain_words(signed_in, cast, kind, state, words):
    record = at_state(kind, state, cast)
    client = signed_in(cast.requester)

    shown = page(client, record).content.decode()
    listed = client.get("/portal/requests/?show=all").content.decode()

    label = str(record.state_label)
    assert words in shown
    assert words in listed
    assert label == words or f">{label}<" not in shown


def test_the_track_shows_only_steps_this_request_went_through(signed_in, cast):
    plain = at_state("incident", "resolved", cast)
    approved = at_state("service_request", "awaiting_approval", cast)
    client = signed_in(cast.requester)

    def steps(record):
        html = page(client, record).content.decode()
        return html[html.index('class="track"') : html.index("</ol>")]

    assert "Waiting for approval" not in steps(plain)
    assert "Stopped" not in steps(plain)
    assert "Waiting for approval" in steps(approved)


def test_a_reply_reaches_the_desk_and_takes_a_waiting_ticket_up(signed_in, cast):
    record = at_state("incident", "waiting_customer", cast)
    client = signed_in(cast.requester)

    answer = client.post(f"/portal/requests/{record.number}/", {"reply-body": "It is number 7."})

    comment = record.comments.get()
    assert answer["Location"] == f"/portal/requests/{record.number}/#comment-{comment.pk}"
    assert (comment.visibility, comment.is_from_staff) == ("public", False)
    assert fresh(record).state == "in_progress"


def test_a_reply_sent_over_a_newer_one_is_kept_and_can_be_sent_again(signed_in, requester, agent):
    record = a_ticket(actor=requester)
    client = signed_in(requester)
    said(record, "Which floor?", by=agent)
    sent = {"reply-body": "It is urgent.", "reply-seen": "1"}

    first = client.post(f"/portal/requests/{record.number}/", sent)

    html = first.content.decode()
    assert first.status_code == 422
    assert "It is urgent." in html
    assert "Which floor?" in html
    sent["reply-seen"] = str(fresh(record).event_count)
    assert client.post(f"/portal/requests/{record.number}/", sent).status_code == 302


def test_an_empty_reply_is_answered_with_what_to_do(signed_in, requester):
    record = a_ticket(actor=requester)

    answer = signed_in(requester).post(f"/portal/requests/{record.number}/", {"reply-body": "  "})

    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()


def test_whoever_asked_confirms_that_it_is_solved(signed_in, cast):
    record = at_state("incident", "resolved", cast)
    client = signed_in(cast.requester)

    assert "Yes, it is solved" in page(client, record).content.decode()
    client.post(f"/portal/requests/{record.number}/do/close/", {"version": record.version})

    assert fresh(record).state == "closed"


def test_whoever_asked_says_that_it_is_still_broken(signed_in, cast):
    record = at_state("incident", "resolved", cast)
    client = signed_in(cast.requester)
    address = f"/portal/requests/{record.number}/do/reopen/"

    asked = client.get(address)
    refused = client.post(address, {"reason": ""})
    taken = client.post(address, {"reason": "It smokes again."})

    assert "What is still wrong?" in asked.content.decode()
    assert (refused.status_code, taken.status_code) == (422, 302)
    assert fresh(record).state == "in_progress"
    assert "It smokes again." in page(client, record).content.decode()


def test_after_the_window_a_request_is_not_taken_up_again(signed_in, cast, frozen):
    record = at_state("incident", "resolved", cast)
    frozen.shift(timedelta(days=15))

    client = signed_in(cast.requester)

    assert page(client, record, "do/reopen/").status_code == 404


def test_a_participant_reads_along_but_decides_nothing(signed_in, cast, colleague):
    record = at_state("incident", "resolved", cast)
    Participation.objects.create(record=record, person=colleague, role=ParticipationRole.AFFECTED)
    client = signed_in(colleague)

    assert page(client, record).status_code == 200
    assert page(client, record, "do/close/").status_code == 404


def test_a_step_of_the_desk_is_no_step_of_the_portal_whoever_tries(signed_in, requester, agent):
    record = a_ticket(actor=requester)

    for person in (requester, agent):
        assert page(signed_in(person), record, "do/resolve/").status_code == 404


def test_a_merged_request_points_to_the_one_that_goes_on(signed_in, requester, agent):
    gone, stays = (a_ticket(actor=requester, title=title) for title in ("One", "Two"))
    perform(gone, "merge", actor=agent, via=Via.HTML, data={"into": stays.number})

    shown = page(signed_in(requester), gone).content.decode()

    assert f"This goes on as {stays.number}." in shown


def test_a_merge_into_somebody_elses_request_does_not_name_it_to_strangers(
    signed_in, requester, colleague, agent
):
    gone = a_ticket(actor=requester, title="One")
    stays = a_ticket(actor=agent, requester=colleague, title="Private matter")
    perform(gone, "merge", actor=agent, via=Via.HTML, data={"into": stays.number})
    Participation.objects.filter(record=stays, person=requester).delete()

    shown = page(signed_in(requester), gone).content.decode()

    assert stays.number not in shown
    assert "Private matter" not in shown


@pytest.fixture
def with_canaries(requester, agent, desk, settings, tmp_path):
    """A request with a secret in everything that is meant for the desk alone."""
    settings.MEDIA_ROOT = tmp_path
    record = a_ticket(actor=requester, team=desk, title="Phone rings twice")
    said(record, f"{CANARY} note", by=agent, visibility=Visibility.INTERNAL)
    said(record, "We are on it.", by=agent)
    attach_file(record, file=SimpleUploadedFile("f.txt", b"x"), name=f"{CANARY}.txt",
                visibility=Visibility.INTERNAL, actor=agent,
                via=Via.HTML)  # fmt: skip
    later = (clock.now() + timedelta(days=1)).isoformat()
    perform(record, "wait_for_supplier", actor=agent, via=Via.HTML,
            data={"reason": f"{CANARY} reason", "follow_up_at": later})  # fmt: skip
    perform(record, "set_priority", actor=agent, via=Via.HTML,
            data={"priority": "1", "reason": f"{CANARY} override"})  # fmt: skip
    return fresh(record)


def test_who_asks_is_not_told_what_the_requester_reads(signed_in, requester, agent):
    number = a_ticket(actor=requester).number
    theirs = signed_in(requester).get(f"/portal/requests/{number}/do/cancel/").content.decode()
    ours = signed_in(agent).get(f"/tickets/{number}/do/cancel/").content.decode()

    assert "The requester reads this." in ours
    assert "Reason" in theirs
    assert "The requester reads this." not in theirs


@pytest.mark.parametrize("who", ["requester", "agent"])
def test_no_byte_meant_for_the_desk_is_on_any_page_of_the_portal(
    signed_in, requester, agent, with_canaries, who
):
    client = signed_in({"requester": requester, "agent": agent}[who])
    number = with_canaries.number
    addresses = [
        "/portal/", "/portal/requests/", "/portal/requests/?show=all",
        f"/portal/requests/{number}/", f"/portal/requests/{number}/sent/",
        f"/portal/requests/{number}/do/cancel/",
    ]  # fmt: skip
    if who == "requester":
        addresses += [f"/search/?q={CANARY}", "/search/?q=phone", f"/search/?q={number}"]

    for address in addresses:
        html = client.get(address, follow=True).content.decode()
        # The search page repeats what was searched for, and nothing more.
        echoed = html.replace(f"q={CANARY}", "").replace(f"title={CANARY}", "")
        assert echoed.count(CANARY) == (
            html.count(f"“{CANARY}”") + html.count(f"Search: {CANARY}")
            + html.count(f'value="{CANARY}"') + html.count(f"<title>{CANARY} ")
        ), address  # fmt: skip
        assert number not in html or CANARY not in html


def test_the_desk_finds_by_a_note_what_a_requester_does_not(
    signed_in, requester, agent, with_canaries
):
    assert with_canaries.number in signed_in(agent).get(f"/search/?q={CANARY}").content.decode()
    assert (
        "Nothing fits"
        in signed_in(requester).get(f"/search/?q={CANARY}", follow=True).content.decode()
    )


def test_an_internal_file_cannot_be_fetched_by_whoever_asked(signed_in, requester, with_canaries):
    file = Attachment.objects.get()

    answer = signed_in(requester).get(f"/tickets/{with_canaries.number}/files/{file.pk}/")

    assert answer.status_code == 404


@pytest.mark.parametrize("address", ["/portal/", "/portal/requests/?show=all", "/search/?q=case"])
def test_a_list_costs_the_same_for_few_and_for_many(signed_in, requester, address):

    client = signed_in(requester)
    client.get(address)
    costs = []
    for _round in range(2):
        for number in range(6):
            a_ticket(actor=requester, title=f"Case {number}")
        with CaptureQueriesContext(connection) as told:
            client.get(address)
        costs.append(len(told))

    assert costs[0] == costs[1]
    assert costs[1] <= 15


def test_the_page_of_a_request_costs_the_same_however_much_was_said(signed_in, requester, agent):

    record = a_ticket(actor=requester)
    client = signed_in(requester)
    page(client, record)
    costs = []
    for _round in range(2):
        for _turn in range(5):
            said(record, "And another thing.", by=requester)
            said(record, "Noted.", by=agent)
        with CaptureQueriesContext(connection) as told:
            page(client, record)
        costs.append(len(told))

    assert costs[0] == costs[1]
    assert costs[1] <= 20


def test_what_came_of_a_request_is_not_among_the_requests(signed_in, cast):
    own = a_ticket(actor=cast.agent, requester=cast.requester, title="The crane is stuck")
    change = opened("change", cast)
    watch(change, person=cast.requester, actor=cast.admin, via=Via.HTML)
    client = signed_in(cast.requester)

    for show in ("open", "all"):
        listed = client.get(f"/portal/requests/?show={show}").content.decode()
        assert own.number in listed
        assert change.number not in listed
    listed = client.get("/portal/requests/?show=came").content.decode()
    assert change.number in listed
    assert own.number not in listed
    assert change.number not in client.get("/portal/").content.decode()
