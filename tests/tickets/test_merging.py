"""What moves when tickets are merged, shown before, and brought back when they are split again."""

from datetime import timedelta

import pytest
from django.test import Client

from itsm.core import clock
from itsm.core.errors import Denied, RuleViolation
from itsm.notifications.models import Notification
from sla.models import Clock
from tests.factories import a_ticket, fresh
from tests.sla.promises import an_agreement, the_clock
from tickets.actions.merging import SPLIT_BACK_WINDOW, split_back
from valuechain.records.actions import add_comment, link_records, log_time, perform, watch
from valuechain.records.models import Link, Participation

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(agent, requester, colleague, organisation, desk, frozen):
    """An older ticket of a colleague with something of everything, and one that stays."""
    an_agreement()
    older = a_ticket(actor=agent, requester=colleague, organisation=organisation, team=desk)
    say(older, colleague, "It smokes")
    say(older, agent, "Seen", visibility="internal")
    log_time(older, seconds=600, actor=agent, via="html")
    watch(older, person=agent, actor=agent, via="html")
    part = a_ticket(actor=agent, requester=colleague, organisation=organisation, team=desk)
    link_records(part, older, "child_of", actor=agent, via="html")
    frozen.shift(timedelta(minutes=30))
    stays = a_ticket(actor=agent, requester=requester, organisation=organisation, team=desk)
    return fresh(older), fresh(stays), part


@pytest.fixture
def signed_in():
    def sign_in(person):
        door = Client()
        door.force_login(person)
        return door

    return sign_in


def say(record, actor, body, **more):
    return add_comment(
        record, body=body, actor=actor, **{"visibility": "public", "via": "html", **more}
    )


def merge(pair, agent):
    perform(pair[0], "merge", actor=agent, via="html", data={"into": pair[1].number})
    return fresh(pair[0]), fresh(pair[1])


def parent_of(part):
    return Link.objects.get(source=part, kind="child_of").target.number


class TestBefore:
    def test_the_page_shows_what_moves_and_moves_nothing(self, pair, signed_in, agent, colleague):
        older, stays, part = pair
        page = signed_in(agent).post(f"/tickets/{older.number}/do/merge/", {"into": stays.number})

        text = " ".join(page.content.decode().split())
        assert page.status_code == 200
        assert f"Merge {older.number} into {stays.number}" in text
        assert "<dt>Messages</dt><dd>1</dd>" in text
        assert "<dt>Internal notes</dt><dd>1</dd>" in text
        assert part.number in text
        assert f"{colleague} is told." in text
        assert fresh(older).state == "new"

    def test_it_is_merged_when_that_was_seen(self, pair, signed_in, agent):
        older, stays, _part = pair
        door = signed_in(agent)

        door.post(f"/tickets/{older.number}/do/merge/", {"into": stays.number, "confirmed": "1"})

        assert fresh(older).merged_into_id == stays.pk

    def test_a_ticket_that_cannot_stay_is_refused_before(self, pair, signed_in, agent):
        older = pair[0]

        page = signed_in(agent).post(f"/tickets/{older.number}/do/merge/", {"into": older.number})

        assert page.status_code == 422
        assert "Choose another ticket to stay." in page.content.decode()


class TestMerge:
    def test_parts_go_along_and_the_requester_is_told(self, pair, agent, colleague):
        gone, stays = merge(pair, agent)

        assert parent_of(pair[2]) == stays.number
        assert Notification.objects.filter(
            person=colleague, record=gone, reason="progress"
        ).exists()


