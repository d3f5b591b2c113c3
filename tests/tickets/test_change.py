"""A change is prepared by some, authorised by others, has its window to itself, and is looked back on."""

from datetime import timedelta

import pytest

from itsm.core import clock
from itsm.core.errors import Denied, NotOffered, RuleViolation
from tests.factories import a_person, a_ticket, at_state, fresh
from tests.together import together
from tickets.actions import edit_ticket
from tickets.models import Change
from valuechain.records.actions import link_records, open_record, perform
from valuechain.records.kinds import kinds
from valuechain.records.models import Event


@pytest.fixture
def service(admin, organisation):
    """Something two changes can both want to touch."""
    return open_record("service", actor=admin, via="html", title="Mail", organisation=organisation)


def do(record, name, actor, **data):
    return perform(record, name, actor=actor, via="html", data=data).record


def window(hours, length=2):
    start = clock.now() + timedelta(hours=hours)
    return {"window_start": start, "window_end": start + timedelta(hours=length)}


class TestAuthorisation:
    def test_it_is_asked_for_with_everything_in_hand(self, cast, agent):
        change = at_state("change", "assessing", cast)
        edit_ticket(change, {"backout_plan": "", "risk": ""}, actor=agent, via="html")

        with pytest.raises(RuleViolation) as refusal:
            do(change, "submit_for_authorisation", agent)

        assert refusal.value.missing == ("backout_plan", "risk")
        assert "back-out plan" in str(refusal.value.message)

    def test_a_change_manager_gives_it_and_is_named(self, cast, change_manager):
        change = at_state("change", "awaiting_authorisation", cast)

        assert do(change, "authorise", change_manager).authorised_by == change_manager

    @pytest.mark.parametrize("who", ["agent", "lead", "requester", "auditor", "outsider"])
    def test_nobody_else_does(self, request, cast, who):
        change = at_state("change", "awaiting_authorisation", cast)

        with pytest.raises(Denied):
            do(change, "authorise", request.getfixturevalue(who))

    @pytest.mark.parametrize("part", ["requester", "author", "owner"])
    def test_never_on_ones_own(self, cast, agent, change_manager, organisation, part):
        filled = {"plan": "a", "backout_plan": "b", "test_plan": "c", "risk": "low"}
        change = a_ticket(
            "change",
            actor=change_manager if part == "author" else agent,
            requester=change_manager if part == "requester" else agent,
            owner=change_manager if part == "owner" else None,
            organisation=organisation,
            **filled,
        )
        for step in ("request", "assess", "submit_for_authorisation"):
            do(change, step, agent)

        with pytest.raises(Denied) as refusal:
            do(change, "authorise", change_manager)

        assert refusal.value.code == "own_subject"
        someone_else = a_person("Cora Change", organisation, "change_manager")
        assert do(change, "authorise", someone_else).state == "authorised"

    def test_what_was_put_up_stays_as_it_was_read(self, cast, agent, change_manager):
        change = at_state("change", "awaiting_authorisation", cast)

        with pytest.raises(Denied, match="fixed"):
            edit_ticket(change, {"plan": "Something else"}, actor=agent, via="html")

        do(change, "return", change_manager, reason="Too vague")
        assert edit_ticket(change, {"plan": "Step 1"}, actor=agent, via="html").plan == "Step 1"

    def test_a_return_takes_a_given_authorisation_back(self, cast, change_manager):
        change = at_state("change", "authorised", cast)

        assert do(change, "return", change_manager, reason="New facts").authorised_by is None

    def test_a_refusal_ends_it(self, cast, change_manager):
        change = at_state("change", "awaiting_authorisation", cast)

        assert do(change, "refuse", change_manager, reason="No").state == "cancelled"

    def test_a_standard_change_has_it_already(self, cast, agent):
        standard = at_state("change", "requested", cast, change_type="standard")
        normal = at_state("change", "requested", cast)

        assert do(standard, "pre_authorise", agent).state == "authorised"
        with pytest.raises(RuleViolation, match="standard"):
            do(normal, "pre_authorise", agent)


