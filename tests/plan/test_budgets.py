"""Money is set aside once, never more than there is, and comes back when it is not needed."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from itsm.core.errors import Denied, RuleViolation
from tests.doors import Machine
from tests.factories import a_person, fresh
from tests.preparing_design import a_budget, approvers_in
from tests.together import together
from valuechain.plan.models import Budget, Commitment
from valuechain.records.actions import perform
from valuechain.records.funding import funds
from valuechain.records.kinds import kinds
from valuechain.records.models import Event

pytestmark = pytest.mark.django_db


def take(budget, name, actor, record, amount=None, **more):
    data = {"record": record.number, **({"amount": amount} if amount else {}), **more}
    return perform(budget, name, actor=actor, via="html", data=data).record


def test_what_is_set_aside_counts_as_funding_and_is_left_over_no_more(budget, spec, holder):
    left = take(budget, "reserve", holder, spec, "1200.50")

    assert left.available == Decimal("98799.50")
    assert funds.of(spec, "EUR").committed == Decimal("1200.50")
    assert funds.of(spec, "USD").committed == 0
    assert spec.links_out.filter(kind="funded_by", target=budget).exists()


def test_more_than_is_left_is_refused_with_the_shortfall(budget, spec, holder):
    with pytest.raises(RuleViolation) as refused:
        take(budget, "reserve", holder, spec, "100000.01")

    assert refused.value.code == "overspent"
    assert refused.value.missing == ("0.01 EUR",)
    assert not Commitment.objects.exists()


@pytest.mark.parametrize("amount", ["0", "-5"])
def test_nothing_and_less_cannot_be_set_aside(budget, spec, holder, amount):
    with pytest.raises(RuleViolation):
        take(budget, "reserve", holder, spec, amount)


def test_money_is_spent_out_of_what_is_set_aside_only(budget, spec, holder):
    take(budget, "reserve", holder, spec, "1000")

    spent = take(budget, "spend", holder, spec, "400")
    with pytest.raises(RuleViolation, match=r"Only 600\.00 EUR is set aside"):
        take(budget, "spend", holder, spec, "601")

    assert (spent.reserved, spent.consumed) == (Decimal(600), Decimal(400))
    assert funds.of(spec, "EUR").committed == Decimal(1000)


def test_what_is_cancelled_frees_its_money_but_not_what_is_spent(budget, spec, holder, architect):
    take(budget, "reserve", holder, spec, "1000")
    take(budget, "spend", holder, spec, "300")

    perform(spec, "cancel", actor=architect, via="html", data={"reason": "No harbour."})

    left = fresh(budget)
    assert (left.reserved, left.consumed) == (Decimal(0), Decimal(300))
    assert left.events.filter(verb="budget.release").count() == 1


def test_only_who_holds_money_sets_it_aside(budget, spec, agent, architect, auditor):
    for person in (agent, architect, auditor):
        with pytest.raises(Denied):
            take(budget, "reserve", person, spec, "1")


def test_a_frozen_budget_sets_nothing_aside_and_a_used_one_does_not_close(
    budget, spec, holder, admin
):
    take(budget, "reserve", holder, spec, "10")
    with pytest.raises(RuleViolation, match=spec.number):
        perform(budget, "close", actor=admin, via="html")

    perform(budget, "freeze", actor=admin, via="html", data={"reason": "Year end"})

    with pytest.raises(RuleViolation):
        take(budget, "reserve", holder, spec, "10")


def test_nobody_approves_a_budget_they_wrote(organisation, holder):
    approvers_in(organisation)
    budget = kinds["budget"].open(
        actor=holder, via="html", title="Mine", organisation=organisation, amount=Decimal(5),
        period_start="2026-01-01", period_end="2026-12-31",
    )  # fmt: skip

    perform(budget, "propose", actor=holder, via="html")

    approval = budget.approvals.get()
    assert holder not in [seat.person for seat in approval.seats.all()]


def test_the_database_refuses_an_overspent_budget(budget):
    with pytest.raises(IntegrityError, match="budget_never_overspent"), transaction.atomic():
        Budget.objects.filter(pk=budget.pk).update(reserved=Decimal("100000.01"))


def test_rest_sets_money_aside_and_lists_it(budget, spec, holder, outsider):
    door = Machine(holder, "plan:read", "plan:write")
    path = f"budgets/{budget.number}/transitions/"

    answer = door.post(
        path, {"transition": "reserve", "data": {"record": spec.number, "amount": "100"}}
    )
    too_much = door.post(
        path, {"transition": "reserve", "data": {"record": spec.number, "amount": "999999"}}
    )

    assert answer.status_code == 200
    assert answer.json()["reserved"] == "100.00"
    assert too_much.status_code == 409
    assert too_much.json()["code"] == "overspent"
    listed = door.get(f"commitments/?record={spec.number}").json()["results"]
    assert [(row["budget"], row["reserved"]) for row in listed] == [(budget.number, "100.00")]
    elsewhere = Machine(outsider, "plan:read")
    assert elsewhere.get(f"budgets/{budget.number}/").status_code == 404
    assert elsewhere.get("commitments/").json()["results"] == []


def test_the_page_shows_what_is_left_and_for_what(budget, spec, holder, outsider):
    take(budget, "reserve", holder, spec, "100")
    browser = Client()
    browser.force_login(holder)

    shown = browser.get(budget.get_absolute_url()).content.decode()

    assert "Berth display" in shown
    assert "99,900.00" in shown
    browser.force_login(outsider)
    assert browser.get(budget.get_absolute_url()).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_at_once_never_take_the_same_money(cast, organisation, admin):
    approvers_in(organisation)
    budget = a_budget(cast)
    holder = a_person("Hugo Holder", organisation, "budget_holder")
    specs = [
        kinds["design_spec"].open(actor=admin, via="html", title="S", organisation=organisation)
        for _n in range(4)
    ]

    answers = together(4, lambda n: take(budget, "reserve", holder, specs[n], "30000"))

    refused = [a for a in answers if isinstance(a, RuleViolation)]
    assert len(refused) == 1
    assert refused[0].code == "overspent"
    left = fresh(budget)
    assert left.reserved == Decimal(90000)
    assert sum(c.reserved for c in left.commitments.all()) == left.reserved
    assert Event.objects.filter(record=budget, verb="budget.reserve").count() == 3