class TestSplitBack:
    def test_everything_the_merge_moved_comes_back(self, pair, agent, colleague, frozen):
        own = say(pair[1], agent, "About the other")
        gone, stays = merge(pair, agent)
        frozen.shift(timedelta(days=1))
        later = say(gone, colleague, "Still smokes")

        back = split_back(gone, actor=agent, via="html")

        assert (back.state, back.phase, back.merged_into_id) == ("new", "new", None)
        assert [c.body for c in back.comments.all()] == ["It smokes", "Seen", "Still smokes"]
        assert {c.moved_from_id for c in back.comments.all()} == {None}
        assert later.record_id == stays.pk
        assert [c.pk for c in stays.comments.all()] == [own.pk]
        assert (back.time_entries.count(), stays.time_entries.count()) == (1, 0)
        assert parent_of(pair[2]) == back.number
        assert not Participation.objects.filter(record=stays, person=colleague).exists()
        assert fresh(stays).received_at == stays.opened_at
        assert not Link.objects.filter(source=back, kind="duplicates").exists()
        assert back.events.latest("sequence").verb == "incident.split_back"
        assert stays.events.filter(verb="ticket.released").get().data["other"] == back.number

    def test_the_clocks_go_on_as_if_they_had_never_been_one(self, pair, agent, frozen):
        due = [the_clock(one).due_at for one in pair[:2]]
        gone, stays = merge(pair, agent)
        assert the_clock(stays).due_at == due[0]
        frozen.shift(timedelta(minutes=30))

        split_back(gone, actor=agent, via="html")

        assert [the_clock(one).due_at for one in pair[:2]] == due
        assert {clock.state for clock in Clock.objects.of(gone)} == {"running"}
        assert fresh(gone).next_due_at is not None

    def test_one_that_waited_is_worked_on_again(self, pair, agent):
        hold = {"reason": "Toner", "follow_up_at": clock.now() + timedelta(days=1)}
        perform(pair[0], "wait_for_supplier", actor=agent, via="html", data=hold)
        gone, _stays = merge(pair, agent)

        assert split_back(gone, actor=agent, via="html").state == "in_progress"

    def test_after_the_window_it_is_refused_with_the_reason(self, pair, agent, signed_in, frozen):
        gone, _stays = merge(pair, agent)
        old = f"{gone.get_absolute_url()}?stay=1"
        assert "Split back" in signed_in(agent).get(old).content.decode()
        frozen.shift(SPLIT_BACK_WINDOW + timedelta(seconds=1))

        with pytest.raises(RuleViolation, match="more than 7 days ago"):
            split_back(gone, actor=agent, via="html")

        page = signed_in(agent).get(old).content.decode()
        assert "more than 7 days ago" in page
        assert "Split back" not in page

    def test_the_survivor_of_a_further_merge_comes_first(
        self, pair, agent, requester, organisation
    ):
        last = a_ticket(actor=agent, requester=requester, organisation=organisation)
        gone, stays = merge(pair, agent)
        perform(stays, "merge", actor=agent, via="html", data={"into": last.number})

        with pytest.raises(RuleViolation, match="Split that back first"):
            split_back(gone, actor=agent, via="html")

    def test_a_requester_cannot(self, pair, agent, colleague):
        gone, _stays = merge(pair, agent)

        with pytest.raises(Denied):
            split_back(gone, actor=colleague, via="html")

    def test_the_button_takes_it_back(self, pair, agent, signed_in):
        gone, _stays = merge(pair, agent)

        signed_in(agent).post(f"/tickets/{gone.number}/split-back/", {"version": gone.version})

        assert fresh(gone).state == "new"


class TestTheOldNumber:
    def test_its_page_leads_to_the_survivor_which_says_so(self, pair, agent, signed_in):
        gone, survivor = merge(pair, agent)
        client = signed_in(agent)

        answer = client.get(f"{gone.get_absolute_url()}?from=state%3Dopen&i=1")

        assert answer["Location"] == (
            f"{survivor.get_absolute_url()}?from=state%3Dopen&i=1&merged={gone.number}"
        )
        shown = client.get(answer["Location"]).content.decode()
        assert f"You asked for {gone.number}. It goes on here." in shown
        assert f'href="{gone.get_absolute_url()}?stay=1"' in shown

    def test_it_can_still_be_looked_at(self, pair, agent, signed_in):
        gone, survivor = merge(pair, agent)

        shown = signed_in(agent).get(f"{gone.get_absolute_url()}?stay=1").content.decode()

        assert f"Merged: this goes on as {survivor.number}." in shown
        assert "Split back" in shown

    def test_a_made_up_number_is_not_repeated(self, pair, agent, signed_in):
        _gone, survivor, _part = pair

        shown = signed_in(agent).get(f"{survivor.get_absolute_url()}?merged=INC-999")

        assert "You asked for" not in shown.content.decode()
