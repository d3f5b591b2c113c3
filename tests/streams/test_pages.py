"""The pages of value streams: drawing one, its map, and the records behind each number."""

from __future__ import annotations

import re

import pytest

from tests.doors import browser
from tests.factories import a_ticket, take
from valuechain.streams.models import ValueStream

pytestmark = pytest.mark.django_db


def test_a_stream_is_drawn_run_and_read_from_its_map(
    planner, cast, agent, organisation, outsider, requester
):
    door = browser(planner)
    made = door.post(
        "/streams/new/",
        {"name": "Restore service", "trigger": "A call", "outcome": "It works", "order": "free",
         "organisation": organisation.pk},
    )  # fmt: skip
    assert made.headers["Location"] == "/streams/restore-service/"
    for name, activity in (("Restore the service", "deliver_support"), ("Learn", "improve")):
        added = door.post(
            "/streams/restore-service/",
            {"do": "step", "step-name": name, "step-activity": activity},
        )
        assert added.status_code == 302, added.content.decode()
    stream = ValueStream.objects.get()
    learn = list(stream.steps.all())[1]
    door.post("/streams/restore-service/", {"do": "up", "step": learn.pk})
    assert [step.name for step in stream.steps.all()] == ["Learn", "Restore the service"]

    tickets = [a_ticket(actor=agent, requester=requester, organisation=organisation)
               for _n in range(6)]  # fmt: skip
    for ticket in tickets:
        begun = browser(agent).post(
            "/streams/restore-service/", {"do": "run", "run-record": ticket.number}
        )
        assert begun.status_code == 302, begun.content.decode()
    early = door.get("/streams/restore-service/map/").content.decode()
    assert "Needs 5 finished records, has 0" in early
    for ticket in tickets[:5]:
        take(ticket, "start", cast)
        take(ticket, "resolve", cast)

    page = door.get(f"/streams/restore-service/map/?record={tickets[0].number}").content.decode()
    drawing = re.search(r"<svg class=\"stream-map\".*?</svg>", page, re.DOTALL)
    assert drawing is not None
    assert len(drawing[0].encode()) < 40_000
    assert f"The way of {tickets[0].number}" in page
    link = re.search(r'<a href="([^"]*what=finished)">5</a>', page)
    assert link is not None
    listed = door.get(link[1].replace("&amp;", "&")).content.decode()
    assert all(ticket.number in listed for ticket in tickets[:5])
    assert tickets[5].number not in listed

    assert browser(outsider).get("/streams/restore-service/map/").status_code == 404
    assert "Restore service" not in browser(outsider).get("/streams/").content.decode()
    assert browser(requester).get("/streams/").status_code == 302


def test_what_cannot_be_is_said_beside_the_field(planner, agent, organisation):
    door = browser(planner)
    door.post(
        "/streams/new/",
        {"name": "Restore", "trigger": "A call", "outcome": "It works", "order": "free",
         "organisation": organisation.pk},
    )  # fmt: skip

    nowhere = door.post("/streams/restore/", {"do": "run", "run-record": "INC-9"})
    refused = browser(agent).post(
        "/streams/restore/", {"do": "step", "step-name": "Do", "step-activity": "plan"}
    )
    backwards = door.get("/streams/restore/map/?from=2026-02-02&to=2026-01-01")

    assert nowhere.status_code == 422
    assert "There is no such record" in nowhere.content.decode()
    assert refused.status_code == 422
    assert "The first day lies after the last" in backwards.content.decode()
