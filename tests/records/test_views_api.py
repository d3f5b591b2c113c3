"""Saved views over REST: one's own and one's teams', held to what the list itself understands."""

from __future__ import annotations

import pytest

from tests.doors import API, Machine
from valuechain.records.models import SavedView

VIEW = {
    "resource": "tickets",
    "name": "VPN of mine",
    "filters": {"state": ["open"], "owner": ["me"], "q": ["vpn"]},
    "ordering": "-updated_at",
    "columns": ["number", "title"],
    "density": "compact",
}


@pytest.fixture
def door(agent):
    return Machine(agent)


def test_a_view_is_saved_read_changed_and_removed(door, desk):
    made = door.post(f"{API}/views/", VIEW)
    assert made.status_code == 201, made.content
    body = made.json()
    assert VIEW.items() <= body.items()
    assert body["query"] == (
        "state=open&owner=me&q=vpn&ordering=-updated_at&cols=number%2Ctitle&density=compact"
    )

    shared = door.patch(f"{API}/views/{body['id']}/", {"team": desk.pk, "name": "Ours"})
    assert (shared.status_code, shared.json()["team"]) == (200, desk.pk)
    assert [one["name"] for one in door.get(f"{API}/views/").json()["results"]] == ["Ours"]
    assert door.delete(f"{API}/views/{body['id']}/").status_code == 204
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"filters": {"colour": ["red"]}}, "filters"),
        ({"filters": {"priority": ["9"]}}, "filters"),
        ({"filters": {"owner": "me"}}, "filters"),
        ({"ordering": "secret"}, "ordering"),
        ({"columns": ["password"]}, "columns"),
        ({"density": "huge"}, "density"),
        ({"name": ""}, "name"),
        ({"resource": "wishes"}, "resource"),
    ],
)
def test_what_no_list_understands_is_refused_by_name(door, change, field):
    answer = door.post(f"{API}/views/", VIEW | change)

    assert answer.status_code == 400
    assert field in {error["field"] for error in answer.json()["errors"]}
    assert not SavedView.objects.exists()


def test_views_of_others_do_not_exist(door, lead, outsider):
    made = door.post(f"{API}/views/", VIEW).json()

    for person in (lead, outsider):
        assert Machine(person).get(f"{API}/views/{made['id']}/").status_code == 404


def test_a_token_without_the_scope_is_refused(agent):
    assert Machine(agent, "tickets:read").get(f"{API}/views/").status_code == 403
