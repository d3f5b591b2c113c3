"""The strip of a record tells visits in the order they happened, and time that passed once."""

from datetime import timedelta
from typing import Any

from itsm.accounts.models import User
from tests.factories import a_ticket
from valuechain.records.actions import link_records
from valuechain.records.trace import trace
from valuechain.records.visits import stations
from valuechain.records.vocabulary import Activity, LinkKind


def test_records_side_by_side_count_their_time_once(frozen: Any, agent: User, requester: User):
    first = a_ticket(actor=agent, requester=requester)
    frozen.shift(timedelta(hours=1))
    second = a_ticket(actor=agent, requester=requester)
    link_records(second, first, LinkKind.DERIVED_FROM, actor=agent, via="html")
    frozen.shift(timedelta(hours=2))

    found = {s.activity: s for s in stations(trace(first, actor=agent))}

    station = found[Activity.DELIVER_SUPPORT]
    assert station.count == 2
    assert station.visits == [1]
    assert station.current
    assert station.seconds == timedelta(hours=3).total_seconds()
    assert found[Activity.PLAN].visits == []
