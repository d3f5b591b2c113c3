"""The boards people watch: the desk's, the change calendar, the map of a stream, the plan, by keyboard too."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from itsm.core import clock
from tests.factories import a_person, a_ticket
from valuechain.records.actions import link_records
from valuechain.records.kinds import kinds
from valuechain.streams.actions import add_step, create_stream

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def manager(organisation):
    """Somebody who runs services and looks at everything."""
    return a_person("Maria Manager", organisation, "release_manager", "service_owner", "planner",
                    "builder", "team_lead")  # fmt: skip


@pytest.fixture
def planned(manager, organisation):
    """Two releases of one service at the same time, in this month."""
    service = kinds["service"].open(
        actor=manager, via="html", title="Harbour map", organisation=organisation
    )
    start = clock.now().replace(hour=10, minute=0, second=0, microsecond=0)
    return [
        kinds["release"].open(
            actor=manager, via="html", title=title, organisation=organisation, service=service,
            window_start=start, window_end=start + timedelta(hours=2),
        )
        for title in ("Summer update", "Tide tables")
    ]  # fmt: skip


class TestDesk:
    def test_the_wall_is_large_loads_itself_afresh_and_has_nothing_to_press(
        self, as_person, manager, agent, cast, sideways
    ):
        a_ticket(actor=agent, requester=cast.requester, organisation=cast.organisation,
                 team=cast.desk)  # fmt: skip
        page = as_person(manager, "/deliver/desk/")
        plain = page.locator("td").first.evaluate(
            "cell => parseFloat(getComputedStyle(cell).fontSize)"
        )
        page.get_by_role("link", name="On the wall").click()
        page.wait_for_url("**wall=1")

        answer = page.reload()
        assert answer.headers["refresh"] == "30"
        expect(page.get_by_role("link").or_(page.get_by_role("button"))).to_have_count(0)
        large = page.locator("td").first.evaluate(
            "cell => parseFloat(getComputedStyle(cell).fontSize)"
        )
        assert large > plain
        assert sideways(page) <= 0
        assert page.complaints == []

    def test_each_number_leads_to_its_list_without_scripts(self, as_person, manager, agent, cast):
        a_ticket(actor=agent, requester=cast.requester, organisation=cast.organisation,
                 team=cast.desk)  # fmt: skip
        page = as_person(manager, "/deliver/desk/", java_script_enabled=False)

        page.locator("table").first.locator("td a").first.click()

        page.wait_for_url("**/tickets/**")
        expect(page.locator("tbody tr")).to_have_count(1)


class TestCalendar:
    def test_month_week_and_list_say_the_same_and_keys_turn_the_pages(
        self, as_person, manager, planned
    ):
        page = as_person(manager, "/deliver/calendar/")
        heading = page.locator(".calendar-head h2")
        this_month = heading.inner_text()
        expect(page.locator("table.calendar").get_by_text("Summer update")).to_have_count(1)

        page.keyboard.press("]")
        page.wait_for_url("**?m=*")
        expect(heading).not_to_have_text(this_month)
        page.keyboard.press("[")
        page.get_by_role("heading", name=this_month).wait_for()

        for view, words in (("Week", "week"), ("List", "agenda")):
            page.get_by_role("navigation", name="How it is shown").get_by_role(
                "link", name=view, exact=True
            ).click()
            page.wait_for_url(f"**view={words}")
            expect(page.get_by_text("Overlaps with").nth(1)).to_be_attached()
            expect(page.get_by_text("Nobody accepted it yet").nth(1)).to_be_attached()
        assert page.complaints == []

    def test_arrows_walk_the_days_and_enter_opens_one(self, as_person, manager, planned):
        page = as_person(manager, "/deliver/calendar/?m=2026-06")
        here = "document.activeElement.getAttribute('href')"

        page.keyboard.press("ArrowRight")
        assert page.evaluate(here) == "?view=week&d=2026-06-01"
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowRight")
        assert page.evaluate(here) == "?view=week&d=2026-06-09"
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowLeft")
        assert page.evaluate(here) == "?view=week&d=2026-06-01", "the first day is the first"
        page.keyboard.press("Enter")
        page.wait_for_url("**view=week&d=2026-06-01")
        assert page.complaints == []

    def test_a_narrow_screen_reads_the_list(self, as_person, manager, planned, sideways):
        page = as_person(manager, "/deliver/calendar/", width=375)

        expect(page.locator("table.calendar")).not_to_be_visible()
        expect(page.locator(".calendar-agenda").get_by_text("Tide tables")).to_be_visible()
        assert sideways(page) <= 0

    def test_it_works_without_scripts(self, as_person, manager, planned):
        page = as_person(manager, "/deliver/calendar/", java_script_enabled=False)

        page.get_by_role("link", name="Later", exact=True).click()
        page.wait_for_url("**?m=*")
        page.get_by_role("link", name="This month").click()
        page.locator("table.calendar").get_by_role("link", name="Summer update").click()

        page.wait_for_url(f"**{planned[0].number}**")


class TestMap:
    @pytest.fixture
    def stream(self, manager, organisation):
        made = create_stream(
            name="Restore service", trigger="A call", outcome="It works", order="free",
            organisation=organisation, actor=manager,
        )  # fmt: skip
        for name, activity in (
            ("Take the call", "engage"), ("Restore it", "deliver_support"), ("Ask again", "engage"),
        ):  # fmt: skip
            add_step(made, name=name, activity=activity, actor=manager)
        return made

    def test_arrows_walk_the_stations_and_t_goes_to_the_table(self, as_person, manager, stream):
        page = as_person(manager, f"{stream.get_absolute_url()}map/")
        here = "document.activeElement.querySelector('.name')?.textContent ?? ''"

        seen = []
        for _n in range(3):
            page.keyboard.press("ArrowRight")
            seen.append(page.evaluate(here))
        page.keyboard.press("ArrowRight")
        assert seen == ["Take the call", "Restore it", "Ask again"]
        assert page.evaluate(here) == "Ask again", "the last station is the last"
        page.keyboard.press("Home")
        assert page.evaluate(here) == "Take the call"

        page.keyboard.press("t")
        assert page.evaluate("document.activeElement.id") == "twin"
        expect(page.locator("#twin tbody tr")).to_have_count(3)
        page.keyboard.press("?")
        told = page.locator("#keys").inner_text()
        assert "To the table" in told
        assert "Next station" in told
        assert page.complaints == []

    def test_the_table_says_it_without_scripts(self, as_person, manager, stream):
        page = as_person(
            manager, f"{stream.get_absolute_url()}map/", java_script_enabled=False, width=375
        )

        page.get_by_role("link", name="To the table").click()

        expect(page.locator("#twin").get_by_text("Restore it")).to_be_visible()


class TestPlan:
    def test_arrows_scroll_the_drawing_by_a_day(self, as_person, manager, organisation):
        today = clock.now().date()
        made = [
            kinds["component"].open(
                actor=manager, via="html", title=title, organisation=organisation,
                needed_at=today + timedelta(days=days), needed_location="Pier 4",
            )
            for title, days in (("Radar", 5), ("Mast", 90))
        ]  # fmt: skip
        link_records(made[0], made[1], "blocks", actor=manager, via="html")
        page = as_person(manager, "/build/plan/?zoom=weeks")
        box = page.locator("[data-plan-day]")
        day = int(box.get_attribute("data-plan-day"))
        before = box.evaluate("box => box.scrollLeft")

        box.focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        assert box.evaluate("box => box.scrollLeft") == before + 2 * day
        page.keyboard.press("ArrowLeft")
        assert box.evaluate("box => box.scrollLeft") == before + day
        assert page.locator("path.plan-tie:not(.plan-key *)").count() >= 1
        row = page.get_by_role("row").filter(has=page.get_by_role("link", name="Mast"))
        expect(row.get_by_role("link", name=made[0].number)).to_be_visible()
        assert page.complaints == []


class TestComponents:
    def test_j_and_d_promise_a_date_from_the_list(self, as_person, manager, organisation):
        today = clock.now().date()
        component = kinds["component"].open(
            actor=manager, via="html", title="Radar", organisation=organisation,
            needed_at=today + timedelta(days=5), needed_location="Pier 4",
        )  # fmt: skip
        page = as_person(manager, "/components/?view=by-place&state=open&group=place")
        page.get_by_role("rowheader", name="Pier 4").wait_for()

        page.keyboard.press("j")
        page.keyboard.press("d")
        page.locator("[name=promised_at]").fill((today + timedelta(days=3)).isoformat())
        page.locator("main form").get_by_role("button").first.click()

        component.refresh_from_db()
        page.get_by_text("1 record").or_(page.get_by_text(component.number)).first.wait_for()
        assert component.promised_at == today + timedelta(days=3)
