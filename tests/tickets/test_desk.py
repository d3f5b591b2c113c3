"""How the desk handles tickets: priority, assignment, merge, split, replies and what closes by itself."""

from datetime import timedelta

import pytest

from itsm.accounts.models import User
from itsm.core import clock
from itsm.core.errors import Denied, FieldErrors, RuleViolation
from tests.factories import a_person, a_ticket, at_state, fresh
from tests.together import together
from tickets.actions import edit_ticket, split_ticket
from tickets.models import Incident
from tickets.policies import REOPEN_WINDOW
from tickets.priority import MATRIX, priority_of
from tickets.tasks import close_resolved
from valuechain.records.actions import (
    add_comment,
    attach_file,
    link_records,
    log_time,
    perform,
    watch,
)
from valuechain.records.models import Record
from valuechain.records.tasks import return_from_waiting

RESOLUTION = {"resolution_code": "fixed", "resolution": "Water."}


@pytest.fixture
def ticket(agent, requester, organisation, desk):
    return a_ticket(actor=agent, requester=requester, organisation=organisation, team=desk)


def do(record, name, actor, **data):
    return perform(record, name, actor=actor, via="html", data=data).record


def say(record, actor, body="Hello", **more):
    values = {"visibility": "public", "via": "email", **more}
    return add_comment(record, body=body, actor=actor, **values)


class TestPriority:
    def test_each_step_milder_is_never_more_urgent(self):
        for row in MATRIX.values():
            assert list(row) == sorted(row)
        for column in zip(*MATRIX.values(), strict=True):
            assert list(column) == sorted(column)

    def test_it_follows_impact_and_urgency(self, ticket, agent):
        assert ticket.priority == priority_of(None, None) == 4

        edited = edit_ticket(ticket, {"impact": 1, "urgency": 1}, actor=agent, via="html")

        assert edited.priority == 1

    def test_an_override_needs_a_reason_and_stays(self, ticket, agent):
        with pytest.raises(FieldErrors):
            do(ticket, "set_priority", agent, priority="1")
        do(ticket, "set_priority", agent, priority="1", reason="The director's printer")

        edited = edit_ticket(fresh(ticket), {"impact": 4, "urgency": 4}, actor=agent, via="html")

        assert edited.priority == 1
        assert edited.priority_override == "The director's printer"


class TestAssignment:
    def test_it_names_a_team_or_somebody_who_works_here(self, ticket, agent, requester):
        with pytest.raises(RuleViolation) as refusal:
            do(ticket, "assign", agent)
        assert refusal.value.missing == ("team", "owner")
        with pytest.raises(RuleViolation, match="does not work on tickets"):
            do(ticket, "assign", agent, owner=requester.email)

    def test_whoever_starts_an_unowned_ticket_owns_it(self, ticket, lead, agent):
        assert do(ticket, "start", lead).owner == lead
        assert do(fresh(ticket), "reassign", lead, owner=agent.email).owner == agent


class TestWhoMayOpen:
    @pytest.mark.parametrize("kind", ["incident", "service_request", "project_initiation"])
    def test_anybody_asks_for_themselves(self, kind, requester):
        assert a_ticket(kind, actor=requester).requester == requester

    @pytest.mark.parametrize("kind", ["change", "problem"])
    def test_changes_and_problems_come_from_those_who_work_here(self, kind, requester, agent):
        with pytest.raises(Denied):
            a_ticket(kind, actor=requester)

        assert a_ticket(kind, actor=agent).number

    def test_only_the_desk_asks_for_others(self, requester, colleague, agent, organisation):
        with pytest.raises(Denied):
            a_ticket(actor=colleague, requester=requester)

        assert a_ticket(actor=agent, requester=requester, caller=colleague).caller == colleague

    def test_a_caller_takes_part(self, requester, colleague, agent):
        ticket = a_ticket(actor=agent, requester=requester, caller=colleague)

        assert Record.objects.visible_to(colleague).filter(pk=ticket.pk).exists()


