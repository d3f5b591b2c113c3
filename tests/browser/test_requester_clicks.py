"""From the requester's first page to a request that was sent: how many clicks, with scripts and without."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.factories import at_state
from valuechain.deliver_support.actions import set_questions
from valuechain.records.models import Record

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_CLICKS = 5
FOUR = [
    {"name": f"q{n}", "label": f"Question {n}?", "kind": "line", "required": False}
    for n in range(1, 5)
]


class Hand:
    """Clicks, and counts."""

    def __init__(self, page):
        self.page, self.clicks = page, 0

    def press(self, role, name):
        self.click(self.page.get_by_role(role, name=name).first)

    def click(self, where):
        self.clicks += 1
        where.click()

    def write(self, label, words):
        """A field has to be clicked before it is written in, unless the focus is there already."""
        field = self.page.get_by_label(label, exact=True).first
        if not field.evaluate("one => one === document.activeElement"):
            self.click(field)
        self.page.keyboard.type(words)


@pytest.mark.parametrize("scripts", [True, False])
def test_something_broken_is_sent_in_few_clicks(as_person, requester, scripts):
    page = as_person(requester, "/portal/", java_script_enabled=scripts)
    hand = Hand(page)

    hand.press("link", "Something is broken")
    hand.write("What is wrong?", "Scanner is dead")
    hand.click(page.get_by_text("Work has stopped"))
    hand.press("button", "Send it")
    if not Record.objects.exists():
        hand.press("button", "Send it")

    expect(page.get_by_text(Record.objects.get().number, exact=True).first).to_be_visible()
    assert hand.clicks <= MOST_CLICKS, hand.clicks


@pytest.mark.parametrize("scripts", [True, False])
def test_four_questions_of_the_catalogue_are_answered_and_sent_in_few_clicks(
    as_person, cast, scripts
):
    offering = at_state("offering", "published", cast, title="Docking station", delivery_days=5)
    set_questions(offering, FOUR, actor=cast.admin, via="html")
    page = as_person(cast.requester, "/portal/", java_script_enabled=scripts)
    hand = Hand(page)

    hand.press("link", "Docking station")
    hand.write("Question 1? (optional)", "Words")
    for n in (2, 3, 4):
        page.keyboard.press("Tab")
        page.keyboard.type(f"Answer {n}")
    hand.press("button", "Order it")

    record = Record.objects.get(kind="service_request")
    expect(page.get_by_text(record.number, exact=True).first).to_be_visible()
    assert "Answer 4" in record.description
    assert hand.clicks <= MOST_CLICKS, hand.clicks
