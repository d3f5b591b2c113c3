"""What is said on a record reaches those it is meant for, and nobody else."""

import threading
import time

import pytest
from django.core.files.base import ContentFile
from django.db import transaction

from itsm.core.errors import Denied, FieldErrors, RuleViolation
from tests.factories import a_ticket, fresh
from tests.together import together
from valuechain.records import events
from valuechain.records.actions import (
    add_comment,
    attach_file,
    log_time,
    perform,
    remove_participant,
    watch,
)
from valuechain.records.models import Attachment, Comment, Event, Record

CANARY = "canary-in-a-note"


@pytest.fixture
def ticket(agent, requester, organisation, desk):
    return a_ticket(actor=agent, requester=requester, organisation=organisation, team=desk)


def say(ticket, actor, body="Hello", visibility="public", **more):
    return add_comment(ticket, body=body, visibility=visibility, actor=actor, via="html", **more)


@pytest.fixture
def spoken(ticket, agent, requester):
    """A ticket with a reply from each side and a note between them."""
    say(ticket, requester, "It burns")
    say(ticket, agent, CANARY, visibility="internal")
    say(ticket, agent, "Help is on its way")
    return ticket


def test_the_requester_reads_replies_and_no_note(spoken, requester):
    read = [comment.body for comment in Comment.objects.readable_on(spoken, requester)]

    assert read == ["It burns", "Help is on its way"]
    assert not Comment.objects.visible_to(requester).filter(body=CANARY).exists()


@pytest.mark.parametrize("who", ["agent", "lead", "auditor", "admin"])
def test_those_who_work_on_it_read_everything(request, spoken, who):
    person = request.getfixturevalue(who)

    assert Comment.objects.readable_on(spoken, person).count() == 3
    assert Comment.objects.visible_to(person).filter(body=CANARY).exists()


@pytest.mark.parametrize("who", ["outsider", "colleague", "supplier"])
def test_those_who_do_not_see_the_ticket_read_nothing(request, spoken, who):
    person = request.getfixturevalue(who)

    assert not Record.objects.visible_to(person).filter(pk=spoken.pk).exists()
    assert not Comment.objects.visible_to(person).exists()
    assert not Event.objects.visible_to(person).exists()


def test_a_supplier_who_takes_part_reads_no_note(spoken, supplier, agent):
    watch(spoken, person=supplier, actor=agent, via="html")

    assert Record.objects.visible_to(supplier).filter(pk=spoken.pk).exists()
    assert not Comment.objects.visible_to(supplier).filter(body=CANARY).exists()


def test_a_word_in_a_note_is_found_by_those_who_may_read_it_only(spoken, requester, agent):
    assert spoken in {r.specific for r in Record.objects.matching("canary-in", actor=agent)}

    found = Record.objects.visible_to(requester).matching("canary-in", actor=requester)
    assert not found.exists()


def test_the_requesters_timeline_holds_nothing_internal(spoken, agent, requester, desk, colleague):
    perform(spoken, "assign", actor=agent, via="html", data={"team": desk.name})
    log_time(spoken, seconds=60, actor=agent, via="html", note=CANARY)
    watch(spoken, person=colleague, actor=agent, via="html")
    hold = {"reason": CANARY, "follow_up_at": "2030-01-01T09:00:00Z"}
    perform(spoken, "wait_for_supplier", actor=agent, via="html", data=hold)

    theirs = Event.objects.readable_on(fresh(spoken), requester)

    assert {event.verb for event in theirs} == {
        "incident.opened",
        "comment.reply",
        "incident.assign",
        "incident.wait_for_supplier",
    }
    for event in theirs:
        shown = {key: value for key, value in event.data.items() if key != "internal"}
        assert CANARY not in str(shown)


def test_only_those_who_work_on_it_write_notes(ticket, agent, requester, outsider, auditor):
    assert say(ticket, agent, visibility="internal").is_internal

    for person in (requester, outsider, auditor):
        with pytest.raises(Denied):
            say(ticket, person, visibility="internal")


def test_an_auditor_writes_nothing_at_all(ticket, auditor):
    with pytest.raises(Denied):
        say(ticket, auditor)
    with pytest.raises(Denied):
        log_time(ticket, seconds=60, actor=auditor, via="html")


def test_who_wrote_from_which_side_is_kept(spoken):
    assert list(spoken.comments.values_list("is_from_staff", flat=True)) == [False, True, True]


@pytest.mark.parametrize(
    ("body", "visibility", "field"),
    [
        ("   ", "public", "body"),
        ("x" * 50_001, "public", "body"),
        ("a\x00b", "public", "body"),
        ("Hello", "secret", "visibility"),
    ],
)
def test_a_message_that_cannot_be_kept_is_refused_by_field(ticket, agent, body, visibility, field):
    with pytest.raises(FieldErrors) as refusal:
        say(ticket, agent, body, visibility)

    assert set(refusal.value.errors) == {field}
    assert ticket.comments.count() == 0


