"""What is done with a selection is done with exactly what was ticked or confirmed, however it came about.

All cases look at one company in one tab; each has seven tickets of its own, red and blue in turn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client, TransactionTestCase
from pytest_django.live_server_helper import LiveServer

from itsm.accounts.models import Membership, Organisation, Team, User
from itsm.accounts.roles import Role
from tests.browser.opening import new_context, new_page
from tests.browser.whole_company import connections_are_shut, requests_are_over
from tests.factories import a_person, a_ticket, fresh
from tests.together import together
from valuechain.records.actions import edit_record
from valuechain.records.models import Record
from valuechain.records.vocabulary import Via

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@dataclass
class Queue:
    """The list of one case's tickets in the tab of an agent."""

    page: Any
    address: str
    agent: User
    requester: User
    team: Team
    word: str = ""

    def fill(self, word: str) -> None:
        for place in range(7):
            self.add(f"{word} {'blue' if place % 2 else 'red'} {place}")

    def begin(self, word: str) -> None:
        self.word, self.before = word, self.versions()

    def meanwhile(self, change: Callable[[], Any]) -> None:
        """Let something happen where the server sees it; it is not what the case is held to."""
        assert not isinstance(together(1, lambda _n: change())[0], Exception)
        self.before = self.versions()

    def add(self, title: str) -> None:
        a_ticket(actor=self.agent, requester=self.requester, team=self.team, title=title)

    def versions(self) -> dict[str, int]:
        return dict(Record.objects.values_list("title", "version"))

    def touched(self) -> set[str]:
        """The last words of the titles of all that was changed, of whatever case."""
        return {
            title.removeprefix(f"{self.word} ").split()[-1]
            for title, version in self.versions().items()
            if version != self.before.get(title)
        }

    def open(self, more: str = "", words: str = "") -> None:
        query = f"?view=all&q={self.word}+{words}&ordering=number"
        self.page.goto(f"{self.address}/tickets/{query}{more}")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def box(self, place: int) -> Any:
        return self.page.locator("tbody .pick input[type=checkbox]").nth(place)

    def selected(self, count: int) -> None:
        self.page.get_by_text(f"{count} selected", exact=True).wait_for()

    def take(self, changed: int) -> None:
        """Give what is selected to oneself."""
        self.press("a")
        self.page.get_by_role("button", name="To me").wait_for()
        self.press("i")
        self.page.get_by_role("heading", name=f"{changed} changed").wait_for()

    def confirm_cancel(self) -> None:
        """Say what is to be done with all that match, and why."""
        self.page.get_by_label("What shall be done with each?").select_option(label="Cancel")
        self.page.get_by_role("button", name="Go on").click()
        self.page.get_by_label("Reason").fill("Tidied up")


@pytest.fixture(scope="module")
def tab(chromium, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        harbour = Organisation.objects.create(name="Harbour")
        team = Team.objects.create(name="Harbour desk", organisation=harbour)
        agent, requester = (
            a_person("Agnes Agent", harbour, Role.AGENT),
            a_person("Rita Asks", harbour),
        )
        Membership.objects.create(user=agent, team=team)
        client = Client()
        client.force_login(agent)
        server = LiveServer("localhost")
        context = new_context(chromium)
        session = client.cookies["sessionid"].value
        context.add_cookies([{"url": server.url, "name": "sessionid", "value": session}])
        queue = Queue(new_page(context), server.url, agent, requester, team)
        for case in CASES:
            queue.fill(word_of(case))
        yield queue
        context.close()
        requests_are_over()
        server.stop()
        connections_are_shut()
        TransactionTestCase()._fixture_teardown()


def keys(queue):
    queue.open()
    queue.press("j", "x", "j", "j", "x")
    queue.selected(2)
    queue.take(2)
    return "02"


def a_range_by_keys(queue):
    queue.open()
    queue.press(*"jjjjj", "x", *"kk", "Shift+X", *"jjjj", "x")
    queue.selected(4)
    queue.take(4)
    return "2346"


def escape_lets_go(queue):
    queue.open()
    queue.press("j", "x", "j", "x")
    queue.selected(2)
    queue.press("Escape", "j", "x")
    queue.selected(1)
    queue.take(1)
    return "2"


def the_pointer(queue):
    queue.open()
    for place in (1, 3, 5, 3):
        queue.box(place).click()
    queue.page.locator("tbody .pick").nth(6).click(position={"x": 3, "y": 3})
    queue.selected(3)
    queue.take(3)
    return "156"


def a_range_by_pointer(queue):
    queue.open()
    queue.box(1).click()
    queue.box(4).click(modifiers=["Shift"])
    queue.box(2).click()
    queue.selected(3)
    queue.take(3)
    return "134"


def the_whole_of_one_page(queue):
    queue.open("&page_size=3")
    queue.press("j", "x")
    queue.selected(1)
    queue.press("]")
    queue.page.get_by_role("link", name=f"{queue.word} blue 3").wait_for()
    queue.page.wait_for_load_state()
    queue.page.locator("thead .pick input").check()
    queue.selected(3)
    queue.take(3)
    return "345"


def another_filter(queue):
    queue.open()
    queue.press("j", "x", "j", "x")
    queue.selected(2)
    queue.open(words="red")
    queue.press("j", "j", "x")
    queue.selected(1)
    queue.take(1)
    return "2"


def all_that_match(queue):
    queue.open("&page_size=2", words="red")
    queue.press("j", "x")
    queue.page.get_by_role("button", name="Select all 4 that match").click()
    queue.page.get_by_role("heading", name="4 selected", exact=True).wait_for()
    queue.confirm_cancel()
    queue.page.get_by_role("button", name="Cancel: 4 records").click()
    queue.page.get_by_role("heading", name="4 changed").wait_for()
    return "0246"


def a_row_that_changes_meanwhile(queue):
    queue.open()
    queue.press("j", "x", "j", "x")
    queue.selected(2)
    changed = Record.objects.get(title=f"{queue.word} blue 1")
    queue.meanwhile(
        lambda: edit_record(fresh(changed), {"impact": 1}, actor=queue.agent, via=Via.HTML)
    )
    with queue.page.expect_response(lambda answer: "/live/?" in answer.url):
        queue.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    queue.take(1)
    queue.page.get_by_text("Somebody changed it since you selected it.").wait_for()
    return "0"


def one_more_that_matches_meanwhile(queue):
    queue.open("&page_size=2", words="blue")
    queue.press("j", "x")
    queue.page.get_by_role("button", name="Select all 3 that match").click()
    queue.confirm_cancel()
    queue.meanwhile(lambda: queue.add(f"{queue.word} blue 7"))
    queue.page.get_by_role("button", name="Cancel: 3 records").click()
    queue.page.get_by_text("When you looked, 3 matched; now 4 do.").wait_for()
    assert queue.touched() == set()
    queue.page.get_by_role("button", name="Cancel: 4 records").click()
    queue.page.get_by_role("heading", name="4 changed").wait_for()
    return "1357"


CASES = [
    keys, a_range_by_keys, escape_lets_go, the_pointer, a_range_by_pointer, the_whole_of_one_page,
    another_filter, all_that_match, a_row_that_changes_meanwhile, one_more_that_matches_meanwhile,
]  # fmt: skip


def word_of(case):
    return case.__name__.replace("_", "")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_exactly_what_was_confirmed_is_acted_on(tab, case):
    tab.begin(word_of(case))

    confirmed = case(tab)

    assert tab.touched() == set(confirmed)
