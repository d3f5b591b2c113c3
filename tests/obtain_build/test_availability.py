"""A component is ok, at risk, late or misplaced; suppliers' words reach it; releases wait for it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from itsm.core.errors import FieldErrors, RuleViolation
from tests.factories import at_state, fresh
from tests.obtain_build.conftest import a_component, do
from valuechain.obtain_build.actions import (
    add_check,
    add_line,
    answer_check,
    receive_goods,
    take_over_requirements,
)
from valuechain.obtain_build.availability import Word, availability_of, worst_of
from valuechain.records.actions import link_records
from valuechain.records.kinds import kinds

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("needed", "promised", "word", "days"),
    [
        (None, None, Word.OK, 0),
        (TODAY + timedelta(days=60), None, Word.OK, 0),
        (TODAY + timedelta(days=30), None, Word.AT_RISK, 0),
        (TODAY, None, Word.AT_RISK, 0),
        (TODAY - timedelta(days=1), None, Word.LATE, 1),
        (TODAY + timedelta(days=10), TODAY + timedelta(days=7), Word.OK, 0),
        (TODAY + timedelta(days=10), TODAY + timedelta(days=8), Word.AT_RISK, 0),
        (TODAY + timedelta(days=10), TODAY + timedelta(days=19), Word.LATE, 9),
        (TODAY + timedelta(days=10), TODAY - timedelta(days=1), Word.AT_RISK, 0),
        (TODAY - timedelta(days=5), TODAY + timedelta(days=4), Word.LATE, 9),
    ],
)
def test_the_word_follows_from_the_dates(builder, organisation, needed, promised, word, days):
    component = a_component(builder, organisation, needed_at=needed, promised_at=promised)

    stands = availability_of(component, today=TODAY)

    assert (stands.word, stands.days) == (word, days)
    assert stands.sentence


def test_the_wrong_place_is_said(component, cast):
    component = at_state("component", "accepted", cast)
    component = do(component, "place", cast.admin, actual_location="Warehouse")

    stands = availability_of(component, today=TODAY)

    assert stands.word is Word.MISPLACED
    assert "Warehouse" in stands.sentence
    with pytest.raises(RuleViolation) as refusal:
        do(component, "make_available", cast.admin)
    assert refusal.value.code == "misplaced"

    placed = do(component, "place", cast.admin, actual_location=" pier 4")
    assert do(placed, "make_available", cast.admin).state == "available"


def test_the_worst_speaks_for_all(builder, organisation):
    found = [
        availability_of(
            a_component(builder, organisation, needed_at=TODAY + timedelta(days=d)), today=TODAY
        )
        for d in (60, -2, -7, 10)
    ]

    worst = worst_of(found)

    assert (worst.word, worst.days, worst.label) == (Word.LATE, 7, "7 d late")
    assert worst_of([]) is None


class TestAcceptance:
    def test_every_check_is_passed_with_evidence(self, cast, builder, architect):
        component = at_state("component", "ready_for_check", cast)
        with pytest.raises(RuleViolation) as refusal:
            do(component, "accept", architect)
        assert refusal.value.code == "no_checks"
        turns = add_check(component, text="It turns", actor=builder, via="html")
        add_check(component, text="It is quiet", actor=builder, via="html")

        with pytest.raises(FieldErrors, match="shows"):
            answer_check(turns, passed=True, evidence=" ", actor=architect, via="html")
        answer_check(turns, passed=True, evidence="Film", actor=architect, via="html")
        with pytest.raises(RuleViolation) as refusal:
            do(component, "accept", architect)

        assert refusal.value.missing == ("It is quiet",)

    def test_the_requirements_become_checks_once(self, cast, builder, architect, component):
        requirement = kinds["requirement"].open(
            actor=architect, via="html", title="Sees 20 km", acceptance_test="Sees a buoy at 20 km",
            organisation=cast.organisation,
        ) if "requirement" in kinds else None  # fmt: skip
        if requirement is None:
            pytest.skip("nobody keeps requirements")
        link_records(component, requirement, "satisfies", actor=builder, via="html")

        assert take_over_requirements(component, actor=builder, via="html") == 1
        assert take_over_requirements(component, actor=builder, via="html") == 0

        assert requirement.number in fresh(component).checks.get().text

    def test_they_are_kept_through_rest(self, api, cast, builder, architect):
        component = at_state("component", "ready_for_check", cast)
        url = f"/api/v1/components/{component.number}/checks/"

        made = api(builder).post(url, {"text": "It turns"})
        assert made.status_code == 201, made.data
        done = api(architect).post(f"{url}{made.data['id']}/", {"passed": True, "evidence": "Seen"})

        assert done.status_code == 200, done.data
        assert api(architect).get(url).data["results"][0]["passed"] is True
        assert do(component, "accept", architect).state == "accepted"


class TestSupplier:
    def test_a_promise_by_a_supplier_reaches_the_component(
        self, component, organisation, cast, admin, supplier
    ):
        request = kinds["supplier_request"].open(
            actor=admin, via="html", title="When?", description="When does it arrive?",
            organisation=organisation, supplier=supplier.organisation,
        )  # fmt: skip
        link_records(request, component, "relates_to", actor=admin, via="html")
        for step in ("send", "acknowledge", "start"):
            request = do(request, step, admin)

        do(request, "answer", admin, answer="In May.", promised_on="2026-05-03")

        promised = fresh(component)
        assert promised.promised_at == date(2026, 5, 3)
        event = promised.events.get(verb="component.promise")
        assert request.number in event.data["answers"]["reason"]

    def test_so_does_an_acknowledged_order(self, cast, buyer, component, admin):
        order = at_state("purchase_order", "draft", cast)
        add_line(order, text="", component=component, quantity=1, unit_price=Decimal(0),
                 actor=admin, via="html")  # fmt: skip
        do(component, "ask_bypass", admin, reason="x")
        do(component, "bypass_gate", next(p for p in cast.staff if p.name == "Chris Change"))
        order = do(order, "submit", admin)
        order = do(order, "approve", next(p for p in cast.staff if p.name == "Paula Planner"))
        order = do(order, "order", admin)

        do(order, "acknowledge", admin, promised_on="2026-03-30")

        assert fresh(component).promised_at == date(2026, 3, 30)

    def test_goods_are_booked_in_line_by_line(self, cast, admin):
        order = at_state("purchase_order", "ordered", cast)
        line = order.lines.get()

        part = receive_goods(order, quantities={line.pk: 1}, actor=admin, via="html")
        assert part.state == "partly_received"
        with pytest.raises(FieldErrors, match="At most"):
            receive_goods(part, quantities={line.pk: 2}, actor=admin, via="html")
        whole = receive_goods(part, quantities={line.pk: 1}, actor=admin, via="html")

        assert whole.state == "received"


class TestRelease:
    @pytest.fixture
    def release(self, cast, admin):
        release = at_state("release", "testing", cast)
        return do(release, "pass_tests", admin, test_evidence="All")

    def test_it_waits_for_a_must_that_is_missing(self, release, component, admin, api):
        link_records(release, component, "deploys", actor=admin, via="html")

        with pytest.raises(RuleViolation) as refusal:
            do(release, "make_ready", admin)

        assert refusal.value.missing == (component.number,)
        answer = api(admin).post(
            f"/api/v1/releases/{release.number}/transitions/", {"transition": "make_ready"}
        )
        assert answer.status_code == 409
        assert answer.json()["missing"] == [component.number]

    def test_it_waits_for_the_musts_of_its_specification_too(self, release, component, spec, admin):
        link_records(release, spec, "implements", actor=admin, via="html")

        with pytest.raises(RuleViolation) as refusal:
            do(release, "make_ready", admin)

        assert refusal.value.missing == (component.number,)

    def test_it_does_not_wait_for_what_it_could_have(self, release, admin, builder, organisation):
        nice = a_component(builder, organisation, necessity="could")
        link_records(release, nice, "deploys", actor=admin, via="html")

        assert do(release, "make_ready", admin).state == "ready"

    def test_it_goes_once_all_is_in_place(self, release, cast, admin):
        there = at_state("component", "available", cast)
        link_records(release, there, "deploys", actor=admin, via="html")

        assert do(release, "make_ready", admin).state == "ready"


class TestMilestone:
    def test_a_new_baseline_keeps_the_old_date(self, cast, builder):
        milestone = at_state("milestone", "on_track", cast)
        before = milestone.baseline

        moved = do(milestone, "rebaseline", builder, baseline="2027-06-01", reason="Ice")

        assert moved.baseline == date(2027, 6, 1)
        kept = moved.earlier_baselines.get()
        assert (kept.date, kept.reason, kept.replaced_by) == (before, "Ice", builder)
