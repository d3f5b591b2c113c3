"""Value streams: steps in any order or a strict one, and the numbers of how work flows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from itsm.core import clock
from itsm.core.errors import Denied, RuleViolation
from tests.doors import Machine, is_problem
from tests.factories import a_ticket, take
from valuechain.records.actions import link_records
from valuechain.records.kinds import kinds
from valuechain.records.vocabulary import LinkKind, Via
from valuechain.streams import actions
from valuechain.streams.flow import STEP, measure

pytestmark = pytest.mark.django_db


def _stream(planner: Any, organisation: Any, order: str = "free", **more: Any) -> Any:
    steps = [
        {"activity": "deliver_support", "name": "Restore"},
        {"activity": "improve", "name": "Learn", "is_optional": True},
        {"activity": "deliver_support", "name": "Prevent", "is_repeatable": True},
    ]
    return actions.create_stream(
        actor=planner, organisation=organisation, name="Restore service", trigger="A call",
        outcome="It works", order=order, steps=steps, **more,
    )  # fmt: skip


@pytest.fixture
def ticket(agent, requester, organisation):
    return a_ticket(actor=agent, requester=requester, organisation=organisation)


def _another(agent: Any, organisation: Any) -> Any:
    return a_ticket("problem", actor=agent, organisation=organisation)


class TestTakingSteps:
    """Records go along the steps of their activity."""

    def test_a_free_stream_takes_steps_in_any_order(self, planner, agent, organisation, ticket):
        stream = _stream(planner, organisation)
        first, _learn, last = stream.steps.all()
        run = actions.start_instance(stream, ticket, actor=agent)
        other = _another(agent, organisation)

        actions.take_step(run, last, other, actor=agent)
        actions.take_step(run, last, ticket, actor=agent)

        assert [visit.step_id for visit in run.visits.all()] == [first.pk, last.pk, last.pk]

    def test_a_step_is_repeated_only_where_it_may_be(self, planner, agent, organisation, ticket):
        stream = _stream(planner, organisation)
        run = actions.start_instance(stream, ticket, actor=agent)

        with pytest.raises(RuleViolation) as refused:
            actions.take_step(run, stream.steps.first(), _another(agent, organisation), actor=agent)

        assert refused.value.code == "step_taken"

    def test_a_step_is_for_its_activity(self, planner, agent, organisation, ticket):
        stream = _stream(planner, organisation)
        run = actions.start_instance(stream, ticket, actor=agent)

        with pytest.raises(RuleViolation) as refused:
            actions.take_step(run, stream.steps.all()[1], ticket, actor=agent)

        assert refused.value.code == "other_activity"

    def test_a_strict_stream_says_what_comes_before_and_never_goes_back(
        self, planner, lead, agent, organisation, ticket
    ):
        stream = _stream(planner, organisation, "strict")
        step = actions.add_step(stream, actor=planner, activity="engage", name="Tell", exit="News")
        run = actions.start_instance(stream, ticket, actor=agent)
        feedback = kinds["need"].open(actor=lead, via=Via.HTML, title="More", description="More.",
                                      organisation=organisation)  # fmt: skip

        with pytest.raises(RuleViolation) as early:
            actions.take_step(run, step, feedback, actor=lead)
        actions.take_step(run, stream.steps.all()[2], _another(agent, organisation), actor=agent)
        actions.take_step(run, step, feedback, actor=lead)
        with pytest.raises(RuleViolation) as late:
            actions.take_step(
                run, stream.steps.all()[2], _another(agent, organisation), actor=agent
            )

        assert early.value.missing == ("Prevent",)
        assert "Tell" in str(late.value)

    def test_what_goes_on_from_a_record_is_taken_along_by_itself(
        self, planner, agent, organisation, ticket
    ):
        stream = _stream(planner, organisation)
        run = actions.start_instance(stream, ticket, actor=agent)
        problem = _another(agent, organisation)

        link_records(problem, ticket, LinkKind.DERIVED_FROM, actor=agent, via=Via.HTML)

        last = run.visits.last()
        assert (last.record_id, last.step.name, last.by_id) == (problem.pk, "Prevent", None)


class TestDrawing:
    """Who plans draws; what was used stays."""

    def test_the_desk_draws_none(self, agent, organisation):
        with pytest.raises(Denied):
            _stream(agent, organisation)

    def test_a_step_that_was_used_stays(self, planner, agent, organisation, ticket):
        stream = _stream(planner, organisation)
        actions.start_instance(stream, ticket, actor=agent)

        with pytest.raises(RuleViolation):
            actions.remove_step(stream.steps.first(), actor=planner)
        actions.remove_step(stream.steps.last(), actor=planner)

        assert [step.name for step in stream.steps.all()] == ["Restore", "Learn"]

    def test_steps_change_places(self, planner, organisation):
        stream = _stream(planner, organisation)

        actions.move_step(stream.steps.last(), up=True, actor=planner)

        assert [step.name for step in stream.steps.all()] == ["Restore", "Prevent", "Learn"]


class TestFlow:
    """Every number is the sum of the records behind it."""

    def test_time_is_split_into_queue_work_and_wait(self, frozen, planner, cast, ticket):
        stream = _stream(planner, cast.organisation)
        actions.start_instance(stream, ticket, actor=cast.agent)
        frozen.shift(timedelta(hours=1))
        take(ticket, "start", cast)
        frozen.shift(timedelta(hours=2))
        take(ticket, "wait_for_customer", cast)
        frozen.shift(timedelta(hours=3))
        take(ticket, "resume", cast)
        frozen.shift(timedelta(hours=4))
        take(ticket, "resolve", cast)

        now = clock.now()
        flow = measure(actor=planner, begin=now - timedelta(days=7), end=now + timedelta(hours=1),
                       now=now, stream=stream, group=STEP)  # fmt: skip

        restore = flow.groups[0]
        assert (restore.queue, restore.touch, restore.wait) == (3600, 6 * 3600, 3 * 3600)
        assert restore.wait_by["customer"] == 3 * 3600
        assert restore.efficiency == 0.6
        assert restore.returns == 0
        assert restore.flow == flow.total.flow == 10 * 3600

    def test_a_reopened_record_came_back(self, frozen, planner, cast, ticket):
        for name in ("start", "resolve", "reopen", "resolve"):
            frozen.shift(timedelta(hours=1))
            take(ticket, name, cast)

        now = clock.now()
        flow = measure(
            actor=planner, begin=now - timedelta(days=7), end=now + timedelta(hours=1), now=now
        )

        assert flow.total.returns == 1
        assert flow.total.first_time_right == 0

    def test_each_number_equals_the_sum_of_the_records_it_lists(
        self, frozen, planner, cast, agent, organisation, outsider
    ):
        for hours in (1, 2, 3):
            ticket = a_ticket(actor=agent, organisation=organisation)
            frozen.shift(timedelta(hours=hours))
            take(ticket, "start", cast)
            frozen.shift(timedelta(hours=hours))
            take(ticket, "resolve", cast)
        a_ticket(actor=agent, organisation=organisation)

        told = Machine(planner).get("metrics/flow/?records=deliver_support").json()

        (group,) = [one for one in told["groups"] if one["key"] == "deliver_support"]
        for name in ("queue", "touch", "wait", "flow", "returns"):
            assert group[name] == sum(record[name] for record in told["records"]), name
        assert (group["finished"], group["in_progress"]) == (3, 1)
        assert (group["queue"], group["touch"]) == (6 * 3600, 6 * 3600)
        assert told["bottleneck"] == "deliver_support"
        assert Machine(outsider).get("metrics/flow/").json()["total"]["finished"] == 0

    def test_the_number_of_queries_does_not_grow(
        self, planner, cast, agent, organisation, django_assert_max_num_queries
    ):
        for _n in range(3):
            ticket = a_ticket(actor=agent, organisation=organisation)
            take(ticket, "start", cast)
            take(ticket, "resolve", cast)
        now = clock.now()
        planner.access  # noqa: B018 - read once per request, not per measure

        with django_assert_max_num_queries(5):
            measure(actor=planner, begin=now - timedelta(days=1), end=now + timedelta(days=1),
                    now=now)  # fmt: skip


class TestRest:
    """Machines draw streams and lead records along them."""

    def test_a_stream_is_drawn_and_run(self, planner, agent, organisation, ticket, outsider):
        door = Machine(planner)
        made = door.post(
            "value-streams/",
            {"name": "Fast lane", "trigger": "A call", "outcome": "It works",
             "organisation": organisation.name, "order": "partial",
             "steps": [{"activity": "deliver_support", "name": "Do", "practice": "incident"},
                       {"activity": "deliver_support", "name": "Check"}]},
        )  # fmt: skip
        assert made.status_code == 201, made.content
        stream = made.json()
        desk = Machine(agent)

        run = desk.post(f"value-streams/{stream['id']}/instances/", {"record": ticket.number})
        assert run.status_code == 201, run.content
        step = stream["steps"][1]["id"]
        taken = desk.post(
            f"instances/{run.json()['id']}/steps/", {"step": step, "record": ticket.number}
        )

        assert [visit["step_name"] for visit in taken.json()["visits"]] == ["Do", "Check"]
        away = Machine(outsider)
        assert away.get(f"value-streams/{stream['id']}/").status_code == 404
        assert away.get(f"instances/{run.json()['id']}/").status_code == 404

    def test_what_cannot_be_is_said(self, planner):
        door = Machine(planner)

        is_problem(door.get("metrics/flow/?group=step"), 400)
        is_problem(door.get("metrics/flow/?from=2026-13-01"), 400)
        is_problem(door.get("metrics/flow/?stream=none"), 400)
