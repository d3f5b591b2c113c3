"""A label names one field: where two forms stand on a page, no two parts of it share an id."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.doors import browser
from valuechain.records.actions import perform
from valuechain.records.kinds import kinds
from valuechain.records.vocabulary import Via

pytestmark = pytest.mark.django_db
ID = re.compile(r'\sid="([^"]+)"')


@pytest.mark.parametrize("address", ["/engage/", "/me/keyboard/", "/design/", "/me/"])
def test_no_two_parts_of_a_page_have_one_id(brm, requester, address):
    need = kinds["need"].open(actor=requester, via=Via.HTML, title="See berths", description="Now")
    perform(need, "submit", actor=requester, via=Via.HTML)

    shown = browser(brm).get(address, follow=True)

    assert shown.status_code == 200
    twice = [
        name for name, count in Counter(ID.findall(shown.content.decode())).items() if count > 1
    ]
    assert twice == []
