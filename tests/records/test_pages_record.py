"""The page of one record and its forms: nothing typed is ever lost, nothing unseen is found."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.doors import browser, buttons
from tests.factories import a_ticket, fresh
from valuechain.records.actions import add_comment, perform
from valuechain.records.models import Comment, Link, Record

MISSPELT = "Sehr geehrte Damen & Herren <b>"


@pytest.fixture
def page(agent):
    return browser(agent)


@pytest.fixture
def ticket(agent, requester, organisation, desk):
    return a_ticket(actor=agent, requester=requester, organisation=organisation, team=desk)


def at(record, *more):
    return record.get_absolute_url() + "".join(f"{part}/" for part in more)


def typed(answer, words=MISSPELT):
    """Whether what somebody typed is still on the page, as text."""
    return (
        words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        in answer.content.decode()
    )


class TestReading:
    def test_the_page_tells_what_it_is_and_what_may_be_done(self, page, ticket):
        answer = page.get(at(ticket))

        body = answer.content.decode()
        assert answer.status_code == 200
        assert ticket.number in body
        assert ticket.title in body
        assert "resolve" in buttons(body)[0]
        assert "stand_down" in buttons(body)[1]

    def test_a_number_in_small_letters_is_found(self, page, ticket):
        assert page.get(f"/tickets/{ticket.number.lower()}/").status_code == 200

    def test_the_requester_is_taken_to_their_own_page(self, requester, ticket):
        answer = browser(requester).get(at(ticket))

        assert (answer.status_code, answer.headers["Location"]) == (
            302,
            f"/portal/requests/{ticket.number}/",
        )

    @pytest.mark.parametrize(
        "sub", [(), ("edit",), ("chain",), ("link",), ("do", "resolve"), ("files", "1")]
    )
    def test_what_is_unseen_is_not_there(self, outsider, ticket, sub):
        unseen = browser(outsider).get(at(ticket, *sub))
        absent = browser(outsider).get(at(ticket, *sub).replace(ticket.number, "INC-999999"))

        assert unseen.status_code == absent.status_code == 404
        assert ticket.title not in unseen.content.decode()

    @pytest.mark.parametrize(
        "sub", [(), ("edit",), ("chain",), ("link",), ("do", "resolve"), ("files", "1")]
    )
    def test_strangers_sign_in_first_and_come_back(self, client, ticket, sub):
        answer = client.get(at(ticket, *sub))

        assert answer.status_code == 302
        assert answer.headers["Location"] == f"/login/?next={at(ticket, *sub)}"

    def test_a_ticket_is_not_found_under_another_resource_or_verb(self, page, ticket):
        assert page.get(f"/services/{ticket.number}/").status_code == 404
        assert page.get(at(ticket, "do", "dance")).status_code == 404
        assert page.get(at(ticket, "hand-off", "dance")).status_code == 404

    def test_what_people_wrote_is_text(self, page, agent, organisation):
        ticket = a_ticket(actor=agent, organisation=organisation, title="<script>alert(1)</script>",
                          description="<img src=x onerror=alert(1)>")  # fmt: skip
        add_comment(ticket, body="[x](javascript:alert(1)) <script>1</script>", visibility="public",
                    actor=agent, via="html")  # fmt: skip

        body = page.get(at(ticket)).content.decode()

        assert "<script>alert" not in body
        assert "<script>1" not in body
        assert "<img src=x" not in body
        assert 'href="javascript:' not in body

    def test_the_timeline_shows_a_part_when_asked(self, page, ticket, agent):
        add_comment(ticket, body="Between us only", visibility="internal", actor=agent, via="html")

        assert "Between us only" in page.get(f"{at(ticket)}?show=notes").content.decode()
        assert "Between us only" not in page.get(f"{at(ticket)}?show=changes").content.decode()
        assert page.get(f"{at(ticket)}?show=nonsense").status_code == 200


class TestForms:
    def test_a_record_is_opened_from_its_form(self, page, requester, organisation):
        answer = page.post("/tickets/new/?kind=incident", {
            "title": "From a form", "requester": requester.email, "organisation": organisation.pk,
            "channel": "phone"})  # fmt: skip

        made = Record.objects.get()
        assert answer.status_code == 302
        assert answer.headers["Location"] == at(made)
        assert (made.title, made.channel, made.requester) == ("From a form", "phone", requester)

    def test_what_is_missing_is_said_and_what_was_typed_stays(self, page, organisation):
        answer = page.post("/tickets/new/?kind=incident", {
            "title": "", "description": MISSPELT, "requester": "Nobody Known", "organisation": organisation.pk,
            "channel": "phone"})  # fmt: skip

        assert answer.status_code == 422
        assert typed(answer)
        assert typed(answer, "Nobody Known")
        assert not Record.objects.exists()

    def test_an_edit_is_saved_and_written_down(self, page, ticket, requester):
        answer = page.post(at(ticket, "edit"), {
            "title": "Another title", "requester": requester.email, "version": ticket.version,
            "organisation": ticket.organisation_id})  # fmt: skip

        assert answer.status_code == 302, answer.content.decode()[-3000:]
        assert fresh(ticket).title == "Another title"
        assert fresh(ticket).events.filter(verb="incident.edited").count() == 1

    def test_of_two_edits_the_later_is_told_and_keeps_its_words(self, page, ticket, requester):
        values = {
            "requester": requester.email,
            "version": ticket.version,
            "organisation": ticket.organisation_id,
        }
        page.post(at(ticket, "edit"), values | {"title": "First"})

        late = page.post(at(ticket, "edit"), values | {"title": "Second", "description": MISSPELT})

        assert late.status_code == 422
        assert "This was changed while you wrote" in late.content.decode()
        assert typed(late)
        assert fresh(ticket).title == "First"

    def test_a_transition_asks_first_and_keeps_what_was_typed(self, page, ticket):
        asked = page.get(at(ticket, "do", "resolve"))
        short = page.post(at(ticket, "do", "resolve"), {"resolution": MISSPELT})
        done = page.post(
            at(ticket, "do", "resolve"), {"resolution": MISSPELT, "resolution_code": "fixed"}
        )

        assert 'name="resolution"' in asked.content.decode()
        assert short.status_code == 422
        assert typed(short)
        assert done.status_code == 302
        assert fresh(ticket).state == "resolved"

    def test_a_transition_on_an_old_page_is_told_so(self, page, ticket):
        page.post(at(ticket, "do", "start"), {"version": 1})

        late = page.post(at(ticket, "do", "resolve"),
                         {"version": 1, "resolution": MISSPELT, "resolution_code": "fixed"})  # fmt: skip

        assert late.status_code == 422
        assert typed(late)
        assert fresh(ticket).state == "in_progress"

    def test_who_may_not_is_told_why(self, auditor, ticket):
        answer = browser(auditor).post(at(ticket, "do", "start"), {})

        assert answer.status_code == 422
        assert "An auditor reads everything and changes nothing." in answer.content.decode()

    @pytest.mark.parametrize("body", [{"title": "a\x00b"}, {"title": "x" * 5000}, {"title": "t", "impact": "99"},
                                      {"title": "t", "team": "99999999999999999999999"},
                                      {"title": "t", "organisation": "\x00"}, {"title": "t", "version": "x"}])  # fmt: skip
    def test_a_hostile_form_is_an_error_in_the_form(self, page, ticket, body):
        for path in ("/tickets/new/?kind=incident", at(ticket, "edit")):
            assert page.post(path, body).status_code == 422
        assert fresh(ticket).version == 1


def sends_at_once(person):
    """Let a person's replies leave without the seconds to take them back."""
    person.undo_seconds = 0
    person.save(update_fields=["undo_seconds"])


