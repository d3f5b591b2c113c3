"""The API's own page in a real browser, under the same strict policy as every page."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def test_the_api_can_be_read_without_a_foreign_server_or_a_weaker_policy(open_page):
    page = open_page("/api/v1/docs/")

    page.get_by_text("Throughline REST API").wait_for()
    page.locator(".opblock-summary").first.click()
    page.get_by_text("Responses").first.wait_for()

    assert page.locator(".opblock").count() >= 4  # those of the first resource
    assert page.complaints == []
