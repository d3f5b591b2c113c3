"""The desk's board counts what its links show; the calendar shows a week and a list besides a month."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from itsm.core import clock
from tests.doors import browser
from tests.factories import a_ticket
from valuechain.deliver_support.desk import desk_of
from valuechain.records.kinds import kinds

pytestmark = pytest.mark.django_db


def test_every_number_of_the_board_is_the_length_of_its_list(agent, requester, desk):
    for place in range(4):
        a_ticket(actor=requester, title=f"Ticket {place}", team=desk if place else None)
    pages = browser(agent)

    board = pages.get("/deliver/desk/").content.decode()
    links = re.findall(r'<a href="(/tickets/\?[^"]+)"[^>]*>(?:<[^>]*>)*\s*(\d+)', board)

    assert len(links) >= 4
    for address, number in links:
        shown = pages.get(address.replace("&amp;", "&")).content.decode()
        assert shown.count('id="row-') == int(number), address


def test_the_board_counts_arrivals_hour_by_hour(agent, requester):
    a_ticket(actor=requester, title="Just now")

    found = desk_of(agent, now=clock.now())

    assert found.hours[-1].arrived + found.hours[-2].arrived == 1
    assert len(found.hours) == 12


def test_the_wall_has_nothing_to_press_and_comes_afresh(agent, requester):
    a_ticket(actor=requester, title="Just now")

    answer = browser(agent).get("/deliver/desk/?wall=1")
    wall = answer.content.decode()

    body = wall[wall.index("<body") :]
    assert answer["Refresh"] == "30"
    assert "<a " not in body
    assert "<button" not in body


def test_a_requester_is_sent_to_the_portal(requester):
    assert browser(requester).get("/deliver/desk/").status_code == 302


@pytest.mark.parametrize("view", ["week", "agenda"])
def test_a_release_stands_in_the_week_and_in_the_list(admin, organisation, view):
    begin = clock.now() + timedelta(days=1)
    release = kinds["release"].open(
        actor=admin, via="html", title="Autumn", organisation=organisation, window_start=begin,
        window_end=begin + timedelta(hours=2),
    )  # fmt: skip
    pages = browser(admin)
    day = timezone.localdate(begin)

    shown = pages.get(f"/deliver/calendar/?view={view}&d={day}").content.decode()
    earlier = pages.get(f"/deliver/calendar/?view={view}&d={day - timedelta(days=60)}")

    assert release.number in shown
    assert release.number not in earlier.content.decode()
    assert pages.get(f"/deliver/calendar/?view={view}&d=nonsense").status_code == 200