class TestMerge:
    @pytest.fixture
    def pair(self, agent, requester, colleague, organisation, desk, frozen):
        """An older ticket of a colleague, and the requester's that stays."""
        older = a_ticket(actor=agent, requester=colleague, organisation=organisation, team=desk)
        frozen.shift(timedelta(hours=1))
        stays = a_ticket(actor=agent, requester=requester, organisation=organisation, team=desk)
        return older, stays

    def merge(self, pair, agent):
        older, stays = pair
        do(older, "merge", agent, into=stays.number)
        return fresh(older), fresh(stays)

    def test_one_conversation_and_the_earliest_arrival_stay(self, pair, agent, colleague):
        note = say(pair[0], agent, "Seen", visibility="internal")
        reply = say(pair[0], colleague, "It smokes")
        log_time(pair[0], seconds=60, actor=agent, via="html")

        gone, stays = self.merge(pair, agent)

        assert (gone.state, gone.phase, gone.merged_into_id) == ("merged", "void", stays.pk)
        assert {c.pk for c in stays.comments.all()} == {note.pk, reply.pk}
        assert {c.moved_from_id for c in stays.comments.all()} == {gone.pk}
        assert stays.time_entries.count() == 1
        assert stays.received_at == pair[0].received_at

    def test_whoever_took_part_sees_the_survivor(self, pair, agent, colleague):
        _gone, stays = self.merge(pair, agent)

        assert Record.objects.visible_to(colleague).filter(pk=stays.pk).exists()

    def test_a_reply_to_the_merged_ticket_reaches_the_survivor(self, pair, agent, colleague):
        gone, stays = self.merge(pair, agent)
        hold = {"reason": "Which printer?", "follow_up_at": clock.now() + timedelta(days=1)}
        do(stays, "wait_for_customer", agent, **hold)

        comment = say(gone, colleague, "The one on the left")

        assert (comment.record_id, comment.moved_from_id) == (stays.pk, gone.pk)
        assert fresh(stays).state == "in_progress"
        assert fresh(gone).state == "merged"

    def test_a_file_follows_the_reply(self, pair, agent, colleague, settings, tmp_path):
        from django.core.files.base import ContentFile

        settings.MEDIA_ROOT = tmp_path
        gone, stays = self.merge(pair, agent)

        attachment = attach_file(
            gone,
            file=ContentFile(b"x", name="x.png"),
            name="x.png",
            visibility="public",
            actor=colleague,
            via="email",
        )

        assert attachment.record_id == stays.pk

    def test_it_is_followed_through_two_merges(self, pair, agent, colleague, requester):
        last = a_ticket(actor=agent, requester=requester, organisation=pair[1].organisation)
        gone, stays = self.merge(pair, agent)
        do(stays, "merge", agent, into=last.number)

        assert say(gone, colleague, "Still me").record_id == last.pk

    @pytest.mark.parametrize("number", ["itself", "finished", "unknown"])
    def test_a_ticket_that_cannot_stay_is_refused(self, pair, agent, number):
        older, stays = pair
        do(stays, "cancel", agent, reason="No")
        into = {"itself": older.number, "finished": stays.number, "unknown": "INC-1"}[number]

        with pytest.raises(RuleViolation):
            do(older, "merge", agent, into=into)

        assert fresh(older).state == "new"

    def test_nothing_is_moved_into_a_ticket_the_agent_only_follows(
        self, pair, agent, outsider, other_organisation
    ):
        foreign = a_ticket(actor=outsider, organisation=other_organisation)
        watch(foreign, person=agent, actor=outsider, via="html")
        say(pair[0], agent, "Ours alone", visibility="internal")

        with pytest.raises(Denied):
            do(pair[0], "merge", agent, into=foreign.number)

        assert fresh(pair[0]).comments.count() == 1
        assert foreign.comments.count() == 0

    def test_a_ticket_the_agent_may_not_see_cannot_be_merged_into(
        self, pair, agent, outsider, other_organisation
    ):
        foreign = a_ticket(actor=outsider, organisation=other_organisation)

        with pytest.raises(FieldErrors, match="There is no record"):
            do(pair[0], "merge", agent, into=foreign.number)


