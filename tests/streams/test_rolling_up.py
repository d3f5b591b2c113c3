"""A portfolio item shows where the time of all that led to it and came of it went."""

from __future__ import annotations

from datetime import timedelta

import pytest

from itsm.core import clock
from tests.doors import browser
from tests.factories import a_ticket
from valuechain.records.actions import link_records, perform
from valuechain.records.models import Record
from valuechain.streams.rolling_up import roll_up, times_card

pytestmark = pytest.mark.django_db


def test_the_sums_are_those_of_the_records_around_it(admin, brm, requester, organisation):
    start = clock.now() - timedelta(days=10)
    with clock.at(start):
        need = a_ticket("need", actor=requester, requester=requester, state="submitted")
        item = a_ticket("portfolio_item", actor=admin, organisation=organisation)
        link_records(item, need, "derived_from", actor=admin, via="html")
        budget = a_ticket("budget", actor=admin, organisation=organisation)
        link_records(item, budget, "funded_by", actor=admin, via="html")
    with clock.at(start + timedelta(days=3)):
        perform(need, "take", actor=brm, via="html")
    with clock.at(start + timedelta(days=5)):
        flow = roll_up(Record.objects.filter(pk__in=[need.pk, item.pk, budget.pk]))

    by_activity = {group.activity: group for group in flow.groups}
    day = 86_400
    assert set(by_activity) == {"engage", "plan"}
    assert by_activity["engage"].queue == pytest.approx(3 * day, abs=60)
    assert by_activity["engage"].touch == pytest.approx(2 * day, abs=60)
    assert by_activity["plan"].queue == pytest.approx(5 * day, abs=60)
    assert flow.total.flow == pytest.approx(sum(group.flow for group in flow.groups))
    assert flow.total.finished == 2


def test_what_else_came_of_the_same_demand_is_not_counted(admin, requester, organisation):
    need = a_ticket("need", actor=requester, requester=requester, state="submitted")
    item, other = (
        a_ticket("portfolio_item", actor=admin, organisation=organisation) for _place in range(2)
    )
    for one in (item, other):
        link_records(one, need, "derived_from", actor=admin, via="html")

    card = times_card(item, admin)

    assert {fact.number for fact in card.context["flow"].total.facts} == {
        need.number, item.number,
    }  # fmt: skip


def test_the_page_of_an_item_shows_them(admin, organisation):
    item = a_ticket("portfolio_item", actor=admin, organisation=organisation)

    shown = browser(admin).get(item.get_absolute_url()).content.decode()

    assert "Time along its stream" in shown
    assert "Came back" in shown
