"""Time is asked for in one place, so that it can be held still for a replay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from itsm.accounts.models import User
from itsm.core import clock
from tests.factories import a_ticket
from valuechain.records.actions import perform

SPRING = datetime(2016, 3, 1, 10, 0, tzinfo=timezone(timedelta(hours=1)))


def test_inside_a_replay_it_is_the_instant_replayed_and_afterwards_now_again() -> None:
    with clock.at(SPRING):
        inner = clock.now()
        with clock.at(SPRING + timedelta(days=1)):
            deeper = clock.now()
        back = clock.now()

    assert (inner, inner.tzinfo) == (SPRING, UTC)
    assert deeper == SPRING + timedelta(days=1)
    assert back == SPRING
    assert clock.now() - datetime.now(tz=UTC) < timedelta(seconds=5)


def test_a_failure_inside_lets_time_go_on() -> None:
    with pytest.raises(ValueError, match="stop"), clock.at(SPRING):
        raise ValueError("stop")

    assert clock.now().year > 2016


def test_a_replayed_reopening_meets_the_window_of_its_own_day(agent: User) -> None:
    ticket = a_ticket(actor=agent, at=SPRING)
    perform(ticket, "resolve", actor=agent, via="command", at=SPRING,
            data={"resolution_code": "fixed", "resolution": "Off and on."})  # fmt: skip

    with clock.at(SPRING + timedelta(days=3)):
        event = perform(ticket, "reopen", actor=agent, via="command", at=clock.now(),
                        data={"reason": "Again."})  # fmt: skip

    assert event.record.state == "in_progress"
    assert event.at == SPRING + timedelta(days=3)
    assert event.recorded_at.year > 2016, "the trail says honestly when it was written down"