class TestSplit:
    def test_messages_move_and_nobody_waits_longer(self, ticket, agent, requester, frozen):
        first, second = say(ticket, requester, "Printer"), say(ticket, requester, "Also: a chair")
        frozen.shift(timedelta(hours=3))

        chair = split_ticket(
            ticket,
            title="A chair",
            comments=[second.pk],
            actor=agent,
            via="html",
            kind="service_request",
        )

        assert (chair.kind, chair.requester) == ("service_request", requester)
        assert chair.received_at == ticket.received_at
        assert [c.pk for c in chair.comments.all()] == [second.pk]
        assert [c.pk for c in ticket.comments.all()] == [first.pk]
        assert chair.comments.get().moved_from_id == ticket.pk
        assert chair.links_out.get().target_id == ticket.pk
        written = ticket.events.last()
        assert (written.verb, written.data["comments"]) == ("ticket.split", [second.pk])

    def test_only_messages_of_the_ticket_and_only_the_desk(self, ticket, agent, requester):
        mine = say(ticket, requester)

        for wanted in ([], [mine.pk + 999]):
            with pytest.raises(FieldErrors):
                split_ticket(ticket, title="x", comments=wanted, actor=agent, via="html")
        with pytest.raises(FieldErrors, match="service_request"):
            split_ticket(
                ticket, title="x", comments=[mine.pk], actor=agent, via="html", kind="vision"
            )
        with pytest.raises(Denied):
            split_ticket(ticket, title="x", comments=[mine.pk], actor=requester, via="html")


class TestReplies:
    def hold(self, ticket, agent):
        return do(
            ticket,
            "wait_for_customer",
            agent,
            reason="Serial number?",
            follow_up_at=clock.now() + timedelta(days=2),
        )

    def test_the_requesters_reply_takes_a_waiting_ticket_up_again(self, ticket, agent, requester):
        self.hold(ticket, agent)

        say(ticket, requester, "It is 4711")

        assert fresh(ticket).state == "in_progress"
        assert ticket.events.last().via == "email"

    def test_a_mail_sent_before_the_wait_began_is_an_answer_too(
        self, ticket, agent, requester, frozen
    ):
        sent = clock.now()
        frozen.shift(timedelta(minutes=10))
        waiting = self.hold(ticket, agent)

        say(ticket, requester, "It is 4711", at=sent)

        assert fresh(ticket).state == "in_progress"
        assert fresh(ticket).state_since == waiting.state_since

    def test_neither_the_desk_nor_a_machine_does(self, ticket, agent, requester):
        self.hold(ticket, agent)

        say(ticket, agent, "Reminder")
        say(ticket, requester, "I am on holiday", is_automatic=True)

        assert fresh(ticket).state == "waiting_customer"

    @pytest.mark.parametrize(
        ("kind", "done", "back"),
        [
            ("incident", "resolved", "in_progress"),
            ("service_request", "fulfilled", "in_fulfilment"),
        ],
    )
    def test_a_reply_inside_the_window_reopens(self, kind, done, back, cast, requester, frozen):
        ticket = at_state(kind, done, cast)

        frozen.shift(REOPEN_WINDOW)
        say(ticket, requester, "It is back")

        assert fresh(ticket).state == back
        assert fresh(ticket).reopened_count == 1

    def test_after_the_window_it_is_kept_and_nothing_moves(self, cast, requester, frozen):
        ticket = at_state("incident", "resolved", cast)

        frozen.shift(REOPEN_WINDOW + timedelta(seconds=1))
        comment = say(ticket, requester, "It is back")

        assert comment.pk
        assert fresh(ticket).state == "resolved"
        with pytest.raises(RuleViolation, match="Raise a new ticket"):
            do(ticket, "reopen", requester, reason="It is back")

    @pytest.mark.parametrize(
        ("kind", "back"), [("change", "assessing"), ("project_initiation", "under_assessment")]
    )
    def test_an_answer_ends_the_wait_for_information(self, kind, back, cast, requester):
        ticket = at_state(kind, "needs_information", cast)

        say(ticket, requester, "Because it pays")

        assert fresh(ticket).state == back

    def test_a_reply_on_a_resolved_problem_is_simply_kept(self, cast, requester):
        problem = at_state("problem", "resolved", cast)

        assert say(problem, requester, "Thanks").pk
        assert fresh(problem).state == "resolved"


