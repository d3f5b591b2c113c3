"""Dashboards, reports and administration in a real browser: readable by all, at both widths."""

from __future__ import annotations

import pytest

from sla.models import Agreement, Calendar, Clock
from tests.factories import a_ticket, at_state
from tests.sla.promises import OFFICE, a_calendar, an_agreement

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EVERY_LOOK = [("light", 1280), ("dark", 375)]


@pytest.fixture
def promised(cast):
    """Promises on tickets, some of them done."""
    calendar = a_calendar("Office", OFFICE)
    step = {"key": "75%", "percent": 75, "actions": [{"do": "notify", "who": ["owner"]}]}
    an_agreement(calendar=calendar, steps=[step])
    a_ticket(actor=cast.agent, requester=cast.requester)
    at_state("incident", "closed", cast)
    return calendar


@pytest.mark.parametrize(("scheme", "width"), EVERY_LOOK)
def test_every_page_of_insight_is_readable_by_all(
    as_person, live_server, audit, sideways, cast, promised, scheme, width
):
    page = as_person(cast.admin, "/sla/", scheme=scheme, width=width)
    addresses = [
        "/sla/", "/sla/calendars/", f"/sla/calendars/{Calendar.objects.get().pk}/",
        "/sla/agreements/", "/sla/agreements/new/",
        f"/sla/agreements/{Agreement.objects.get().pk}/?simulate=30",
        f"/sla/clocks/{Clock.objects.first().pk}/", "/reports/", "/reports/volume/",
        "/admin/", "/admin/people/", f"/admin/people/{cast.agent.pk}/", "/admin/roles/",
        "/admin/organisations/", f"/admin/teams/{cast.desk.pk}/", "/admin/priorities/",
        "/admin/tokens/", "/admin/audit/",
    ]  # fmt: skip

    found = []
    for address in addresses:
        page.goto(live_server.url + address)
        found += [f"{address}: {finding}" for finding in audit(page)]
        if sideways(page) > 0:
            found.append(f"{address}: scrolls sideways")
    assert found == []
    assert page.complaints == []
