"""Drafts are their writer's alone, and a reply can be taken back until it leaves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from itsm.accounts.models import User
from itsm.core import clock
from itsm.notifications.models import OutboundMail
from tests.factories import a_ticket
from valuechain.records import tasks
from valuechain.records.actions import add_comment, hold_reply, release_due, save_draft
from valuechain.records.actions.drafting import forget_drafts
from valuechain.records.models import Comment, Draft
from valuechain.records.tasks import send_held


def browser(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def ticket(requester):
    return a_ticket(actor=requester, title="Printer is jammed")


@pytest.fixture
def page(agent) -> Client:
    return browser(agent)


def at(record, *sub: str) -> str:
    return "/".join([f"/tickets/{record.number}", *sub, ""])


def reply(page, ticket, body="On my way", **more):
    return page.post(f"{at(ticket, 'comment')}?as=public", {"reply-body": body, **more})


class TestDrafts:
    def test_what_is_typed_is_kept_for_its_writer_alone(self, page, ticket, agent, lead):
        saved = page.post(at(ticket, "drafts", "reply"), {"reply-body": "Have you tri"})

        assert saved.json()["text"].startswith("Draft saved ")
        assert "Have you tri" in page.get(at(ticket)).content.decode()
        assert "Have you tri" not in browser(lead).get(at(ticket)).content.decode()

    def test_an_emptied_draft_is_forgotten(self, page, ticket):
        page.post(at(ticket, "drafts", "note"), {"note-body": "Perhaps"})

        emptied = page.post(at(ticket, "drafts", "note"), {"note-body": "  "})

        assert emptied.json() == {"text": ""}
        assert not Draft.objects.exists()

    def test_nobody_keeps_a_draft_on_what_they_cannot_see(self, ticket, outsider):
        answer = browser(outsider).post(at(ticket, "drafts", "reply"), {"reply-body": "x"})

        assert answer.status_code == 404
        assert not Draft.objects.exists()

    def test_a_refused_message_is_kept_as_a_draft_too(self, page, ticket, settings):
        settings.ATTACHMENT_MAX_BYTES = 10
        big = SimpleUploadedFile("big.bin", b"x" * 11)

        refused = reply(page, ticket, "Read this", **{"reply-file": big})

        assert refused.status_code == 422
        assert Draft.objects.get().body == "Read this"

    def test_sending_forgets_the_draft_and_a_late_autosave_does_not_bring_it_back(
        self, page, ticket, agent
    ):
        page.post(at(ticket, "drafts", "reply"), {"reply-body": "On my way"})

        reply(page, ticket)
        late = page.post(at(ticket, "drafts", "reply"), {"reply-body": "On my way"})

        assert late.json() == {"text": ""}
        assert not Draft.objects.written().exists()

    def test_keep_as_draft_sends_nothing(self, page, ticket):
        answer = reply(page, ticket, "Not yet", action="draft")

        assert answer.headers["Location"] == f"{at(ticket)}#reply"
        assert Draft.objects.written().get().body == "Not yet"
        assert not Draft.objects.held().exists()

    def test_old_drafts_are_forgotten_and_held_replies_are_not(self, ticket, agent):
        save_draft(person=agent, name="note", values={"body": "Old"}, record=ticket)
        hold_reply(ticket, body="Held", actor=agent, seconds=10)

        assert forget_drafts(clock.now() + timedelta(days=31)) == 1
        assert Draft.objects.get().body == "Held"
        assert tasks.forget_drafts() == 0


class TestHolding:
    def test_a_reply_waits_in_its_writers_timeline_and_nowhere_else(
        self, page, ticket, requester, lead, agent
    ):
        answer = reply(page, ticket, "Canary seven")

        held = Draft.objects.held().get()
        assert answer.headers["Location"] == f"{at(ticket)}#held-{held.pk}"
        mine = page.get(at(ticket)).content.decode()
        assert "Canary seven" in mine
        assert "Not sent yet: nobody else sees it." in mine
        assert "Undo" in mine
        for other in (requester, lead):
            client = browser(other)
            for path in (at(ticket), f"/portal/requests/{ticket.number}/"):
                assert "Canary seven" not in client.get(path, follow=True).content.decode()
        listed = page.get(f"/api/v1/tickets/{ticket.number}/comments/")
        assert listed.status_code == 200
        assert "Canary seven" not in listed.content.decode()
        assert not Comment.objects.exists()
        assert not ticket.events.filter(verb="comment.reply").exists()
        assert not OutboundMail.objects.filter(event__verb="comment.reply").exists()

    def test_it_leaves_when_its_time_has_come_and_says_when(self, page, ticket, agent, frozen):
        reply(page, ticket)
        assert send_held() == 0

        frozen.shift(timedelta(seconds=10))

        assert send_held() == 1
        comment = Comment.objects.get()
        event = ticket.events.get(verb="comment.reply")
        assert comment.at == event.at == clock.now()
        assert comment.author == agent
        assert not Draft.objects.exists()
        assert OutboundMail.objects.filter(event=event).exists()
        assert send_held() == 0

    def test_the_response_clock_stops_when_it_leaves(self, page, ticket, frozen):
        seen = []
        reply(page, ticket)
        seen.append(ticket.events.filter(verb="comment.reply").count())
        frozen.shift(timedelta(seconds=11))

        # Whoever looks next sends it; no worker is needed.
        shown = page.get(at(ticket)).content.decode()

        seen.append(ticket.events.filter(verb="comment.reply").count())
        assert seen == [0, 1]
        assert "Not sent yet" not in shown
        assert "On my way" in shown

    def test_undo_makes_it_a_draft_again_in_an_open_form(self, page, ticket):
        reply(page, ticket)
        held = Draft.objects.held().get()

        answer = page.post(at(ticket, "take-back", str(held.pk)))

        assert answer.headers["Location"] == f"{at(ticket)}#reply"
        shown = page.get(at(ticket)).content.decode()
        assert '<details class="composer" id="reply" open>' in shown
        assert "On my way" in shown
        assert send_held() == 0

    def test_undo_comes_too_late_once_it_has_left(self, page, ticket, frozen):
        reply(page, ticket)
        held = Draft.objects.held().get()
        frozen.shift(timedelta(seconds=10))
        send_held()

        answer = page.post(at(ticket, "take-back", str(held.pk)), follow=True)

        assert "It was too late to take it back" in answer.content.decode()
        assert Comment.objects.count() == 1

    def test_nobody_takes_back_what_another_wrote(self, page, ticket, lead):
        reply(page, ticket)
        held = Draft.objects.held().get()

        browser(lead).post(at(ticket, "take-back", str(held.pk)))

        assert Draft.objects.held().filter(pk=held.pk).exists()

    def test_its_file_goes_along_and_comes_back(self, page, ticket, frozen):
        file = SimpleUploadedFile("log.txt", b"all of it")
        reply(page, ticket, "See here", **{"reply-file": file})
        held = Draft.objects.held().get()
        page.post(at(ticket, "take-back", str(held.pk)))
        assert "log.txt goes along" in page.get(at(ticket)).content.decode()

        reply(page, ticket, "See there", keep_file="1")
        frozen.shift(timedelta(seconds=10))
        send_held()

        attachment = Comment.objects.get().attachments.get()
        with attachment.file.open("rb") as kept:
            assert (attachment.name, kept.read()) == ("log.txt", b"all of it")

    def test_a_reply_can_bring_a_step_along_that_is_taken_when_it_leaves(
        self, page, ticket, frozen
    ):
        reply(page, ticket, "Fixed: a new roller.", action="resolve")
        ticket.refresh_from_db()
        assert ticket.state == "new"
        assert "then: Send and resolve" in page.get(at(ticket)).content.decode()

        frozen.shift(timedelta(seconds=10))
        send_held()

        ticket.refresh_from_db()
        assert ticket.state == "resolved"
        assert ticket.specific.resolution == "Fixed: a new roller."

    def test_send_and_wait_comes_back_by_itself(self, page, ticket, agent, frozen):
        reply(page, ticket, "Which printer?", action="wait_for_customer")
        frozen.shift(timedelta(seconds=10))
        send_held()

        ticket.refresh_from_db()
        assert ticket.state == "waiting_customer"
        assert ticket.follow_up_at == clock.now() + timedelta(days=3)

    def test_what_can_no_longer_be_sent_comes_back_as_a_draft_that_says_why(
        self, page, ticket, agent, frozen
    ):
        reply(page, ticket, "Fixed", action="resolve")
        from valuechain.records.actions import perform

        perform(ticket, "cancel", actor=agent, via="html", data={"reason": "Gone"})
        frozen.shift(timedelta(seconds=10))

        assert send_held() == 0
        draft = Draft.objects.written().get()
        assert draft.body == "Fixed"
        assert draft.problem
        assert "This was not sent:" in page.get(at(ticket)).content.decode()
        assert not Comment.objects.exists()

    def test_seconds_are_each_persons_own_and_none_sends_at_once(self, page, ticket, agent):
        User.objects.filter(pk=agent.pk).update(undo_seconds=0)

        answer = reply(page, ticket)

        assert answer.headers["Location"] == f"{at(ticket)}#comment-{Comment.objects.get().pk}"

    def test_the_requester_and_rest_send_at_once(self, ticket, requester):
        answer = reply(browser(requester), ticket, "Still broken")

        assert answer.status_code == 302
        assert Comment.objects.get().body == "Still broken"

    def test_two_sweeps_send_it_once(self, ticket, agent):
        hold_reply(ticket, body="Once", actor=agent, seconds=0)

        assert release_due() + release_due() == 1
        assert Comment.objects.count() == 1

    def test_the_timeline_alone_is_answered_to_the_page_that_asks(self, page, ticket):
        reply(page, ticket, "Canary nine")

        part = page.get(at(ticket, "timeline"), headers={"HX-Request": "true"})
        whole = page.get(at(ticket, "timeline"))

        assert "Canary nine" in part.content.decode()
        assert "<html" not in part.content.decode()
        assert part.headers["Cache-Control"] == "private, no-store"
        assert whole.headers["Location"] == at(ticket)


class TestDoubts:
    def test_a_note_that_reads_like_a_letter_is_asked_about_once(self, page, ticket):
        to = f"{at(ticket, 'comment')}?as=internal"

        asked = page.post(to, {"note-body": "Hi Rita, it is fixed."})
        meant = page.post(to, {"note-body": "Hi Rita, it is fixed.", "sure": "1"})

        assert asked.status_code == 422
        assert "who cannot read notes" in asked.content.decode()
        assert "Hi Rita, it is fixed." in asked.content.decode()
        assert meant.status_code == 302
        assert Comment.objects.get().visibility == "internal"

    def test_a_note_about_the_requester_is_no_letter(self, page, ticket):
        page.post(f"{at(ticket, 'comment')}?as=internal", {"note-body": "Called Rita, no answer."})

        assert Comment.objects.get().visibility == "internal"

    def test_a_reply_that_mentions_a_colleague_is_asked_about_and_can_become_a_note(
        self, page, ticket
    ):
        asked = reply(page, ticket, "@leo.lead can you look?")
        page.post(
            f"{at(ticket, 'comment')}?as=internal",
            {"reply-body": "@leo.lead can you look?", "sure": "1"},
        )

        assert asked.status_code == 422
        assert "mentions @leo.lead" in asked.content.decode()
        assert Comment.objects.get().visibility == "internal"

    def test_words_a_template_left_open_are_not_sent(self, page, ticket):
        refused = reply(page, ticket, "Dear {{ first_name }}, it is fixed.")

        assert refused.status_code == 422
        assert "Fill in first: {{ first_name }}." in refused.content.decode()

    def test_whoever_signs_in_on_the_way_finds_the_record(self, page, ticket):
        assert page.get(at(ticket, "comment")).headers["Location"] == at(ticket)

    def test_a_note_by_another_is_shown_to_staff_before_the_reply_goes(self, page, ticket, lead):
        add_comment(ticket, body="I called her", visibility="internal", actor=lead, via="html")

        crossed = reply(page, ticket, "Hello", **{"reply-seen": "1"})

        assert crossed.status_code == 409
        assert "Leo Lead wrote a note just now." in crossed.content.decode()
