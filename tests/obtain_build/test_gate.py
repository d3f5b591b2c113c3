"""Nothing is obtained or built without an approved and funded specification, by any door."""

from datetime import date
from decimal import Decimal

import pytest

from itsm.core.errors import Denied, RuleViolation
from tests.factories import a_person, fresh
from tests.obtain_build.conftest import a_component, do
from tests.together import together
from valuechain.obtain_build.actions import add_line
from valuechain.records.actions import link_records
from valuechain.records.funding import Funding, funds
from valuechain.records.kinds import kinds
from valuechain.records.models import Event, Link


class TestComponent:
    def test_without_a_specification_there_is_no_way(self, component, builder):
        with pytest.raises(RuleViolation) as refusal:
            do(component, "source", builder)

        assert refusal.value.code == "gate_no_spec"
        assert fresh(component).state == "specified"

    def test_what_the_specification_lacks_is_named(self, component, spec, builder):
        with pytest.raises(RuleViolation) as refusal:
            do(component, "source", builder)

        assert refusal.value.code == "gate_not_funded"
        assert refusal.value.missing == ("1,200.00 EUR of funding",)
        assert spec.number in str(refusal.value.message)

    def test_a_funded_one_opens_it(self, component, spec, builder):
        do(spec, "fund", builder)

        assert do(component, "source", builder).state == "sourced"

    def test_all_of_several_have_to_agree(self, component, spec, builder, organisation):
        do(spec, "fund", builder)
        second = kinds["design_spec"].open(
            actor=builder, via="html", title="Second", organisation=organisation
        )
        link_records(component, second, "implements", actor=builder, via="html")

        with pytest.raises(RuleViolation, match=second.number):
            do(component, "source", builder)

    def test_a_cancelled_one_opens_nothing(self, component, spec, builder):
        do(do(spec, "fund", builder), "cancel", builder)

        with pytest.raises(RuleViolation) as refusal:
            do(component, "source", builder)

        assert refusal.value.code == "gate_no_spec"

    def test_it_is_asked_again_before_work_begins(self, component, spec, builder):
        do(spec, "fund", builder)
        do(component, "source", builder)
        do(spec, "withdraw", builder)

        with pytest.raises(RuleViolation):
            do(component, "start", builder)

    def test_it_is_said_when_and_where(self, spec, builder, organisation):
        do(spec, "fund", builder)
        vague = a_component(builder, organisation, needed_at=None, needed_location="")
        link_records(vague, spec, "implements", actor=builder, via="html")

        with pytest.raises(RuleViolation) as refusal:
            do(vague, "source", builder)

        assert refusal.value.missing == ("needed_at", "needed_location")

    def test_rest_answers_409_with_what_is_missing(self, api, component, spec, builder):
        answer = api(builder).post(
            f"/api/v1/components/{component.number}/transitions/", {"transition": "source"}
        )

        assert answer.status_code == 409
        assert answer.json()["code"] == "gate_not_funded"
        assert answer.json()["missing"] == ["1,200.00 EUR of funding"]

    def test_the_form_says_the_same(self, client, component, spec, builder):
        client.force_login(builder)

        page = client.post(f"/components/{component.number}/do/source/")

        assert page.status_code == 422
        assert "It is not funded." in page.content.decode()
        assert fresh(component).state == "specified"

    def test_the_page_shows_it_on_the_button(self, client, component, spec, builder):
        client.force_login(builder)

        page = client.get(f"/components/{component.number}/").content.decode()

        assert "It is not funded." in page

    def test_outsiders_find_nothing(self, api, client, component, outsider):
        client.force_login(outsider)

        assert client.get(f"/components/{component.number}/").status_code == 404
        assert api(outsider).get(f"/api/v1/components/{component.number}/").status_code == 404

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("_attempt", range(3))
    def test_money_withdrawn_at_the_same_moment_is_never_built_on(
        self, component, spec, builder, _attempt
    ):
        do(spec, "fund", builder)
        moves = [(component, "source"), (spec, "withdraw")]

        together(2, lambda i: do(*moves[i], builder))

        sourced = Event.objects.filter(verb="component.source").first()
        withdrawn = Event.objects.filter(verb="design_spec.withdraw").first()
        assert withdrawn is not None
        assert sourced is None or sourced.pk < withdrawn.pk