class TestEmergency:
    @pytest.fixture
    def running(self, cast, change_manager, agent):
        change = at_state("change", "requested", cast, change_type="emergency")
        do(change, "authorise_emergency", change_manager)
        return do(change, "implement", agent)

    def test_it_starts_without_a_window(self, running):
        assert running.state == "implementing"
        assert running.window_start is None

    def test_it_never_ends_unreviewed(self, running, agent):
        for end in ("close_successful", "close_with_issues", "cancel"):
            with pytest.raises(NotOffered):
                do(running, end, agent, reason="x", issues="x")
        with pytest.raises(RuleViolation) as refusal:
            do(running, "back_out", agent, reason="It made it worse")
        assert refusal.value.code == "not_reviewed"

        for step in ("complete", "review"):
            do(running, step, agent)

        assert do(running, "back_out", agent, reason="It made it worse").state == "backed_out"

    def test_only_an_emergency_takes_the_short_way(self, cast, agent, change_manager):
        change = at_state("change", "requested", cast)
        ready = at_state("change", "authorised", cast)

        with pytest.raises(RuleViolation, match="emergency"):
            do(change, "authorise_emergency", change_manager)
        with pytest.raises(RuleViolation, match="Schedule it first"):
            do(ready, "implement", agent)


class TestWindow:
    @pytest.fixture
    def pair(self, cast, service, frozen):
        return [at_state("change", "authorised", cast, service=service) for _ in range(2)]

    def test_it_is_kept(self, pair, agent):
        chosen = window(1)

        change = do(pair[0], "schedule", agent, **chosen)

        assert (change.window_start, change.window_end) == tuple(chosen.values())

    def test_it_runs_forward(self, pair, agent):
        start = clock.now()

        with pytest.raises(RuleViolation) as refusal:
            do(pair[0], "schedule", agent, window_start=start, window_end=start)

        assert refusal.value.code == "window_backwards"

    def test_a_release_of_the_service_is_in_the_way_unless_it_goes_live_under_the_change(
        self, pair, agent, cast, service
    ):
        release = kinds["release"].open(
            actor=cast.admin, via="html", title="Winter", service=service,
            organisation=service.organisation, **window(1),
        )  # fmt: skip
        link_records(release, pair[0], "implements", actor=cast.admin, via="html")

        with pytest.raises(RuleViolation, match=release.number) as refusal:
            do(pair[1], "schedule", agent, **window(1))

        assert refusal.value.code == "window_conflict"
        assert do(pair[0], "schedule", agent, **window(1)).state == "scheduled"
        later = do(pair[1], "schedule", agent, **window(1), conflicts_accepted="Both only read")
        assert later.state == "scheduled"

    @pytest.mark.parametrize(("hours", "length"), [(1, 2), (0, 2), (2, 2), (1.5, 1), (0, 9)])
    def test_an_overlap_on_one_service_is_refused_with_the_numbers(
        self, pair, agent, hours, length
    ):
        first, second = pair
        do(first, "schedule", agent, **window(1))

        with pytest.raises(RuleViolation) as refusal:
            do(second, "schedule", agent, **window(hours, length))

        assert refusal.value.code == "window_conflict"
        assert refusal.value.missing == (first.number,)
        assert fresh(second).state == "authorised"

    @pytest.mark.parametrize(("hours", "length"), [(3, 2), (-1, 2), (30, 1)])
    def test_windows_that_only_touch_do_not_overlap(self, pair, agent, hours, length):
        first, second = pair
        do(first, "schedule", agent, **window(1))

        assert do(second, "schedule", agent, **window(hours, length)).state == "scheduled"

    def test_an_overlap_is_accepted_with_a_reason(self, pair, agent):
        first, second = pair
        do(first, "schedule", agent, **window(1))

        accepted = do(second, "schedule", agent, **window(1), conflicts_accepted="Same crew")

        assert accepted.conflicts_accepted == "Same crew"

    def test_what_is_off_the_schedule_is_in_nobodys_way(self, pair, agent):
        first, second = pair
        do(first, "schedule", agent, **window(1))
        do(first, "unschedule", agent, reason="Not this week")

        assert do(second, "schedule", agent, **window(1)).state == "scheduled"
        assert fresh(first).window_start is None

    def test_another_service_is_in_nobodys_way(self, pair, agent, cast):
        elsewhere = at_state("change", "authorised", cast)
        do(pair[0], "schedule", agent, **window(1))

        assert do(elsewhere, "schedule", agent, **window(1)).state == "scheduled"

    @pytest.mark.django_db(transaction=True)
    def test_two_at_once_cannot_both_have_it(self, pair, agent):
        chosen = window(1)

        results = together(2, lambda i: do(pair[i], "schedule", agent, **chosen))

        assert sorted(type(result).__name__ for result in results) == ["Change", "RuleViolation"]
        assert Change.objects.filter(state="scheduled").count() == 1
        assert Event.objects.filter(verb="change.schedule").count() == 1
