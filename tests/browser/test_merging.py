"""Merging two tickets and taking it back, in a real browser."""

from __future__ import annotations

import pytest

from tests.factories import a_ticket, fresh
from valuechain.records.actions import add_comment
from valuechain.records.vocabulary import Via

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 375)])
def test_what_moves_is_seen_before_and_comes_back_after(
    as_person, live_server, audit, sideways, agent, requester, desk, scheme, width
):
    gone, stays = (a_ticket(actor=requester, team=desk, title=one) for one in ("One", "Two"))
    add_comment(gone, body="Since when?", visibility="public", actor=agent, via=Via.HTML)
    page = as_person(agent, f"/tickets/{gone.number}/do/merge/", scheme=scheme, width=width)

    page.locator("[name=into]").fill(stays.number)
    page.keyboard.press("Control+Enter")
    page.get_by_role("heading", name="What moves").wait_for()
    assert audit(page) == []
    assert sideways(page) <= 0
    page.get_by_role("button", name="Merge", exact=True).click()
    page.get_by_text(f"You asked for {gone.number}. It goes on here.").wait_for()
    assert audit(page) == []
    page.get_by_role("link", name=f"Look at {gone.number} as it was").click()
    page.get_by_text("Merged: this goes on as").wait_for()
    assert audit(page) == []
    assert sideways(page) <= 0
    page.get_by_role("button", name="Split back").click()
    page.get_by_text(f"{gone.number} stands on its own again.").wait_for()

    assert fresh(gone).state == "new"
    assert page.complaints == []
