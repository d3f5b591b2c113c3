"""Nobody overwrites what they have not read; nobody fetches what they have."""

from types import SimpleNamespace

import pytest
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from itsm.core.errors import StaleVersion
from itsm.core.rest.conditional import VersionNeeded, etag, expected_version, is_unchanged

RECORD = SimpleNamespace(version=7)


def request(**headers):
    return Request(APIRequestFactory().get("/", headers=headers))


@pytest.mark.parametrize("given", ['"v7"', 'W/"v7"', '"v6", "v7"', "*"])
def test_the_version_that_was_read_may_be_changed(given):
    assert expected_version(request(**{"If-Match": given}), RECORD) == 7


@pytest.mark.parametrize("given", ['"v6"', "v7", '"7"', "x", '"v77"'])
def test_another_version_is_stale(given):
    with pytest.raises(StaleVersion) as refusal:
        expected_version(request(**{"If-Match": given}), RECORD)

    assert refusal.value.current_version == 7


def test_a_change_without_a_version_is_told_which_header_to_send():
    with pytest.raises(VersionNeeded, match="If-Match"):
        expected_version(request(), RECORD)


@pytest.mark.parametrize(
    ("given", "unchanged"), [('"v7"', True), ('W/"v7"', True), ('"v6"', False), ("*", True)]
)
def test_a_reader_who_has_the_version_need_not_fetch_it(given, unchanged):
    assert is_unchanged(request(**{"If-None-Match": given}), etag(RECORD)) is unchanged
