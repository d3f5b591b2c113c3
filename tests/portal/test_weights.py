"""What the two heaviest pieces of a page weigh on the line: fifty rows of a queue, and a stream's map."""

from __future__ import annotations

import gzip
import re
from datetime import timedelta
from random import Random

import pytest

from itsm.portal.load.words import GIVEN, Writer
from sla.defaults import install_defaults
from tests.conftest import MONDAY
from tests.doors import browser
from tests.factories import a_person, a_ticket, take
from valuechain.records.vocabulary import Activity
from valuechain.streams.actions import MOST_STEPS, create_stream, start_instance

QUEUE, MAP = 25_000, 40_000


@pytest.fixture
def random():
    return Random(5)


def packed(text: str) -> int:
    return len(gzip.compress(text.encode()))


def test_fifty_rows_of_a_queue_come_in_25_kilobytes(agent, organisation, desk, random):
    """No two rows say the same, so that nothing is packed better than a real queue is."""
    install_defaults()
    writer = Writer(random)
    callers = [a_person(f"{name} Caller{n}", organisation) for n, name in enumerate(GIVEN[:25])]
    for n in range(50):
        a_ticket(
            "service_request" if n % 3 else "incident", actor=agent, requester=callers[n % 25],
            title=f"{writer.title()} {writer.message(4)}", description=writer.message(40), team=desk,
            owner=agent if n % 2 else None, impact=random.randint(1, 4), urgency=random.randint(1, 4),
        )  # fmt: skip

    columns = "priority,number,title,requester,owner,team,state,updated_at,opened_at"
    for address in ("/tickets/?view=open&state=open", f"/tickets/?view=all&cols={columns}"):
        page = browser(agent).get(f"{address}&page_size=50").content.decode()

        assert page.count("data-version=") == 50, address
        assert "sla" in page
        assert packed(page) <= QUEUE, (address, packed(page))


def test_the_map_of_the_longest_stream_comes_in_40_kilobytes(
    planner, cast, frozen, organisation, random
):
    """Every step has its times of two periods, and what came back: all that a station can show."""
    writer = Writer(random)
    activities = [one.value for one in Activity]
    steps = [
        {"name": f"{writer.title()} {n}", "activity": activities[n % len(activities)]}
        for n in range(MOST_STEPS)
    ]
    stream = create_stream(
        actor=planner, organisation=organisation, name="Everything", trigger="A call",
        outcome="It works", order="free", steps=steps,
    )  # fmt: skip
    first, second = MONDAY.date(), MONDAY.date() + timedelta(days=30)
    periods = []
    for day in (first, second):
        frozen.move_to(MONDAY + (day - first))
        periods.append([finished(stream, cast, frozen, random) for _n in range(7)])
    for period in periods:
        for step in stream.steps.all():
            for run, record in random.sample(period, 5):
                run.visits.get_or_create(
                    step=step, record=record, defaults={"sequence": run.visits.count() + 1}
                )

    page = browser(planner).get(
        f"/streams/{stream.slug}/map/?record={periods[1][0][1].number}&compare=on"
        f"&from={second}&to={second + timedelta(days=29)}"
    )

    drawing = re.search(r'<svg class="stream-map".*?</svg>', page.content.decode(), re.DOTALL)
    assert drawing is not None
    assert drawing[0].count('class="ring"') == MOST_STEPS
    assert drawing[0].count('class="work"') == MOST_STEPS
    assert drawing[0].count('class="ghost"') == MOST_STEPS
    assert drawing[0].count('class="loop"') > MOST_STEPS / 2
    assert packed(drawing[0]) <= MAP, packed(drawing[0])


def finished(stream, cast, frozen, random):
    """Run one ticket along the stream, half of them twice."""
    ticket = a_ticket(actor=cast.agent, requester=cast.requester, organisation=cast.organisation)
    run = start_instance(stream, ticket, actor=cast.agent)
    for name in ("start", "resolve", *(("reopen", "resolve") * random.randint(0, 1))):
        frozen.shift(timedelta(minutes=random.randint(20, 900)))
        ticket = take(ticket, name, cast)
    return run, ticket
