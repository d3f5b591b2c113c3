"""Every page that a record or a list of records has, for every kind, as test_every_route.py has the rest."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.browser.company import World
from tests.browser.whole_company import OF_RECORDS, look_at

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db]


@pytest.mark.parametrize("name", sorted(OF_RECORDS))
def test_a_page_of_records_is_fit_for_everybody(
    name: str, world: World, tabs: Any, server: LiveServer
) -> None:
    look_at(name, world, tabs, server)