class TestBypass:
    def test_it_takes_two(self, component, builder, organisation):
        asked = do(component, "ask_bypass", builder, reason="The ship is on its way.")

        with pytest.raises(Denied):
            do(asked, "bypass_gate", builder)
        both = a_person("Bo Both", organisation, "change_manager", "builder")
        again = a_component(builder, organisation)
        do(again, "ask_bypass", both, reason="Now")
        with pytest.raises(Denied, match="two people"):
            do(again, "bypass_gate", both)

    def test_the_second_lets_it_pass_and_a_review_opens_by_itself(
        self, component, builder, change_manager
    ):
        do(component, "ask_bypass", builder, reason="The ship is on its way.")

        passed = do(component, "bypass_gate", change_manager)

        assert (passed.bypass_asked_by, passed.bypass_confirmed_by) == (builder, change_manager)
        assert do(passed, "source", builder).state == "sourced"
        review = Link.objects.get(target=component, kind="derived_from").source
        assert component.number in review.title
        assert review.is_live
        assert review.description == "The ship is on its way."

    def test_a_refusal_leaves_the_gate_shut(self, component, builder, change_manager):
        do(component, "ask_bypass", builder, reason="We are in a hurry.")

        refused = do(component, "refuse_bypass", change_manager, reason="Are you?")

        assert refused.bypass_asked_by is None
        with pytest.raises(RuleViolation):
            do(refused, "source", builder)

    def test_there_is_nothing_to_bypass_where_the_way_is_open(self, component, spec, builder):
        do(spec, "fund", builder)

        with pytest.raises(RuleViolation) as refusal:
            do(component, "ask_bypass", builder, reason="Because")

        assert refusal.value.code == "gate_open"


class TestWork:
    def test_it_begins_behind_the_same_gate(self, component, spec, builder, desk):
        order = kinds["work_order"].open(
            actor=builder, via="html", title="Mount it", component=component
        )
        order = do(order, "assign", builder, owner=builder.email)

        with pytest.raises(RuleViolation) as refusal:
            do(order, "start", builder)
        assert refusal.value.code == "gate_not_funded"

        do(spec, "fund", builder)
        assert do(order, "start", builder).state == "in_progress"
        assert Link.objects.filter(source=order, target=component, kind="fulfils").exists()


class TestOrder:
    @pytest.fixture
    def order(self, component, spec, buyer, supplier, organisation):
        made = kinds["purchase_order"].open(
            actor=buyer, via="html", title="Radar", organisation=organisation,
            supplier=supplier.organisation, due_on=date(2026, 3, 20),
        )  # fmt: skip
        add_line(made, text="", component=component, quantity=2, unit_price=Decimal("300.00"),
                 actor=buyer, via="html")  # fmt: skip
        return do(made, "submit", buyer)

    @pytest.fixture
    def money(self, monkeypatch):
        """Set aside what a test says, for any record it names."""
        told: dict[int, Decimal] = {}
        monkeypatch.setattr(
            funds, "_teller",
            lambda record, _currency: Funding(committed=told.get(record.pk, Decimal(0))),
        )  # fmt: skip
        return told

    def test_it_is_bought_behind_the_same_gate(self, order, budget_holder, money):
        money[order.pk] = Decimal(600)

        with pytest.raises(RuleViolation) as refusal:
            do(order, "approve", budget_holder)

        assert refusal.value.code == "gate_not_funded"

    def test_the_money_has_to_be_reserved(self, order, spec, builder, budget_holder, money):
        do(spec, "fund", builder)
        money[order.pk] = Decimal("599.99")

        with pytest.raises(RuleViolation) as refusal:
            do(order, "approve", budget_holder)

        assert refusal.value.code == "not_funded"
        money[order.pk] = Decimal(600)
        assert do(order, "approve", budget_holder).state == "approved"

    def test_what_a_specification_has_is_spent_once(
        self, order, spec, builder, buyer, budget_holder, money, component
    ):
        do(spec, "fund", builder)
        money[spec.pk] = Decimal(1000)
        second = kinds["purchase_order"].open(
            actor=buyer, via="html", title="More radar", supplier=fresh(order).supplier
        )
        add_line(second, text="", component=component, quantity=2, unit_price=Decimal(300),
                 actor=buyer, via="html")  # fmt: skip
        do(second, "submit", buyer)
        do(order, "approve", budget_holder)

        with pytest.raises(RuleViolation) as refusal:
            do(second, "approve", budget_holder)

        assert refusal.value.code == "not_funded"

    @pytest.mark.django_db(transaction=True)
    def test_two_at_once_do_not_spend_it_twice(
        self, order, spec, builder, buyer, budget_holder, money, component
    ):
        do(spec, "fund", builder)
        money[spec.pk] = Decimal(1000)
        second = kinds["purchase_order"].open(
            actor=buyer, via="html", title="More radar", supplier=fresh(order).supplier
        )
        add_line(second, text="", component=component, quantity=2, unit_price=Decimal(300),
                 actor=buyer, via="html")  # fmt: skip
        do(second, "submit", buyer)
        both = [order, second]

        together(2, lambda i: do(both[i], "approve", budget_holder))

        assert Event.objects.filter(verb="purchase_order.approve").count() == 1

    def test_nobody_approves_their_own(self, order, organisation, buyer, money):
        own = a_person("Olga Own", organisation, "buyer", "budget_holder")
        mine = kinds["purchase_order"].open(
            actor=own, via="html", title="Mine", supplier=fresh(order).supplier
        )
        add_line(mine, text="Pen", quantity=1, unit_price=Decimal(1), actor=own, via="html")
        do(mine, "submit", own)

        with pytest.raises(Denied) as refusal:
            do(mine, "approve", own)

        assert refusal.value.code == "own_subject"
