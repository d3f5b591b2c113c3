"""What goes wrong again and again becomes one improvement, and succeeds only when measured."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from itsm.accounts.access import SYSTEM
from itsm.core import clock
from itsm.core.errors import Denied, FieldErrors, RuleViolation
from tests.doors import Machine, browser
from tests.factories import a_ticket, at_state, fresh
from tests.preparing import do_something_about_it, finished_request
from tests.together import together
from valuechain.improve.csat import link_for
from valuechain.improve.models import Feedback, Improvement
from valuechain.records import events
from valuechain.records.actions import hand_off, link_records, lock_record, perform
from valuechain.records.kinds import kinds
from valuechain.records.models import Record
from valuechain.records.tasks import return_from_waiting
from valuechain.records.vocabulary import LinkKind, Via


def move(record, name, actor, **data):
    return perform(record, name, actor=actor, via=Via.HTML, data=data).record


def say(person, score=None, about=None, nature="complaint", **values):
    return kinds["feedback"].open(
        actor=person, via=Via.HTML, requester=person, title="It was slow", score=score,
        about=about, nature=nature, **values,
    )  # fmt: skip


def evidence_of(improvement):
    found = Record.objects.filter(
        links_out__target=improvement, links_out__kind=LinkKind.EVIDENCE_FOR
    )
    return set(found.values_list("number", flat=True))


@pytest.fixture
def service(admin, organisation):
    return kinds["service"].open(
        actor=admin, via=Via.HTML, title="Radar", owner=admin, organisation=organisation
    )


@pytest.fixture
def ticket(agent, requester, organisation, desk):
    return a_ticket(actor=agent, requester=requester, organisation=organisation, team=desk)


class TestFeedback:
    def test_a_low_score_routes_itself_into_an_improvement(self, requester, ticket):
        bad = say(requester, 2, ticket)
        fair = say(requester, 3, ticket)

        improvement = Improvement.objects.get()
        assert (bad.state, fair.state) == ("routed", "received")
        assert improvement.cause == "low_score"
        assert evidence_of(improvement) == {bad.number}

    def test_low_scores_gather_on_one_candidate(self, requester, colleague, ticket):
        first = say(requester, 1, ticket)
        second = say(requester, 2, ticket)

        assert evidence_of(Improvement.objects.get()) == {first.number, second.number}

    @pytest.mark.django_db(transaction=True)
    def test_ten_at_once_make_one_candidate(self, requester, ticket):
        given = together(10, lambda _index: say(requester, 1, ticket))

        assert [one for one in given if isinstance(one, Exception)] == []
        assert Improvement.objects.count() == 1
        assert len(evidence_of(Improvement.objects.get())) == 10

    def test_once_it_is_over_new_evidence_opens_another(self, requester, ticket, lead):
        say(requester, 1, ticket)
        first = Improvement.objects.get()
        move(first, "decline", lead, reason="One voice.")

        say(requester, 1, ticket)

        assert Improvement.objects.count() == 2

    def test_a_score_out_of_range_is_refused_by_every_door(self, requester, ticket):
        for score in (0, 6, -1, 10**12):
            answer = Machine(requester).post(
                "feedback/", {"title": "So", "score": score, "about": ticket.number}
            )
            assert answer.status_code == 400, score
        with pytest.raises(FieldErrors):
            say(requester, 6, ticket)
        assert not Feedback.objects.exists()

    def test_feedback_that_is_handed_on_is_routed(self, requester, ticket, agent):
        idea = say(requester, about=ticket, nature="idea")

        target = hand_off(idea, "improve", actor=agent, via=Via.HTML).target

        assert fresh(idea).state == "routed"
        assert target.kind == "improvement"

    def test_nobody_speaks_for_another(self, requester, colleague, ticket):
        with pytest.raises(Denied):
            kinds["feedback"].open(
                actor=colleague, via=Via.HTML, requester=requester, title="Bad", score=1,
                organisation=requester.organisation,
            )  # fmt: skip


class TestEvidence:
    def test_three_incidents_on_one_service_within_thirty_days_are_one_thing(
        self, frozen, agent, requester, organisation, service
    ):
        def again():
            return a_ticket(
                actor=agent, requester=requester, organisation=organisation, service=service
            )

        again()
        frozen.shift(timedelta(days=31))
        two = [again(), again()]
        assert not Improvement.objects.exists()
        three = again()
        four = again()

        improvement = Improvement.objects.get()
        assert (improvement.cause, improvement.service_id) == ("repeated", service.pk)
        assert evidence_of(improvement) == {r.number for r in (*two, three, four)}

    def test_a_ticket_opened_again_is_evidence(self, cast, requester):
        ticket = at_state("incident", "resolved", cast)

        move(ticket, "reopen", requester, reason="Still broken.")

        assert Improvement.objects.get().cause == "reopened"

    def test_three_missed_deadlines_on_one_service_within_a_week_are_a_cluster(
        self, frozen, agent, requester, organisation, service
    ):
        late = [
            a_ticket("service_request", actor=agent, requester=requester,
                     organisation=organisation, service=service)
            for _one in range(3)
        ]  # fmt: skip

        for ticket in late:
            assert not Improvement.objects.exists()
            events.append(lock_record(ticket), "clock.breached", actor=SYSTEM, via=Via.WORKER,
                          is_internal=True)  # fmt: skip

        improvement = Improvement.objects.get()
        assert improvement.cause == "breaches"
        assert evidence_of(improvement) == {ticket.number for ticket in late}


class TestMeasuring:
    @pytest.fixture
    def measuring(self, cast):
        return at_state("improvement", "measuring", cast)

    def test_it_is_not_accepted_without_owner_measure_and_baseline(self, lead, organisation):
        improvement = kinds["improvement"].open(
            actor=lead, via=Via.HTML, title="Answer faster", organisation=organisation
        )
        improvement = move(improvement, "triage", lead, value="4", effort="2")

        with pytest.raises(RuleViolation) as refusal:
            move(improvement, "accept", lead)

        assert refusal.value.missing == ("measure", "baseline")
        assert fresh(improvement).worth == 200

    def test_it_is_not_measured_before_something_was_done(self, cast, lead):
        improvement = at_state("improvement", "in_progress", cast)

        with pytest.raises(RuleViolation) as refusal:
            move(improvement, "measure", lead)
        do_something_about_it(improvement, cast)

        assert refusal.value.code == "nothing_done"
        assert move(improvement, "measure", lead).state == "measuring"

    def test_what_was_done_counts_from_whichever_side_it_is_linked(self, cast, lead):
        improvement = at_state("improvement", "in_progress", cast)
        link_records(improvement, finished_request(improvement, cast), LinkKind.RELATES_TO,
                     actor=lead, via=Via.HTML)  # fmt: skip

        assert move(improvement, "measure", lead).state == "measuring"

    def test_what_it_came_from_was_not_done_about_it(self, cast, lead):
        improvement = at_state("improvement", "in_progress", cast)
        link_records(improvement, finished_request(improvement, cast), LinkKind.DERIVED_FROM,
                     actor=lead, via=Via.HTML)  # fmt: skip

        with pytest.raises(RuleViolation):
            move(improvement, "measure", lead)

    def test_it_succeeds_only_when_the_target_is_met(self, measuring, lead):
        with pytest.raises(RuleViolation) as refusal:
            move(measuring, "confirm_success", lead, after_value="2.5", after_on="2026-04-01")
        assert refusal.value.code == "target_missed"

        done = move(measuring, "confirm_success", lead, after_value="2", after_on="2026-04-01")

        assert (done.state, done.after_value) == ("succeeded", Decimal(2))

    def test_it_helped_in_part_only_when_it_helped(self, measuring, lead):
        with pytest.raises(RuleViolation):
            move(measuring, "confirm_partly", lead, after_value="3", after_on="2026-04-01",
                 reason="Nothing moved.")  # fmt: skip

        partly = move(measuring, "confirm_partly", lead, after_value="2.5",
                      after_on="2026-04-01", reason="Half way.")  # fmt: skip

        assert partly.state == "partly"

    def test_the_register_is_sorted_by_value_for_the_effort(self, lead, organisation):
        numbers = {}
        for title, value, effort in (("A", 2, 2), ("B", 5, 1), ("C", 3, 2)):
            numbers[title] = (
                kinds["improvement"]
                .open(actor=lead, via=Via.HTML, title=title, organisation=organisation,
                      value=value, effort=effort)
                .number
            )  # fmt: skip
        unknown = kinds["improvement"].open(
            actor=lead, via=Via.HTML, title="D", organisation=organisation
        )

        rows = Machine(lead).get("improvements/?ordering=-worth").json()["results"]
        body = browser(lead).get("/improvements/?state=open").content.decode()

        wanted = [numbers["B"], numbers["C"], numbers["A"], unknown.number]
        assert [row["number"] for row in rows] == wanted
        assert sorted(wanted, key=body.index) == wanted


class TestBenefits:
    @pytest.fixture
    def need(self, requester):
        return kinds["need"].open(
            actor=requester, via=Via.HTML, title="Berths", description="Show them."
        )

    def test_its_stakeholder_is_asked_on_the_day_and_a_miss_opens_an_improvement(
        self, frozen, need, brm, requester
    ):
        benefit = hand_off(
            need, "expect_benefit", actor=brm, via=Via.HTML,
            data={"measure": "Hours won", "target": "5", "check_on": "2026-03-05"},
        ).target.specific  # fmt: skip

        assert return_from_waiting() == 0
        frozen.move_to("2026-03-05T07:00:00Z")
        assert return_from_waiting() == 1
        with pytest.raises(Denied):
            move(benefit, "confirm", brm)
        move(benefit, "report_missed", requester, actual="1", reason="Nobody uses it.")

        assert fresh(benefit).state == "missed"
        improvement = Improvement.objects.get()
        assert improvement.cause == "missed_benefit"
        assert evidence_of(improvement) == {benefit.number}

    def test_another_day_moves_the_question(self, frozen, need, brm):
        benefit = hand_off(
            need, "expect_benefit", actor=brm, via=Via.HTML,
            data={"measure": "Hours won", "target": "5", "check_on": "2026-03-05"},
        ).target.specific  # fmt: skip

        answer = Machine(brm).patch(
            f"benefits/{benefit.number}/", {"check_on": "2026-04-05"},
            If_Match=f'"v{fresh(benefit).version}"',
        )  # fmt: skip

        assert answer.status_code == 200
        assert fresh(benefit).follow_up_at.isoformat() == "2026-04-05T06:00:00+00:00"

    def test_of_a_release_somebody_named_is_asked(self, admin, requester, organisation):
        release = kinds["release"].open(
            actor=admin, via=Via.HTML, title="Berths 2.0", organisation=organisation
        )

        benefit = hand_off(
            release, "expect_benefit", actor=admin, via=Via.HTML,
            data={"measure": "Hours won", "target": "5", "check_on": "2026-03-05",
                  "asked": requester.email},
        ).target  # fmt: skip

        assert benefit.requester == requester

    def test_it_is_expected_of_a_need_or_a_release(self, brm, ticket):
        answer = Machine(brm).post(
            "benefits/",
            {
                "title": "Hours",
                "about": ticket.number,
                "measure": "Hours",
                "check_on": "2026-12-24",
            },
        )

        assert answer.status_code == 400


class TestRating:
    @pytest.fixture
    def finished(self, cast):
        return at_state("incident", "resolved", cast)

    def test_the_requester_rates_a_finished_ticket_once(self, finished, requester):
        page = browser(requester)
        body = page.get(f"/portal/requests/{finished.number}/").content.decode()
        link = body[body.index("/portal/csat/") :].split('"')[0]
        anybody = browser()

        asked = anybody.get(f"{link}?r=4").content.decode()
        assert not Feedback.objects.exists()
        first = anybody.post(link, {"score": "4", "description": "Quick."})
        second = anybody.post(link, {"score": "1"})

        assert 'value="4" required' in asked or "checked" in asked
        assert first.status_code == second.status_code == 200
        given = Feedback.objects.get()
        assert (given.score, given.requester, given.about_id) == (4, requester, finished.pk)
        assert link not in page.get(f"/portal/requests/{finished.number}/").content.decode()

    def test_a_link_that_was_altered_leads_nowhere(self, finished, requester):
        assert browser().get("/portal/csat/abc:def:ghi/").status_code == 404

    def test_an_empty_answer_is_asked_again(self, finished, requester):
        assert browser().post(link_for(finished, requester), {}).status_code == 422

    @pytest.mark.django_db(transaction=True)
    def test_two_answers_at_once_are_one(self, finished, requester):
        link = link_for(finished, requester)
        answers = together(6, lambda _index: browser().post(link, {"score": "5"}).status_code)

        assert Feedback.objects.count() == 1
        assert set(answers) <= {200, 422}

    def test_the_scores_say_how_many_answered(self, finished, cast, requester, lead):
        at_state("incident", "resolved", cast)
        say(requester, 4, finished, nature="csat")

        body = browser(lead).get("/improve/csat/").content.decode()

        assert "1 of 2 answered (50%)" in body
        assert "too few answers" in body
        assert browser(requester).get("/improve/csat/").status_code == 302


def test_improve_at_a_glance_orders_by_worth_and_shows_what_waits(
    requester, lead, organisation, outsider
):
    for title, value, effort in (("Little", 2, 4), ("A lot", 5, 1), ("Unknown", None, None)):
        kinds["improvement"].open(
            actor=lead, via=Via.HTML, title=title, value=value, effort=effort,
            organisation=organisation,
        )  # fmt: skip
    kinds["feedback"].open(
        actor=requester, via=Via.HTML, requester=requester, nature="complaint", title="Too slow"
    )

    page = browser(lead).get("/improve/")

    titles = [one.title for one in page.context["register"]]
    assert titles == ["A lot", "Little", "Unknown"]
    assert "Too slow" in page.content.decode()
    assert "A lot" not in browser(outsider).get("/improve/").content.decode()


def test_what_was_measured_before_has_its_day(frozen, lead, organisation):
    found = kinds["improvement"].open(
        actor=lead, via=Via.HTML, title="Hang-ups", measure="Callers who hang up", baseline=18,
        target=8, organisation=organisation,
    )  # fmt: skip
    found = perform(
        found, "triage", actor=lead, via=Via.HTML, data={"value": "4", "effort": "2"}
    ).record

    accepted = perform(found, "accept", actor=lead, via=Via.HTML).record

    assert accepted.baseline_on == clock.now().date()
    shown = browser(lead).get(f"/improvements/{found.number}/").content.decode()
    assert f"{clock.now():%-d %b %Y}" in shown