class TestByItself:
    def test_what_waits_returns_on_its_date_and_not_before(self, cast, frozen):
        ticket = at_state("incident", "waiting_supplier", cast)
        question = at_state("change", "needs_information", cast)
        frozen.move_to(min(ticket.follow_up_at, question.follow_up_at) - timedelta(seconds=1))
        assert return_from_waiting() == 0

        frozen.move_to(max(ticket.follow_up_at, question.follow_up_at))

        assert return_from_waiting() == 2
        assert (fresh(ticket).state, fresh(question).state) == ("in_progress", "assessing")
        event = ticket.events.last()
        assert (event.actor, event.via) == (None, "worker")
        assert return_from_waiting() == 0

    def test_what_was_resolved_closes_when_it_can_no_longer_be_reopened(self, cast, frozen):
        ticket = at_state("incident", "resolved", cast)
        request = at_state("service_request", "fulfilled", cast)
        problem = at_state("problem", "resolved", cast)
        frozen.shift(REOPEN_WINDOW)
        assert close_resolved() == 0

        frozen.shift(timedelta(seconds=1))

        assert close_resolved() == 2
        assert (fresh(ticket).state, fresh(request).state) == ("closed", "closed")
        assert fresh(problem).state == "resolved"
        assert ticket.events.last().via == "worker"

    def test_one_bad_row_never_stops_the_others(self, cast, frozen, caplog):
        bad, good = (at_state("incident", "waiting_supplier", cast) for _ in range(2))
        Record.objects.filter(pk=bad.pk).update(kind="unheard_of")
        frozen.shift(timedelta(days=30))

        assert return_from_waiting() == 1

        assert fresh(good).state == "in_progress"
        assert "could not be moved on" in caplog.text

    @pytest.mark.django_db(transaction=True)
    def test_four_workers_at_once_move_each_ticket_once(self, cast, frozen, caplog):
        tickets = [at_state("incident", "waiting_supplier", cast) for _ in range(20)]
        frozen.shift(timedelta(days=30))

        moved = together(4, lambda _index: return_from_waiting())

        assert sum(moved) == 20
        assert "could not be moved on" not in caplog.text
        for ticket in tickets:
            assert ticket.events.filter(verb="incident.resume").count() == 1


class TestChild:
    def test_a_closed_child_holds_nothing_back(self, ticket, agent, requester, organisation):
        child = a_ticket(actor=agent, requester=requester, organisation=organisation)
        link_records(child, ticket, "child_of", actor=agent, via="html")
        do(child, "cancel", agent, reason="Not needed")

        assert do(ticket, "resolve", agent, **RESOLUTION).state == "resolved"


def test_a_major_incident_is_declared_and_stood_down(ticket, agent, requester):
    with pytest.raises(Denied):
        do(ticket, "declare_major", requester, reason="Everything burns")

    assert do(ticket, "declare_major", agent, reason="Everything burns").is_major
    with pytest.raises(RuleViolation, match="already"):
        do(ticket, "declare_major", agent, reason="Again")
    assert not do(ticket, "stand_down", agent).is_major


def test_an_agent_of_a_team_works_where_the_team_does(other_organisation, desk, outsider, agent):
    ticket = Incident.objects.get(
        pk=a_ticket(actor=outsider, organisation=other_organisation, team=desk).pk
    )

    assert do(ticket, "start", User.objects.get(pk=agent.pk)).owner == agent
    stranger = a_person("Sam Stranger", desk.organisation, "agent")
    with pytest.raises(Denied):
        do(ticket, "resolve", stranger, **RESOLUTION)
