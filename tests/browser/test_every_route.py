"""Every page of the URL conf in a real browser, at both widths, in both themes.

A page is opened once and looked at in every way; a route without an example fails. The pages of
records are in test_every_record_page.py, so that two workers share the work.
"""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.browser.company import World
from tests.browser.examples import NOT_PAGES
from tests.browser.whole_company import OF_RECORDS, PAGES, look_at
from tests.routes import routes

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db]


def test_every_readable_route_is_a_page_or_is_said_not_to_be_one() -> None:
    unknown = NOT_PAGES.keys() - {route.name for route in routes()}

    assert not unknown, f"No longer there: {sorted(unknown)}"


@pytest.mark.parametrize("name", sorted(PAGES.keys() - OF_RECORDS))
def test_a_page_is_fit_for_everybody(
    name: str, world: World, tabs: Any, server: LiveServer
) -> None:
    look_at(name, world, tabs, server)
