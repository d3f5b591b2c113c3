"""Every number that leads to a list equals that list, on every page that shows one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings
from django.urls import reverse

from itsm.accounts.models import User
from itsm.portal.reports.shelf import REPORTS
from tests.doors import browser
from valuechain.records.kinds import kinds
from valuechain.records.vocabulary import Activity

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

#: A link that says how many records lie behind it.
COUNTED = re.compile(r'<a href="([^"]+)"[^>]*? data-count="([^"]*)"')


@pytest.fixture(scope="module")
def company(
    tmp_path_factory: Any, django_db_setup: None, django_db_blocker: Any
) -> Iterator[dict[str, User]]:
    """Load the sample company once for all that count in it."""
    with (
        override_settings(DATA_DIR=tmp_path_factory.mktemp("data")),
        django_db_blocker.unblock(),
        transaction.atomic(),
    ):
        call_command("load_sample", stdout=StringIO())
        yield User.objects.in_bulk(field_name="email")
        transaction.set_rollback(True)


def pages() -> list[str]:
    """The pages that show numbers."""
    return [
        "/",
        "/sla/",
        *(reverse("activity", args=[name.replace("_", "-")]) for name in Activity.values),
        *(reverse("report", args=[key]) for key in REPORTS),
        *(reverse("record-list", args=[resource]) for resource in kinds.resources),
        "/streams/",
        "/improve/csat/",
        "/deliver/desk/",
    ]


@pytest.mark.parametrize("who", ["admin", "agent"])
def test_every_number_equals_the_list_it_opens(company, who):
    client = browser(company[f"{who}@brightwater.example"])
    wrong, looked_at = [], set()
    lists: dict[str, int] = {}
    for page in pages():
        shown = client.get(page, follow=True).content.decode()
        for url, count in COUNTED.findall(shown):
            if url not in lists:
                lists[url] = client.get(unescape(url), follow=True).context["filter"].qs.count()
            there = lists[url]
            looked_at.add((page, url))
            # A view may count no further than a hundred, and then says so.
            said = int(count.rstrip("+") or 0)
            if there != said and not (count.endswith("+") and there > said):
                wrong.append(f"{page} says {count} where {unescape(url)} has {there}")

    assert not wrong, "\n".join(wrong)
    assert len({page for page, _url in looked_at}) >= 8
    assert len(looked_at) >= 40
