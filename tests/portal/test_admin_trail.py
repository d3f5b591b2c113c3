"""Who changed what is set up: written with the change, read by administrators, changed by nobody."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from itsm.accounts.models import AdminEvent, Team
from tests.doors import browser

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/audit/?of=setup"


@pytest.fixture
def page(cast):
    return browser(cast.admin)


def verbs():
    return list(AdminEvent.objects.order_by("pk").values_list("verb", flat=True))


def test_a_role_that_is_given_and_taken_is_written_down(page, cast, organisation):
    address = f"/admin/people/{cast.requester.pk}/"
    page.post(address, {"do": "grant", "role": "agent", "organisation": organisation.pk})
    page.post(address, {"do": "withdraw", "grant": cast.requester.grants.get().pk})

    assert verbs() == ["role.granted", "role.withdrawn"]
    shown = page.get(ADDRESS).content.decode()
    assert cast.admin.name in shown
    assert "Role: given" in shown
    assert "Service desk agent" in shown
    assert "role.granted" not in shown


def test_a_change_says_what_was_and_what_is(page, desk, organisation):
    page.post(f"/admin/teams/{desk.pk}/", {"name": "Quay desk", "organisation": organisation.pk,
                                           "is_active": "on"})  # fmt: skip

    event = AdminEvent.objects.get()
    assert (event.verb, event.subject) == ("team.changed", "Quay desk")
    assert event.data["changed"] == {"name": ["Harbour desk", "Quay desk"]}
    shown = page.get(ADDRESS)
    line = shown.context["rows"][0]["lines"][0]
    assert (line.name, line.was, line.now) == ("name", "Harbour desk", "Quay desk")
    assert "Harbour desk → Quay desk" in shown.content.decode()


def test_saving_the_same_again_and_what_is_refused_writes_nothing(page, cast, desk, organisation):
    same = {"name": desk.name, "organisation": organisation.pk, "is_active": "on"}
    page.post(f"/admin/teams/{desk.pk}/", same)
    Team.objects.create(name="Taken", organisation=organisation)
    page.post(f"/admin/teams/{desk.pk}/", {**same, "name": "Taken"})

    assert verbs() == []


def test_tokens_and_the_look_of_the_house_are_in_it_without_any_secret(page, organisation):
    given = {"name": "Probe", "scopes": ["tickets:read"], "days": "30",
             "new_account": "Probe account", "organisation": organisation.pk}  # fmt: skip
    written = page.post("/admin/tokens/new/", given).context["written"]
    page.post("/admin/branding/", {"name": "Harbour Help", "accent": "#7a1fa2"})

    assert verbs() == ["integration.added", "token.made", "branding.changed"]
    told = str(list(AdminEvent.objects.values_list("data", flat=True)))
    assert "tickets:read" in told
    assert written.rpartition("_")[2] not in told


def test_it_is_narrowed_by_words(page, desk, cast):
    page.post(f"/admin/teams/{desk.pk}/", {"do": "member", "person": cast.requester.email})

    assert "Team: member added" in page.get(f"{ADDRESS}&q=member Harbour").content.decode()
    assert "Team: member added" in page.get(f"{ADDRESS}&q=member_added").content.decode()
    assert "Nothing happened that fits." in page.get(f"{ADDRESS}&q=elephant").content.decode()


def test_nobody_else_reads_it(cast):
    for person in (cast.agent, cast.requester):
        assert browser(person).get(ADDRESS).status_code == 404


@pytest.mark.parametrize(
    "command",
    [
        "UPDATE accounts_adminevent SET verb = 'nothing'",
        "DELETE FROM accounts_adminevent",
        "TRUNCATE accounts_adminevent",
    ],
)
def test_the_database_refuses_to_change_or_delete_it(page, desk, cast, command):
    page.post(f"/admin/teams/{desk.pk}/", {"do": "member", "person": cast.requester.email})

    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
        connection.cursor().execute(command)
    assert verbs() == ["team.member_added"]