class TestConversation:
    def test_a_reply_with_a_file_is_one_thing(self, page, ticket, agent):
        sends_at_once(agent)
        file = SimpleUploadedFile("log.txt", b"all of it")

        answer = page.post(
            f"{at(ticket, 'comment')}?as=public", {"reply-body": "See here", "reply-file": file}
        )

        comment = Comment.objects.get()
        assert answer.headers["Location"] == f"{at(ticket)}#comment-{comment.pk}"
        attachment = comment.attachments.get()
        assert (comment.visibility, attachment.visibility) == ("public", "public")
        got = page.get(at(ticket, "files", str(attachment.pk)))
        assert got.getvalue() == b"all of it"
        assert got.headers["Content-Disposition"] == 'attachment; filename="log.txt"'
        assert got.headers["X-Content-Type-Options"] == "nosniff"

    def test_a_note_and_its_file_stay_inside(self, page, ticket, requester):
        file = SimpleUploadedFile("log.txt", b"inside")
        page.post(f"{at(ticket, 'comment')}?as=internal", {"note-body": "Hush", "note-file": file})

        attachment = ticket.attachments.get()
        assert attachment.visibility == "internal"
        assert browser(requester).get(at(ticket, "files", str(attachment.pk))).status_code == 404

    def test_who_writes_across_another_is_told_once_and_keeps_the_words(
        self, page, ticket, agent, requester
    ):
        sends_at_once(agent)
        add_comment(
            ticket, body="It works again", visibility="public", actor=requester, via="email"
        )
        to = f"{at(ticket, 'comment')}?as=public"

        crossed = page.post(to, {"reply-body": MISSPELT, "reply-seen": "1"})
        seen = re.search(r'name="reply-seen" value="(\d+)"', crossed.content.decode())[1]
        meant = page.post(to, {"reply-body": MISSPELT, "reply-seen": seen})

        assert crossed.status_code == 409
        assert typed(crossed)
        assert "Rita Requester replied just now." in crossed.content.decode()
        assert "It works again" in crossed.content.decode()
        assert "Send anyway" in crossed.content.decode()
        assert meant.status_code == 302
        assert Comment.objects.count() == 2

    def test_a_reply_on_a_page_of_its_own_can_do_what_it_can_below_the_ticket(
        self, page, ticket, agent, requester
    ):
        sends_at_once(agent)
        perform(ticket, "start", actor=agent, via="html")
        to = f"{at(ticket, 'comment')}?as=public"

        empty = page.post(to, {"reply-body": " "})
        shown = empty.content.decode()
        assert f'href="/tickets/{ticket.number}/canned/"' in shown
        assert '<button class="btn" name="action" value="wait_for_customer"' in shown
        assert "Send and resolve" in shown
        page.post(to, {"reply-body": "It prints again.", "action": "resolve"})

        assert fresh(ticket).state == "resolved"
        assert "Send and" not in page.post(to.replace("public", "internal"), {}).content.decode()
        theirs = browser(requester).post(to, {"reply-body": " "}).content.decode()
        assert "Send and" not in theirs
        assert "/canned/" not in theirs

    def test_nothing_is_kept_when_the_file_does_not_fit(self, page, ticket, settings):
        settings.ATTACHMENT_MAX_BYTES = 10
        file = SimpleUploadedFile("big.bin", b"x" * 11)

        answer = page.post(
            f"{at(ticket, 'comment')}?as=public", {"reply-body": MISSPELT, "reply-file": file}
        )

        assert answer.status_code == 422
        assert typed(answer)
        assert not Comment.objects.exists()

    def test_the_requester_writes_and_goes_back_to_their_own_page(self, requester, ticket):
        answer = browser(requester).post(
            f"{at(ticket, 'comment')}?as=public", {"reply-body": "Still broken"}
        )

        assert answer.headers["Location"].startswith(f"/portal/requests/{ticket.number}/#comment-")

    def test_the_requester_cannot_write_a_note(self, requester, ticket):
        answer = browser(requester).post(f"{at(ticket, 'comment')}?as=internal", {"note-body": "x"})

        assert answer.status_code == 422
        assert not Comment.objects.exists()


class TestLinks:
    def test_two_records_are_tied_and_the_chain_shows_both(self, page, ticket, agent, organisation):
        cause = a_ticket("problem", actor=agent, organisation=organisation, title="Worn bearing")

        answer = page.post(at(ticket, "link"), {"kind": "caused_by", "target": cause.number})

        assert answer.headers["Location"] == at(ticket)
        assert Link.objects.get().target_id == cause.pk
        for record in (ticket, cause):
            chain = page.get(at(record, "chain")).content.decode()
            assert ticket.title in chain
            assert cause.title in chain

    @pytest.mark.parametrize("target", ["", "INC-999999", "nonsense", "\x00"])
    def test_what_cannot_be_linked_is_said(self, page, ticket, target):
        answer = page.post(at(ticket, "link"), {"kind": "caused_by", "target": target})

        assert answer.status_code == 422
        assert not Link.objects.exists()

    def test_a_record_elsewhere_cannot_be_named(self, page, ticket, outsider):
        hidden = a_ticket(actor=outsider, title="Theirs alone")

        answer = page.post(at(ticket, "link"), {"kind": "relates_to", "target": hidden.number})

        assert answer.status_code == 422
        assert "Theirs alone" not in answer.content.decode()
