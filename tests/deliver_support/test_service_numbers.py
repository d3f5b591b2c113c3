"""How a service does, on the list of services and on its own page, from the same records."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from itsm.core import clock
from tests.doors import browser
from tests.factories import a_ticket, at_state
from valuechain.deliver_support.trends import WEEKS, incidents_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def service(cast):
    return at_state("service", "live", cast, title="Harbour map")


def incident(cast, service, *, weeks_ago=0):
    with clock.at(clock.now() - timedelta(weeks=weeks_ago)):
        return a_ticket(actor=cast.agent, requester=cast.requester, team=cast.desk,
                        organisation=cast.organisation, service=service)  # fmt: skip


def test_incidents_are_counted_week_by_week(cast, service):
    for weeks_ago in (0, 0, 3, WEEKS):
        incident(cast, service, weeks_ago=weeks_ago)

    trend = incidents_of([service.pk], cast.agent)[service.pk]

    assert (len(trend.counts), trend.counts[-1], trend.counts[-4]) == (WEEKS, 2, 1)
    assert trend.total == 3, "what is older than the line is not on it"
    assert trend.label == "3 incidents in 12 weeks, most 2 in one, 2 in this one"


def test_list_and_page_say_the_same(cast, service):
    incident(cast, service)
    incident(cast, service, weeks_ago=2)
    pages = browser(cast.agent)

    rows = pages.get("/services/?view=all").content.decode()
    page = pages.get(service.get_absolute_url()).content.decode()

    label = "2 incidents in 12 weeks, most 1 in one, 1 in this one"
    assert f'role="img" aria-label="{label}"' in rows
    assert f'aria-label="{label}"' in page
    assert page.count('<td class="end num">') == WEEKS
    number = re.search(r'<a href="([^"]+)"><strong class="number num" data-count="(\d+)"', page)
    listed = pages.get(number[1].replace("&amp;", "&"))
    assert int(number[2]) == listed.context["views"].total == 2


def test_what_is_not_seen_is_not_counted(cast, service, outsider):
    incident(cast, service)

    assert incidents_of([service.pk], outsider)[service.pk].total == 0


def test_the_export_holds_words_and_no_marks_of_the_page(cast, service):
    incident(cast, service)

    sent = browser(cast.agent).get("/services/export/?view=all")
    text = b"".join(sent.streaming_content).decode()

    assert "Harbour map" in text
    assert "<" not in text
