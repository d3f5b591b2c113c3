"""The list of components: what they cost, in groups by place and release, and what waits for what."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from itsm.core import clock
from tests.doors import Machine, browser
from tests.factories import at_state, fresh
from tests.obtain_build.conftest import a_component
from valuechain.obtain_build.actions import add_line
from valuechain.obtain_build.costing import costs_of
from valuechain.obtain_build.models import PurchaseOrder
from valuechain.records.actions import link_records
from valuechain.records.kinds import kinds

pytestmark = pytest.mark.django_db


def in_days(days):
    return clock.now().date() + timedelta(days=days)


def plain(page):
    return page.content.decode().replace("\xa0", " ")


def test_the_cost_is_what_is_ordered_and_what_it_costs_besides(cast, admin):
    component = a_component(admin, cast.organisation, currency="EUR", budgeted=Decimal("40.00"),
                            own_cost=Decimal("4.00"))  # fmt: skip
    order = at_state("purchase_order", "draft", cast)
    add_line(order, text="", component=component, quantity=3, unit_price=Decimal("10.00"),
             actor=admin, via="html")  # fmt: skip
    assert costs_of([component])[component.pk].total == 4, "a draft costs nothing yet"
    PurchaseOrder.objects.filter(pk=order.pk).update(state="ordered")

    within = costs_of([fresh(component)])[component.pk]
    assert within.total == 34
    assert within.remaining == 6
    assert within.over == 0

    component.kind_entry.edit(
        fresh(component), {"own_cost": Decimal("30.00")}, actor=admin, via="html"
    )
    told = Machine(admin).get(f"components/{component.number}/cost/").json()
    assert Decimal(told["remaining"]) == -20
    assert "20.00 EUR over" in plain(browser(admin).get(component.get_absolute_url()))


def test_budgets_and_costs_are_added_up_below_the_whole_list(builder, organisation):
    for title, budget, own in (("Radar", "100.00", "70.50"), ("Mast", "50.00", None)):
        a_component(builder, organisation, title=title, budgeted=budget, own_cost=own)

    rows = plain(browser(builder).get("/components/?view=all&page_size=1"))

    assert "150.00 EUR" in rows
    assert "70.50 EUR" in rows


def headings_and_rows(page):
    """The words of a grouped list, groups marked, in their order."""
    found = []
    for part in page.content.decode().split("<tr ")[1:]:
        if 'class="group-row"' in part:
            found.append("# " + part.split("<th ")[1].split(">", 1)[1].split("</th>")[0])
        elif 'class="subject"' in part:
            found.append(part.split('class="subject"')[1].split("</a>")[0].rpartition(">")[2])
    return found


def test_the_list_is_read_by_place_and_walked_page_by_page(builder, organisation):
    for title, place, needed in (
        ("Radar", "Pier 4", 9), ("Mast", "pier 4 ", 3), ("Chart", "Office", 5), ("Lamp", "", 1),
    ):  # fmt: skip
        a_component(builder, organisation, title=title, needed_location=place,
                    needed_at=in_days(needed))  # fmt: skip

    page = browser(builder).get("/components/?view=all&group=place")
    assert headings_and_rows(page) == [
        "# Nobody said where it is needed", "Lamp", "# Office", "Chart", "# pier 4", "Mast", "Radar",
    ]  # fmt: skip

    first = browser(builder).get("/components/?view=all&group=place&page_size=2")
    assert [row for row in headings_and_rows(first) if row[0] != "#"] == ["Lamp", "Chart"]
    onward = first.context["page"]["next_url"]
    second = browser(builder).get(onward)
    assert headings_and_rows(second) == ["# pier 4", "Mast", "Radar"]


def test_the_list_is_read_by_release_direct_or_by_its_specification(
    cast, builder, organisation, admin
):
    direct = a_component(builder, organisation, title="Radar")
    by_spec = a_component(builder, organisation, title="Mast")
    a_component(builder, organisation, title="Lamp")
    spec = kinds["design_spec"].open(
        actor=admin, via="html", title="Berth display", organisation=organisation
    )
    release = at_state("release", "planning", cast, title="Winter update")
    link_records(release, direct, "deploys", actor=admin, via="html")
    link_records(release, spec, "implements", actor=admin, via="html")
    link_records(by_spec, spec, "implements", actor=admin, via="html")

    found = headings_and_rows(browser(admin).get("/components/?view=all&group=release"))

    assert found[:2] == ["# In no release yet", "Lamp"]
    assert f"{release.number} Winter update" in found[2]
    assert set(found[3:]) == {"Radar", "Mast"}


def test_the_plan_says_what_waits_for_what(builder, organisation):
    radar = a_component(builder, organisation, title="Radar", needed_at=in_days(9))
    mast = a_component(builder, organisation, title="Mast", needed_at=in_days(3))
    link_records(radar, mast, "blocks", actor=builder, via="html")

    page = browser(builder).get("/build/plan/?zoom=weeks")
    plan = page.context["plan"]

    (tie,) = plan.ties
    assert (tie.first.record.pk, tie.then.record.pk) == (radar.pk, mast.pk)
    assert tie.is_too_late
    row = page.content.decode().split(">Mast</a>")[1].split("</tr>")[0]
    assert radar.number in row


def test_a_saved_view_keeps_its_groups(builder, organisation):
    a_component(builder, organisation, title="Radar")
    pages = browser(builder)

    made = pages.post("/components/views/new/?group=place&state=open", {"name": "By pier"})
    shown = pages.get(made["Location"])

    assert headings_and_rows(shown) == ["# Pier 4", "Radar"]
    assert shown.context["views"].current.label == "By pier"
    assert not shown.context["views"].is_edited