def test_a_writer_who_has_not_seen_the_latest_reply_is_told(ticket, agent, requester):
    seen = ticket.event_count
    say(ticket, requester, "It went out by itself")

    with pytest.raises(RuleViolation) as refusal:
        say(ticket, agent, "Fetch water", expected_events=seen)

    assert refusal.value.code == "newer_reply"
    assert say(ticket, agent, "Good", expected_events=fresh(ticket).event_count).pk


def test_ones_own_message_does_not_hold_one_up(ticket, agent):
    seen = ticket.event_count
    say(ticket, agent, "First")

    assert say(ticket, agent, "Second", expected_events=seen).pk


def test_anybody_may_stop_watching_but_the_requester_stays(ticket, agent, colleague, requester):
    watch(ticket, person=colleague, actor=agent, via="html")

    remove_participant(ticket, person=colleague, role="watcher", actor=colleague, via="html")

    assert not Record.objects.visible_to(colleague).exists()
    with pytest.raises(RuleViolation, match="always takes part"):
        remove_participant(ticket, person=requester, role="requester", actor=agent, via="html")


@pytest.mark.parametrize("seconds", [0, -1, 86_401])
def test_time_outside_a_day_is_refused(ticket, agent, seconds):
    with pytest.raises(FieldErrors):
        log_time(ticket, seconds=seconds, actor=agent, via="html")


class TestFiles:
    """A file is kept whole or not at all."""

    @pytest.fixture(autouse=True)
    def own_folder(self, settings, tmp_path):
        settings.MEDIA_ROOT = self.folder = tmp_path
        settings.ATTACHMENT_MAX_BYTES = 1000

    def kept(self):
        return [path for path in self.folder.rglob("*") if path.is_file()]

    def attach(self, ticket, actor, content=b"smoke", name="log.txt", visibility="public"):
        return attach_file(
            ticket,
            file=ContentFile(content, name=name),
            name=name,
            visibility=visibility,
            actor=actor,
            via="html",
        )

    def test_it_is_kept_under_a_name_nobody_typed(self, ticket, requester):
        attachment = self.attach(ticket, requester, name="../../etc/passwd")

        (path,) = self.kept()
        assert path.read_bytes() == b"smoke"
        assert attachment.name == "passwd"
        assert "passwd" not in attachment.file.name
        assert ticket.events.last().verb == "attachment.added"

    @pytest.mark.parametrize(
        ("content", "code"), [(b"x" * 1001, "file_too_large"), (b"", "file_empty")]
    )
    def test_one_that_does_not_fit_leaves_nothing_behind(self, ticket, requester, content, code):
        with pytest.raises(RuleViolation) as refusal:
            self.attach(ticket, requester, content)

        assert refusal.value.code == code
        assert self.kept() == []
        assert Attachment.objects.count() == 0

    def test_when_it_cannot_be_written_down_the_file_goes_too(self, ticket, requester):
        def refuse(**_kwargs):
            raise RuntimeError("no more events today")

        events.recorded.connect(refuse)
        try:
            with pytest.raises(RuntimeError):
                self.attach(ticket, requester)
        finally:
            events.recorded.disconnect(refuse)

        assert self.kept() == []
        assert Attachment.objects.count() == 0
        assert fresh(ticket).event_count == ticket.events.count() == 1

    def test_one_on_a_note_is_for_those_who_read_notes(self, ticket, requester, agent):
        self.attach(ticket, agent, visibility="internal")

        assert not Attachment.objects.readable_on(ticket, requester).exists()
        assert Attachment.objects.readable_on(ticket, agent).exists()
        with pytest.raises(Denied):
            self.attach(ticket, requester, visibility="internal")


@pytest.mark.django_db(transaction=True)
def test_a_reply_written_during_a_merge_is_never_lost(agent, requester, organisation, desk):
    first, second = (
        a_ticket(actor=agent, requester=requester, organisation=organisation, team=desk)
        for _ in range(2)
    )
    merged = threading.Event()

    def merge_or_reply(index):
        if index == 0:
            with transaction.atomic():
                perform(first, "merge", actor=agent, via="html", data={"into": second.number})
                merged.set()
                time.sleep(0.3)  # the reply arrives while the merge is not yet there to be seen
        else:
            merged.wait(timeout=30)
            say(first, requester, "Any news?")

    results = together(2, merge_or_reply)

    assert results == [None, None]
    assert [comment.body for comment in second.comments.all()] == ["Any news?"]
    assert first.comments.count() == 0
