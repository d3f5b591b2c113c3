"""Plan at a glance: where we are going, what was chosen, and what serves no direction."""

from __future__ import annotations

import re

import pytest

from tests.doors import Machine, browser
from tests.factories import a_ticket, at_state
from tests.preparing_design import a_budget
from valuechain.records.actions import link_records
from valuechain.records.kinds import kinds
from valuechain.records.vocabulary import LinkKind, Via

pytestmark = pytest.mark.django_db


def an_item(planner, organisation, title, **values):
    return kinds["portfolio_item"].open(
        actor=planner, via=Via.HTML, title=title, organisation=organisation, **values
    )


def test_it_says_to_write_the_vision_first(planner):
    body = browser(planner).get("/plan/").content.decode()

    assert "Write the vision first." in body
    assert "Every open item says which line of the vision" in body


def test_it_shows_the_published_vision_and_lets_the_reader_acknowledge_it(cast, planner):
    vision = at_state("vision", "published", cast)
    door = browser(planner)

    door.post(f"/visions/{vision.number}/acknowledge/")
    body = door.get("/plan/").content.decode()

    assert vision.title in body
    assert "You have read it." in body
    assert "1 person has read it" in body


def test_an_item_that_serves_no_objective_is_listed(cast, planner, organisation):
    objective = at_state("objective", "agreed", cast)
    served, aimless = (an_item(planner, organisation, title) for title in ("Served", "Aimless"))
    link_records(served, objective, LinkKind.FULFILS, actor=planner, via=Via.HTML)

    page = browser(planner).get("/plan/")

    assert [item.number for item in page.context["without_direction"]] == [aimless.number]


def test_the_board_is_in_order_of_score_and_counts_what_is_behind(
    cast, planner, organisation, admin
):
    low = an_item(planner, organisation, "Low", score=10)
    high = an_item(planner, organisation, "High", score=90)
    need = at_state("need", "qualified", cast)
    link_records(high, need, LinkKind.DERIVED_FROM, actor=admin, via=Via.HTML)

    ideas = browser(planner).get("/plan/").context["stages"][0]["items"]
    rows = browser(planner).get("/portfolio-items/?state=open").context["page"]["items"]

    assert [item.number for item in ideas] == [high.number, low.number]
    assert (ideas[0].need_count, ideas[1].need_count) == (1, 0)
    assert [row.number for row in rows] == [high.number, low.number]


def test_the_portfolio_is_found_by_horizon_risk_and_need_on_the_page_and_by_rest(
    cast, planner, organisation, admin
):
    now = an_item(planner, organisation, "Now", horizon="now", risk="high")
    an_item(planner, organisation, "Later", horizon="later", risk="low")
    need = at_state("need", "qualified", cast)
    link_records(now, need, LinkKind.DERIVED_FROM, actor=admin, via=Via.HTML)

    for query in ("horizon=now", "risk=high", f"need={need.number}"):
        listed = browser(planner).get(f"/portfolio-items/?{query}").context["page"]["items"]
        found = Machine(planner).get(f"portfolio-items/?{query}").json()["results"]
        assert [row.number for row in listed] == [row["number"] for row in found] == [now.number]


def test_budgets_say_what_is_left(cast, planner):
    budget = a_budget(cast)

    body = re.sub(r"\s", " ", browser(planner).get("/plan/").content.decode())

    assert budget.title in body
    assert "100,000.00 EUR available of 100,000.00 EUR" in body


def test_what_somebody_may_not_see_is_not_there(cast, planner, organisation, outsider):
    an_item(planner, organisation, "Secret radar")
    a_budget(cast)

    page = browser(outsider).get("/plan/")

    assert page.status_code in (200, 302)
    assert "Secret radar" not in page.content.decode()


def test_an_item_that_names_a_line_of_the_vision_has_a_direction_until_the_line_is_gone(
    cast, planner
):
    vision = at_state("vision", "published", cast)
    kept = a_ticket("portfolio_item", actor=cast.admin, organisation=cast.organisation,
                    title="Keeps", vision_line=vision.statement.upper())  # fmt: skip
    lost = a_ticket("portfolio_item", actor=cast.admin, organisation=cast.organisation,
                    title="Lost", vision_line="Every crane sings.")  # fmt: skip
    aimless = a_ticket("portfolio_item", actor=cast.admin, organisation=cast.organisation,
                       title="Aimless")  # fmt: skip

    page = browser(planner).get("/plan/")

    assert [one.number for one in page.context["without_direction"]] == [aimless.number]
    assert [one.number for one in page.context["lost_direction"]] == [lost.number]
    assert "no longer holds" in page.content.decode()
    assert kept.vision_line in page.content.decode()
